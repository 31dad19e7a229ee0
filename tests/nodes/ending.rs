//! What ends a session, and what changes keys and providers, counts at every server.

use notification_bell_tests::{ANSWER_LIMIT, Provider, Reply, Session, assert_problem, eventually};
use reqwest::Method;
use serde_json::json;

use crate::cluster::Cluster;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_session_that_is_ended_at_one_server_ends_its_stream_at_the_other() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let (ended, stays) = (two.session(USER).await, two.session(USER).await);
    let (stream, mut other) = (ended.live_stream().await, stays.live_stream().await);
    let request = one.api().v1(Method::DELETE, "/session").bearer_auth(&ended.token);
    assert_eq!(request.send().await.unwrap().status(), 204);
    assert!(stream.end(ANSWER_LIMIT).await.clean);
    let id = one.notify(USER, "Hello").await;
    assert_eq!(other.changed_ids(1).await, [id]);
}

#[tokio::test]
async fn a_user_and_a_project_that_are_cut_off_at_one_server_are_so_at_the_other() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let key = &one.project().backend_key;
    for path in ["/users/user@example.com/revoke", "/project/revoke"] {
        let session = two.session(USER).await;
        let stream = session.live_stream().await;
        let reply = Reply::to(one.api().v1(Method::POST, path).bearer_auth(key).json(&json!({}))).await;
        assert_eq!(reply.status, 204, "{path}: {}", reply.text());
        assert!(stream.end(ANSWER_LIMIT).await.clean, "{path}");
        let reply = Reply::to(session.call(Method::GET, "/inbox")).await;
        assert_problem(&reply, 401, "token_revoked");
    }
}

#[tokio::test]
async fn new_session_keys_that_end_all_sessions_do_so_at_both() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let streams = [one.session(USER).await.live_stream().await, two.session(USER).await.live_stream().await];
    one.installation().succeed(&["session-key", "rotate", "--end-sessions"]).await;
    for stream in streams {
        assert!(stream.end(ANSWER_LIMIT).await.clean);
    }
    // A token of one is good at the other.
    let session = Session::with(two.api(), one.session(USER).await.grant);
    session.live_stream().await;
}

#[tokio::test]
async fn a_key_that_is_revoked_sends_at_neither() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let listed = one.installation().json(&["api-key", "list"]).await;
    let id = listed[0]["id"].as_str().unwrap();
    // Both have looked it up and know it.
    one.notify(USER, "Hello").await;
    two.notify(USER, "Hello").await;
    one.installation().succeed(&["api-key", "revoke", id]).await;
    for node in [one, two] {
        let reply = node.send(&json!({"to": {"users": [USER]}, "title": "Hello"})).await;
        assert_problem(&reply, 401, "unknown_api_key");
    }
}

#[tokio::test]
async fn a_provider_is_trusted_and_distrusted_by_both() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let provider = Provider::start().await;
    provider.add_to(one.installation(), "Log-in", &["--for", "users"]).await;
    let body = json!({"apiKey": one.project().api_key, "userToken": provider.token(USER)});
    let mut streams = Vec::new();
    for node in [one, two] {
        let grant = node.open_session(&body).await.expect(200);
        streams.push(Session::with(node.api(), grant).live_stream().await);
    }
    let listed = one.installation().json(&["provider", "list"]).await;
    one.installation().succeed(&["provider", "remove", listed[0]["id"].as_str().unwrap()]).await;
    for node in [one, two] {
        eventually(ANSWER_LIMIT, "a refusal", async || {
            (node.open_session(&body).await.status != 200).then_some(())
        })
        .await;
    }
}

//! `POST /session`: what a right proof buys.

use notification_bell_tests::{Reply, Server, Session};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_right_proof_buys_a_token_and_the_numbers() {
    let server = Server::start().await;
    server.notify_with("user@example.com", &json!({"title": "Paid", "category": "billing"})).await;
    let project = server.project();
    let body = json!({"apiKey": project.api_key, "userId": "user@example.com",
        "userHmac": project.proof("user@example.com")});

    let reply = server.open_session(&body).await;

    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let grant = reply.expect(200);
    let mut members: Vec<&str> = grant.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["counts", "expiresAt", "refreshAt", "revision", "token", "userId"]);
    assert_eq!(grant["userId"], "user@example.com");
    assert_eq!(grant["counts"], json!({"unseen": 1, "unread": 1, "total": 1, "categories": {"billing": 1}}));
}

#[tokio::test]
async fn a_session_is_renewed_before_it_ends() {
    let server = Server::start().await;
    let grant = server.session("user@example.com").await.grant;
    let (refresh, expires) = (grant["refreshAt"].as_str().unwrap(), grant["expiresAt"].as_str().unwrap());
    for moment in [refresh, expires] {
        assert!(moment.len() == 24 && moment.ends_with('Z') && moment.as_bytes()[19] == b'.', "{moment}");
    }
    // Texts of one fixed form sort as the moments do.
    assert!(refresh < expires, "{grant}");
}

#[tokio::test]
async fn a_user_who_never_got_anything_has_an_empty_inbox() {
    let server = Server::start().await;
    let session = server.session("new@example.com").await;
    let nothing = json!({"unseen": 0, "unread": 0, "total": 0, "categories": {}});
    assert_eq!(session.grant["counts"], nothing);
    let inbox = session.inbox("").await;
    assert_eq!((&inbox["items"], &inbox["next"], &inbox["counts"]), (&json!([]), &json!(null), &nothing));
}

#[tokio::test]
async fn the_revision_of_a_session_is_the_state_a_stream_can_start_from() {
    let server = Server::start().await;
    server.notify("user@example.com", "Before").await;
    let session: Session = server.session("user@example.com").await;
    let later = server.notify("user@example.com", "After").await;
    let mut stream = session.stream(session.grant["revision"].as_str()).await;
    assert_eq!(stream.changed_ids(1).await, [later]);
}

#[tokio::test]
async fn the_token_opens_the_inbox_and_nothing_opens_it_without() {
    let server = Server::start().await;
    let session = server.session("user@example.com").await;
    session.inbox("").await;
    let reply = Reply::to(server.api().v1(Method::GET, "/inbox")).await;
    notification_bell_tests::assert_problem(&reply, 401, "missing_token");
}

#[tokio::test]
async fn two_sessions_of_a_user_have_different_tokens() {
    let server = Server::start().await;
    let (one, other) = (server.session("user@example.com").await, server.session("user@example.com").await);
    assert_ne!(one.token, other.token);
}

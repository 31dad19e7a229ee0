//! Ending the sessions of a whole project, and changing what it accepts.

use notification_bell_tests::{ANSWER_LIMIT, Project, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn revoke(server: &Server, project: &Project, body: &Value) -> Reply {
    let request = server.api().v1(Method::POST, "/project/revoke");
    Reply::to(request.bearer_auth(&project.backend_key).json(body)).await
}

#[tokio::test]
async fn a_revoked_project_loses_its_sessions_and_streams_and_no_other_does() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let (first, second) = (&server.projects()[0], &server.projects()[1]);
    let (ended, going_on) = (server.session_in(first, USER).await, server.session_in(second, USER).await);
    let stream = ended.live_stream().await;
    assert_eq!(revoke(&server, first, &json!({})).await.status, 204);
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(ended.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    going_on.inbox("").await;
    server.session_in(first, USER).await.inbox("").await;
}

#[tokio::test]
async fn sessions_issued_after_the_moment_go_on() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let before = json!({"issuedBefore": "2020-01-01T00:00:00Z"});
    assert_eq!(revoke(&server, server.project(), &before).await.status, 204);
    session.inbox("").await;
    let after = json!({"issuedBefore": "2100-01-01T00:00:00Z"});
    assert_eq!(revoke(&server, server.project(), &after).await.status, 204);
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

#[tokio::test]
async fn the_command_line_revokes_a_running_servers_sessions_too() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let stream = session.live_stream().await;
    server.installation().succeed(&["project", "revoke"]).await;
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

#[tokio::test]
async fn revoking_takes_a_key_that_may() {
    let server = Server::start().await;
    let options = ["api-key", "create", "--name", "Mailer", "--scope", "notifications:write"];
    let key = server.installation().json(&options).await;
    let request = server.api().v1(Method::POST, "/project/revoke").json(&json!({}));
    let reply = Reply::to(request.bearer_auth(key["key"].as_str().unwrap())).await;
    assert_problem(&reply, 403, "insufficient_scope");
    assert_problem(&revoke(&server, server.project(), &json!({"block": true})).await, 400, "invalid_request");
}

#[tokio::test]
async fn a_page_whose_origin_is_no_longer_named_loses_its_session() {
    let server = Server::builder().project(&["--origin", "https://old.example"]).start().await;
    let project = server.project();
    let body = json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER)});
    let open = async |origin: &str| {
        Reply::to(server.api().v1(Method::POST, "/session").header("origin", origin).json(&body)).await
    };
    let grant = open("https://old.example").await.expect(200);
    let changed = server.installation().json(&["project", "set", "--origin", "https://new.example"]).await;
    assert_eq!(changed["origins"], json!(["https://new.example"]));
    let list = server.api().v1(Method::GET, "/inbox").bearer_auth(grant["token"].as_str().unwrap());
    let reply = Reply::to(list.header("origin", "https://old.example")).await;
    assert_problem(&reply, 403, "origin_not_allowed");
    assert_problem(&open("https://old.example").await, 403, "origin_not_allowed");
    assert_eq!(open("https://new.example").await.status, 200);
    server.installation().succeed(&["project", "set", "--any-origin"]).await;
    assert_eq!(open("https://third.example").await.status, 200);
}

#[tokio::test]
async fn a_change_of_nothing_is_wrong_usage() {
    let server = Server::start().await;
    for options in [&[][..], &["--origin", "https://a.example", "--any-origin"], &["--proof", "password"]] {
        let output = server.installation().run(&[&["project", "set"], options].concat()).await;
        assert_eq!(output.code, 2, "{output:?}");
    }
}

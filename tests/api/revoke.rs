//! `POST /users/{id}/revoke`: cutting a user off.

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn revoke(server: &Server, user: &str, body: &Value) -> Reply {
    let request = server.api().v1(Method::POST, &format!("/users/{user}/revoke"));
    Reply::to(request.bearer_auth(&server.project().backend_key).json(body)).await
}

async fn open(server: &Server) -> Reply {
    let project = server.project();
    let body = json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER)});
    server.open_session(&body).await
}

#[tokio::test]
async fn a_revoked_user_loses_sessions_and_streams_and_may_come_back_with_a_proof() {
    let server = Server::start().await;
    let (session, other) = (server.session(USER).await, server.session("other@example.com").await);
    let (stream, mut other_stream) = (session.live_stream().await, other.live_stream().await);
    assert_eq!(revoke(&server, USER, &json!({})).await.status, 204);
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    assert_eq!(open(&server).await.status, 200);
    let sent = server.notify("other@example.com", "Still here").await;
    assert_eq!(other_stream.changed_ids(1).await, [sent]);
}

#[tokio::test]
async fn a_blocked_user_opens_no_session_until_let_in_again() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    assert_eq!(revoke(&server, USER, &json!({"block": true})).await.status, 204);
    assert_problem(&open(&server).await, 403, "user_blocked");
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    assert_eq!(revoke(&server, USER, &json!({"block": false})).await.status, 204);
    assert_eq!(open(&server).await.status, 200);
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

#[tokio::test]
async fn a_user_without_the_plain_hmac_needs_a_proof_that_ends() {
    let server = Server::start().await;
    assert_eq!(revoke(&server, USER, &json!({"disablePlainHmac": true})).await.status, 204);
    assert_problem(&open(&server).await, 403, "proof_not_allowed");
    let proof = server.installation().succeed(&["hmac", "--expires-in", "1h", "--", USER]).await;
    let body = json!({"apiKey": server.project().api_key, "userId": USER, "userHmac": proof.trim()});
    assert_eq!(server.open_session(&body).await.status, 200);
}

#[tokio::test]
async fn sessions_issued_after_the_moment_go_on() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    assert_eq!(revoke(&server, USER, &json!({"issuedBefore": "2020-01-01T00:00:00Z"})).await.status, 204);
    session.inbox("").await;
    assert_eq!(revoke(&server, USER, &json!({"issuedBefore": "2100-01-01T00:00:00Z"})).await.status, 204);
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    // A moment in the future is the present: nobody is locked out of sessions to come.
    server.session(USER).await.inbox("").await;
}

#[tokio::test]
async fn whoever_is_blocked_or_has_to_change_the_proof_loses_every_session_whatever_the_moment() {
    let server = Server::start().await;
    let long_ago = "2020-01-01T00:00:00Z";
    for tightened in ["block", "disablePlainHmac"] {
        let session = server.session(USER).await;
        let body = json!({(tightened): true, "issuedBefore": long_ago});
        assert_eq!(revoke(&server, USER, &body).await.status, 204);
        assert_eq!(revoke(&server, USER, &json!({(tightened): false})).await.status, 204);
        assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    }
}

#[tokio::test]
async fn revoking_takes_a_key_that_may_and_an_id_that_is_one() {
    let server = Server::start().await;
    let key = server
        .installation()
        .json(&["api-key", "create", "--name", "Mailer", "--scope", "notifications:write"])
        .await;
    let request = server.api().v1(Method::POST, &format!("/users/{USER}/revoke"));
    let reply = Reply::to(request.bearer_auth(key["key"].as_str().unwrap()).json(&json!({}))).await;
    assert_problem(&reply, 403, "insufficient_scope");
    assert_problem(&revoke(&server, "User@example.com", &json!({})).await, 400, "invalid_user_id");
    assert_problem(&revoke(&server, "%ff", &json!({})).await, 404, "not_found");
    assert_problem(&revoke(&server, USER, &json!({"forever": true})).await, 400, "invalid_request");
    let without_key =
        Reply::to(server.api().v1(Method::POST, &format!("/users/{USER}/revoke")).json(&json!({}))).await;
    assert_problem(&without_key, 401, "missing_token");
}

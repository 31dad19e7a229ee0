//! `DELETE /session`.

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, assert_problem};
use reqwest::Method;

#[tokio::test]
async fn an_ended_session_is_revoked_at_once() {
    let server = Server::start().await;
    let session = server.session("user@example.com").await;
    let reply = Reply::to(session.call(Method::DELETE, "/session")).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    assert_problem(&Reply::to(session.stream_request(None)).await, 401, "token_revoked");
}

#[tokio::test]
async fn ending_a_session_ends_its_streams_and_no_others() {
    let server = Server::start().await;
    let ended = server.session("user@example.com").await;
    let other = server.session("user@example.com").await;
    let (ending_stream, mut other_stream) = (ended.live_stream().await, other.live_stream().await);
    assert_eq!(Reply::to(ended.call(Method::DELETE, "/session")).await.status, 204);
    ending_stream.end(ANSWER_LIMIT).await;
    let sent = server.notify("user@example.com", "Still here").await;
    assert_eq!(other_stream.changed_ids(1).await, [sent]);
    other.inbox("").await;
}

#[tokio::test]
async fn an_ended_session_stays_ended_after_a_restart() {
    let mut server = Server::start().await;
    let session = server.session("user@example.com").await;
    assert_eq!(Reply::to(session.call(Method::DELETE, "/session")).await.status, 204);
    server.stop().await;
    server.restart().await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

#[tokio::test]
async fn a_session_needs_its_token_to_be_ended() {
    let server = Server::start().await;
    let reply = Reply::to(server.api().v1(Method::DELETE, "/session")).await;
    assert_problem(&reply, 401, "missing_token");
}

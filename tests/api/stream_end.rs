//! How streams end: with their token, and with the server.

use std::io::ErrorKind;

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, assert_problem, eventually};
use reqwest::Method;
use tokio::net::TcpStream;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_stream_is_warned_and_ends_with_its_token() {
    let server = Server::builder().set("BELL_SESSION_TTL", "5").start().await;
    let session = server.session(USER).await;
    let ending = session.live_stream().await.end(ANSWER_LIMIT).await;
    assert!(ending.clean, "the server ended it");
    let names: Vec<&str> = ending.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["session-expiring"]);

    // Five seconds of clock difference are allowed, then the token is of no use.
    let reply = eventually(ANSWER_LIMIT, "the end of a token", async || {
        let reply = Reply::to(session.call(Method::GET, "/inbox")).await;
        (reply.status != 200).then_some(reply)
    })
    .await;
    assert_problem(&reply, 401, "token_expired");
    assert_problem(&Reply::to(session.stream_request(None)).await, 401, "token_expired");
}

#[tokio::test]
async fn a_session_may_not_be_shorter_or_longer_than_allowed() {
    for seconds in ["4", "3601", "0", "-5", "ten", ""] {
        let mut installation = notification_bell_tests::Installation::new();
        installation.set("BELL_SESSION_TTL", seconds);
        let output = installation.run(&["serve", "--listen", "127.0.0.1:0"]).await;
        assert_ne!(output.code, 0, "{seconds:?}");
        let said = output.stderr.to_lowercase();
        assert!(said.contains("session") && said.contains("ttl"), "{seconds:?}: {output:?}");
    }
}

#[tokio::test]
async fn a_stopping_server_ends_its_streams_and_spreads_their_return() {
    let mut server = Server::start().await;
    let session = server.session(USER).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(session.live_stream().await);
    }
    server.terminate();
    let mut delays = Vec::new();
    for stream in streams {
        let ending = stream.end(ANSWER_LIMIT).await;
        assert!(ending.clean, "it was ended, not dropped");
        assert!(ending.events.is_empty(), "{:?}", ending.events);
        delays.push(ending.retry_ms.expect("a planned end says when to come back"));
    }
    assert!(server.stopped().await.success(), "a graceful stop is a success:\n{}", server.log());
    assert!(delays.iter().all(|delay| (1..=60_000).contains(delay)), "{delays:?}");
    delays.dedup();
    assert!(delays.len() > 1, "everybody would come back at once: {delays:?}");
}

#[tokio::test]
async fn a_stopping_server_refuses_connections_and_still_ends_its_streams_in_order() {
    let mut server = Server::start().await;
    let stream = server.session(USER).await.live_stream().await;
    server.terminate();
    let refused = eventually(ANSWER_LIMIT, "a refusal", async || {
        TcpStream::connect(server.api().address()).await.err()
    });
    assert_eq!(refused.await.kind(), ErrorKind::ConnectionRefused, "who balances knows at once");
    assert!(stream.end(ANSWER_LIMIT).await.clean);
    assert!(server.stopped().await.success());
}

#[tokio::test]
async fn a_stopping_server_keeps_what_it_acknowledged() {
    let mut server = Server::start().await;
    let sent = server.notify(USER, "Hello").await;
    assert!(server.stop().await.success());
    server.restart().await;
    assert_eq!(server.session(USER).await.inbox("").await["items"][0]["id"], sent);
}

#[tokio::test]
async fn a_session_outlives_a_restart() {
    let mut server = Server::start().await;
    let session = server.session(USER).await;
    server.stop().await;
    server.restart().await;
    session.inbox("").await;
}

//! Connections that dawdle, and heads that are too large or no HTTP.

use std::time::Duration;

use futures_util::future::join_all;
use notification_bell_tests::{ANSWER_LIMIT, RawConnection, Reply, Server, assert_problem};
use reqwest::Method;

/// Slow clients are given 10 s for a head and 15 s for a body; with room for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let server = Server::start().await;
    let address = server.api().address();
    let beginnings = ["", "G", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "];
    join_all(beginnings.map(async |beginning| {
        let mut connection = RawConnection::open(address).await;
        connection.send(beginning).await;
        connection.closed_within(PATIENCE).await;
    }))
    .await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::start().await;
    let mut connection = RawConnection::open(server.api().address()).await;
    connection
        .send(format!(
            "POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"title\":",
            server.project().backend_key
        ))
        .await;
    assert_problem(&connection.last_reply(PATIENCE).await, 408, "request_timeout");
}

#[tokio::test]
async fn slow_clients_do_not_hold_up_the_others() {
    let server = Server::start().await;
    let slow = join_all((0..100).map(async |_| {
        let mut connection = RawConnection::open(server.api().address()).await;
        connection.send("GET /healthz HTTP/1.1\r\nHost:").await;
        connection
    }))
    .await;
    server.notify("user@example.com", "Hello").await;
    assert_eq!(server.session("user@example.com").await.grant["counts"]["total"], 1);
    drop(slow);
}

#[tokio::test]
async fn headers_beyond_16_kib_are_refused() {
    let server = Server::start().await;
    for path in ["/api/v1/inbox", "/healthz", "/notification-bell.js"] {
        let request = server.api().request(Method::GET, path).header("x-large", "x".repeat(17 * 1024));
        assert_problem(&Reply::to(request).await, 431, "headers_too_large");
    }
    let request = server.api().request(Method::GET, "/healthz").header("x-large", "x".repeat(200 * 1024));
    match Reply::attempt(request).await {
        Ok(reply) => assert_eq!(reply.status, 431, "{}", reply.text()),
        Err(error) => assert!(!error.is_timeout(), "closing is an answer too: {error}"),
    }
    let mut request = server.api().request(Method::GET, "/healthz");
    for number in 0..200 {
        request = request.header(format!("x-{number}"), "x");
    }
    assert_eq!(Reply::to(request).await.status, 431, "too many headers");
    let fitting = server.api().request(Method::GET, "/healthz").header("x-large", "x".repeat(12 * 1024));
    assert_eq!(Reply::to(fitting).await.status, 200);
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused() {
    let server = Server::start().await;
    let path = format!("/inbox?category={}", "x".repeat(12 * 1024));
    assert_problem(&Reply::to(server.api().v1(Method::GET, &path)).await, 414, "uri_too_long");
}

#[tokio::test]
async fn what_is_no_http_gets_no_answer_of_the_api() {
    let server = Server::start().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\x00\x00\x00\x00\r\n\r\n",
        b"HELLO\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
    ] {
        let mut connection = RawConnection::open(server.api().address()).await;
        connection.send(bytes).await;
        let answer = String::from_utf8_lossy(&connection.closed_within(ANSWER_LIMIT).await).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{bytes:?}: {answer}");
    }
    assert_eq!(Reply::to(server.api().request(Method::GET, "/healthz")).await.status, 200, "it lives on");
}

#[tokio::test]
async fn smuggled_requests_are_refused() {
    let server = Server::start().await;
    let mut connection = RawConnection::open(server.api().address()).await;
    connection
        .send(
            "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
        )
        .await;
    let answer = String::from_utf8_lossy(&connection.closed_within(ANSWER_LIMIT).await).into_owned();
    assert!(!answer.contains("bell_"), "the second request was answered: {answer}");
}

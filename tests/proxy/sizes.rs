//! What is too large gets the server's answer, which says what the limit is, and not the proxy's.

use notification_bell_tests::{Reply, assert_problem};
use reqwest::Method;
use serde_json::json;

use crate::proxy::Proxy;

#[tokio::test]
async fn an_address_that_is_too_long_is_answered_by_the_server() {
    let proxy = Proxy::start().await;
    let old = proxy.client_builder().http1_only().build().unwrap();
    for client in [&proxy.client, &old] {
        let path = format!("/api/v1/inbox?cursor={}", "x".repeat(9 << 10));
        let reply = Reply::to(proxy.request_by(client, Method::GET, &path)).await;
        assert_problem(&reply, 414, "uri_too_long");
    }
}

#[tokio::test]
async fn headers_that_are_too_large_are_answered_by_the_server() {
    let proxy = Proxy::start().await;
    let old = proxy.client_builder().http1_only().build().unwrap();
    for client in [&proxy.client, &old] {
        let one =
            proxy.request_by(client, Method::GET, "/api/v1/inbox").header("x-long", "x".repeat(17 << 10));
        assert_problem(&Reply::to(one).await, 431, "headers_too_large");
        let mut many = proxy.request_by(client, Method::GET, "/api/v1/inbox");
        for number in 0..20 {
            many = many.header(format!("x-{number}"), "x".repeat(1 << 10));
        }
        assert_problem(&Reply::to(many).await, 431, "headers_too_large");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_by_the_server() {
    let proxy = Proxy::start().await;
    for bytes in [(64 << 10) + 1, (1 << 20) + 1, 2 << 20] {
        let request = proxy.request(Method::POST, "/api/v1/notifications");
        let request =
            request.bearer_auth(&proxy.project().backend_key).header("content-type", "application/json");
        assert_problem(&Reply::to(request.body(" ".repeat(bytes))).await, 413, "body_too_large");
    }
}

#[tokio::test]
async fn a_body_far_too_large_does_not_reach_the_server() {
    let proxy = Proxy::start().await;
    let request = proxy.request(Method::POST, "/api/v1/notifications");
    let reply = Reply::to(request.body(" ".repeat((2 << 20) + 1))).await;
    assert_eq!(reply.status, 413);
    assert!(reply.header("content-type").unwrap().starts_with("text/html"), "{}", reply.text());
}

#[tokio::test]
async fn a_page_of_a_full_inbox_comes_whole() {
    // Far more than the proxy's buffers hold, and nothing of it may go to a file.
    let proxy = Proxy::start().await;
    let token = proxy.token("u").await;
    let data = json!({"x": "x".repeat(15 << 10)});
    for number in 0..40 {
        let body = json!({"to": {"users": ["u"]}, "title": number.to_string(), "data": data});
        let request = proxy.request(Method::POST, "/api/v1/notifications");
        let _ = Reply::to(request.bearer_auth(&proxy.project().backend_key).json(&body)).await.expect(201);
    }
    let request = proxy.request(Method::GET, "/api/v1/inbox?limit=100").bearer_auth(&token);
    let page = Reply::to(request).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 40);
}

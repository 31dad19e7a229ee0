//! Addresses and methods.

use notification_bell_tests::{Reply, Server, assert_problem};
use reqwest::Method;

const USER: &str = "user@example.com";

#[tokio::test]
async fn an_address_that_does_not_exist_is_not_found() {
    let server = Server::start().await;
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/inbox/",
        "/api/v2/inbox",
        "/API/V1/inbox",
        "/api/graphql",
        "/demo/state",
        "/demo/send",
        "/index.html",
        "/favicon.ico",
        "/.env",
        "/v/",
        "/..%2f..%2fetc/passwd",
        "//healthz",
        "/healthz/",
    ] {
        let reply = Reply::to(server.api().request(Method::GET, path)).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text());
        assert_problem(&reply, 404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_have_is_answered_with_those_it_has() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let cases: [(&str, Method, &[&str]); 10] = [
        ("/session", Method::GET, &["POST", "DELETE"]),
        ("/session", Method::PUT, &["POST", "DELETE"]),
        ("/inbox", Method::POST, &["GET"]),
        ("/inbox", Method::DELETE, &["GET"]),
        ("/inbox/stream", Method::POST, &["GET"]),
        ("/inbox/mark", Method::GET, &["POST"]),
        ("/inbox/01900000-0000-7000-8000-000000000000", Method::PUT, &["PATCH", "DELETE"]),
        ("/preferences", Method::POST, &["GET", "PUT"]),
        ("/notifications", Method::PUT, &["POST", "GET"]),
        ("/notifications", Method::from_bytes(b"BREW").unwrap(), &["POST", "GET"]),
    ];
    for (path, method, allowed) in cases {
        let reply = Reply::to(session.call(method.clone(), path)).await;
        assert_eq!(reply.status, 405, "{method} {path}: {}", reply.text());
        assert_problem(&reply, 405, "method_not_allowed");
        for name in allowed {
            assert!(reply.lists("allow", name), "{method} {path} allows {:?}", reply.headers.get("allow"));
        }
        assert!(!reply.lists("allow", method.as_str()));
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        let reply = Reply::to(server.api().request(Method::POST, path)).await;
        assert_problem(&reply, 405, "method_not_allowed");
        assert!(reply.lists("allow", "GET"), "{path}");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for request in [
        server.api().request(Method::HEAD, "/healthz"),
        session.call(Method::HEAD, "/inbox"),
        // It must end: a stream has no head that comes without waiting for its body.
        session.call(Method::HEAD, "/inbox/stream"),
    ] {
        let reply = Reply::to(request).await;
        assert_eq!((reply.status, reply.body.len()), (200, 0));
    }
}

#[tokio::test]
async fn options_without_an_origin_is_harmless() {
    let server = Server::start().await;
    for path in ["/session", "/inbox", "/inbox/stream", "/notifications"] {
        let reply = Reply::to(server.api().v1(Method::OPTIONS, path)).await;
        assert!(matches!(reply.status, 200 | 204 | 405), "{path}: {} {}", reply.status, reply.text());
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn no_answer_is_guessed_at_kept_or_framed() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for request in [session.call(Method::GET, "/inbox"), server.api().v1(Method::GET, "/nothing")] {
        let reply = Reply::to(request).await;
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let kept = reply.header("cache-control").unwrap_or_default();
        assert!(kept.contains("no-store"), "{kept:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_problem_never_repeats_markup_as_markup() {
    let server = Server::start().await;
    let reply = Reply::to(server.api().request(Method::GET, "/%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert_problem(&reply, 404, "not_found");
}

//! Cross-origin requests (WHATWG Fetch, CORS protocol).

use notification_bell_tests::{Reply, Server};
use reqwest::Method;
use serde_json::json;

const SITE: &str = "https://site.example";

async fn preflight(server: &Server, path: &str, origin: &str, method: &str, headers: &str) -> Reply {
    let request = server
        .api()
        .v1(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", headers);
    Reply::to(request).await
}

#[tokio::test]
async fn a_preflight_allows_what_the_element_does() {
    let server = Server::builder().project(&["--origin", SITE]).start().await;
    let id = "01900000-0000-7000-8000-000000000000";
    for (path, method, headers) in [
        ("/session", "POST", "content-type"),
        ("/session", "DELETE", "authorization"),
        ("/inbox", "GET", "authorization"),
        ("/inbox/stream", "GET", "authorization,last-event-id"),
        ("/inbox/mark", "POST", "authorization,content-type"),
        (&format!("/inbox/{id}"), "PATCH", "authorization,content-type"),
        (&format!("/inbox/{id}"), "DELETE", "authorization"),
        ("/preferences", "GET", "authorization"),
        ("/preferences", "PUT", "authorization,content-type"),
    ] {
        let reply = preflight(&server, path, SITE, method, headers).await;
        assert!((200..300).contains(&reply.status), "{method} {path}: {} {}", reply.status, reply.text());
        assert_eq!(reply.header("access-control-allow-origin"), Some(SITE), "{method} {path}");
        assert!(reply.lists("access-control-allow-methods", method), "{method} {path}: {:?}", reply.headers);
        for header in headers.split(',') {
            // By name: the wildcard does not cover `Authorization`.
            assert!(reply.lists("access-control-allow-headers", header), "{header}: {:?}", reply.headers);
        }
        assert!(reply.lists("vary", "origin"), "{:?}", reply.headers);
        assert_eq!(reply.header("access-control-max-age"), Some("7200"));
        // The project names the page's origin, so its session may be in a cookie.
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"), "{method} {path}");
    }
}

#[tokio::test]
async fn a_page_that_no_project_names_sends_no_cookie_but_reads_why_it_is_refused_one() {
    let server = Server::start().await;
    for (path, method) in [("/inbox", "GET"), ("/inbox/stream", "GET"), ("/inbox/mark", "POST")] {
        let reply = preflight(&server, path, SITE, method, "bell-project").await;
        assert_eq!(reply.header("access-control-allow-origin"), Some(SITE), "{method} {path}");
        assert_eq!(reply.header("access-control-allow-credentials"), None, "{method} {path}");
    }
    let reply = preflight(&server, "/session", SITE, "POST", "bell-project,content-type").await;
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
}

#[tokio::test]
async fn a_preflight_allows_an_origin_that_any_project_allows_and_no_other() {
    let server = Server::builder()
        .project(&["--origin", SITE])
        .project(&["--origin", "https://second.example"])
        .start()
        .await;
    for origin in [SITE, "https://second.example"] {
        let reply = preflight(&server, "/session", origin, "POST", "content-type").await;
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
    }
    for origin in
        ["https://third.example", "http://site.example", "https://site.example.third.example", "null"]
    {
        let reply = preflight(&server, "/session", origin, "POST", "content-type").await;
        assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}");
        assert!(reply.lists("vary", "origin"), "a cache must not give one origin's answer to another");
        assert!(reply.status < 500);
    }
}

#[tokio::test]
async fn a_preflight_allows_any_origin_if_a_project_has_no_list_but_never_null() {
    let server = Server::builder().project(&["--origin", SITE]).project(&[]).start().await;
    let reply = preflight(&server, "/session", "https://any.example", "POST", "content-type").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://any.example"));
    let reply = preflight(&server, "/session", "null", "POST", "content-type").await;
    assert_ne!(reply.header("access-control-allow-origin"), Some("null"));
}

#[tokio::test]
async fn an_answer_and_a_refusal_can_both_be_read_by_the_page() {
    let server = Server::builder().project(&["--origin", SITE]).start().await;
    let project = server.project();
    for (proof, status) in [(project.proof("u"), 200), ("wrong".to_owned(), 401)] {
        let body = json!({"apiKey": project.api_key, "userId": "u", "userHmac": proof});
        let request = server.api().v1(Method::POST, "/session").header("origin", SITE).json(&body);
        let reply = Reply::to(request).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("access-control-allow-origin"), Some(SITE));
        assert!(reply.lists("vary", "origin"));
    }
    let reply = Reply::to(server.api().v1(Method::GET, "/inbox").header("origin", SITE)).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (401, Some(SITE)));
}

#[tokio::test]
async fn a_page_can_read_when_to_try_again() {
    let server = Server::start().await;
    let request = server.api().v1(Method::GET, "/inbox").header("origin", SITE);
    let reply = Reply::to(request).await;
    assert!(reply.lists("access-control-expose-headers", "retry-after"), "{:?}", reply.headers);
}

#[tokio::test]
async fn an_answer_to_a_stranger_names_no_origin() {
    let server = Server::builder().project(&["--origin", SITE]).start().await;
    for origin in ["https://stranger.example", "null"] {
        let reply = Reply::to(server.api().v1(Method::GET, "/inbox").header("origin", origin)).await;
        assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}");
    }
}

#[tokio::test]
async fn a_request_from_no_page_is_answered_as_well() {
    let server = Server::start().await;
    let reply = Reply::to(server.api().v1(Method::GET, "/inbox")).await;
    assert_eq!(reply.status, 401);
}

//! Sessions in a cookie, and the pages that would misuse one.

use notification_bell_tests::{Reply, Server, assert_problem};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

const PAGE: &str = "https://shop.example";
const USER: &str = "user@example.com";

async fn server() -> Server {
    Server::builder().project(&["--origin", PAGE]).start().await
}

async fn open(server: &Server, origin: Option<&str>) -> Reply {
    let project = server.project();
    let body =
        json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER), "cookie": true});
    let request = server.api().v1(Method::POST, "/session").json(&body);
    Reply::to(match origin {
        Some(origin) => request.header("origin", origin),
        None => request,
    })
    .await
}

/// The name and value of the cookie that an answer sets.
fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn call(server: &Server, method: Method, path: &str, cookie: &str) -> RequestBuilder {
    server.api().v1(method, path).header("cookie", cookie).header("bell-project", &server.project().api_key)
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_and_opens_the_inbox() {
    let server = server().await;
    let opened = open(&server, Some(PAGE)).await;
    let set = opened.header("set-cookie").unwrap().to_owned();
    assert!(set.starts_with("__Host-"), "{set}");
    for attribute in ["HttpOnly", "Secure", "Partitioned", "SameSite=None", "Path=/", "Max-Age="] {
        assert!(set.contains(attribute), "{attribute} is not in {set}");
    }
    assert_eq!(opened.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(opened.header("access-control-allow-origin"), Some(PAGE));
    let grant = opened.expect(200);
    assert!(grant.get("token").is_none(), "scripts do not get to see it: {grant}");
    let cookie = cookie(&opened);
    let inbox = call(&server, Method::GET, "/inbox", &cookie).header("origin", PAGE);
    let _ = Reply::to(inbox).await.expect(200);
    let mark = call(&server, Method::POST, "/inbox/mark", &cookie).header("origin", PAGE);
    let _ = Reply::to(mark.json(&json!({"set": {"seen": true}}))).await.expect(200);
    let ended = Reply::to(call(&server, Method::DELETE, "/session", &cookie).header("origin", PAGE)).await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").unwrap().contains("Max-Age=0"));
    let inbox = call(&server, Method::GET, "/inbox", &cookie).header("origin", PAGE);
    assert_problem(&Reply::to(inbox).await, 401, "token_revoked");
}

#[tokio::test]
async fn a_request_forged_by_another_site_is_not_served() {
    let server = server().await;
    let cookie = cookie(&open(&server, Some(PAGE)).await);
    let mark = || call(&server, Method::POST, "/inbox/mark", &cookie).json(&json!({"set": {"read": true}}));
    // From a page of another origin; from a sandboxed frame; without saying from where.
    for origin in [Some("https://evil.example"), Some("https://a.shop.example"), Some("null"), None] {
        let request = match origin {
            Some(origin) => mark().header("origin", origin),
            None => mark(),
        };
        assert_problem(&Reply::to(request).await, 403, "origin_not_allowed");
    }
    // A form and a link can add no header.
    let form = server.api().v1(Method::POST, "/inbox/mark").header("cookie", &cookie).header("origin", PAGE);
    let reply = Reply::to(form.header("content-type", "text/plain").body("{}")).await;
    assert_problem(&reply, 401, "missing_token");
    let link = server.api().v1(Method::GET, "/inbox").header("cookie", &cookie);
    assert_problem(&Reply::to(link.header("sec-fetch-site", "cross-site")).await, 401, "missing_token");
    let foreign = call(&server, Method::GET, "/inbox", &cookie).header("sec-fetch-site", "cross-site");
    assert_problem(&Reply::to(foreign).await, 403, "origin_not_allowed");
}

#[tokio::test]
async fn a_project_that_names_no_origins_gives_no_cookie() {
    let server = Server::start().await;
    assert_problem(&open(&server, Some(PAGE)).await, 403, "origin_not_allowed");
}

#[tokio::test]
async fn a_cookie_is_for_pages() {
    assert_problem(&open(&server().await, None).await, 400, "invalid_request");
}

#[tokio::test]
async fn the_cookie_of_one_project_does_not_serve_another() {
    let server = Server::builder().project(&["--origin", PAGE]).project(&["--origin", PAGE]).start().await;
    let cookie = cookie(&open(&server, Some(PAGE)).await);
    let other = server.api().v1(Method::GET, "/inbox").header("cookie", &cookie).header("origin", PAGE);
    let reply = Reply::to(other.header("bell-project", &server.projects()[1].api_key)).await;
    assert_problem(&reply, 401, "missing_token");
}

#[tokio::test]
async fn credentials_are_allowed_to_named_origins_alone() {
    let server = Server::builder().project(&["--origin", PAGE]).project(&[]).start().await;
    let preflight = async |origin: &str| {
        let request = server.api().v1(Method::OPTIONS, "/inbox").header("origin", origin);
        let request = request.header("access-control-request-method", "GET");
        Reply::to(request.header("access-control-request-headers", "bell-project")).await
    };
    let named = preflight(PAGE).await;
    assert_eq!(named.header("access-control-allow-credentials"), Some("true"));
    assert!(named.lists("access-control-allow-headers", "bell-project"));
    // The second project allows any page, which is no reason to send it anybody's cookies.
    let any = preflight("https://evil.example").await;
    assert_eq!(any.header("access-control-allow-origin"), Some("https://evil.example"));
    assert_eq!(any.header("access-control-allow-credentials"), None);
    let opaque = preflight("null").await;
    assert_eq!(opaque.header("access-control-allow-origin"), None);
}

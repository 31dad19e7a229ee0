//! What can be reached through the proxy, by which protocol, and what cannot.

use notification_bell_tests::{ANSWER_LIMIT, Reply, assert_problem, eventually};
use reqwest::{Client, Method, Version, redirect};
use serde_json::json;

use crate::proxy::Proxy;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_session_opens_over_http_2_and_over_http_1() {
    let proxy = Proxy::start().await;
    let proof = proxy.project().proof(USER);
    let old = proxy.client_builder().http1_only().build().unwrap();
    for (client, version) in [(&proxy.client, Version::HTTP_2), (&old, Version::HTTP_11)] {
        let response = proxy.session_request(client, USER, &proof).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, version));
    }
}

#[tokio::test]
async fn a_list_is_never_that_of_another_or_an_earlier_one() {
    let proxy = Proxy::start().await;
    let (token, other) = (proxy.token(USER).await, proxy.token("other@example.com").await);
    for number in 1..4 {
        proxy.notify(USER, "Hello").await;
        assert_eq!(proxy.inbox(&token).await["items"].as_array().unwrap().len(), number);
        assert_eq!(proxy.inbox(&other).await["items"], json!([]));
    }
}

#[tokio::test]
async fn what_is_for_the_operator_is_not_there() {
    let proxy = Proxy::start().await;
    for path in
        ["/metrics", "/readyz", "/healthz", "/", "/demo/state", "/api/v2/session", "/metrics/", "/metrics?x"]
    {
        let reply = Reply::to(proxy.request(Method::GET, path)).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text());
        assert!(
            reply.header("content-type").unwrap().starts_with("text/html"),
            "{path}: not nginx's own answer"
        );
    }
    let direct = Reply::to(proxy.server.api().request(Method::GET, "/metrics")).await;
    assert!(
        direct.status == 200 && direct.text().contains("bell_"),
        "the control: past the proxy it is there"
    );
}

#[tokio::test]
async fn no_spelling_of_an_address_reaches_the_metrics() {
    let proxy = Proxy::start().await;
    for target in [
        "//metrics",
        "/%6detrics",
        "/v/../metrics",
        "/v/..%2fmetrics",
        "/v/%2e%2e/metrics",
        "/api/v1/../../metrics",
        "/api/v1/..%2f..%2fmetrics",
        "/metrics/../api/v1/inbox",
        "/metrics/../v/x",
        "/metrics%2f..%2fv/x",
        "/metrics/..//api/v1/inbox",
        "/metrics;/../v/x",
        "/metrics#/../v/x",
        "https://localhost/metrics",
        "http://localhost/metrics/../v/x",
    ] {
        let said = proxy.raw_get(target).await;
        assert!(said.starts_with("HTTP/1.1 40"), "{target}: {said}");
        assert!(!said.contains("bell_"), "{target}: {said}");
    }
    let said = proxy.raw_get("/api/v1/inbox").await;
    assert!(said.contains("missing_token"), "the control: this reaches the server: {said}");
}

#[tokio::test]
async fn a_user_id_with_an_encoded_slash_is_handed_on_as_it_came() {
    let proxy = Proxy::start().await;
    let session = proxy.direct_session("a/b%2f").await;
    let request =
        proxy.request(Method::POST, "/api/v1/users/a%2Fb%252f/revoke").json(&json!({"block": true}));
    let manager = proxy.server.installation();
    let made = manager.json(&["api-key", "create", "--name", "Manager", "--scope", "users:manage"]).await;
    let reply = Reply::to(request.bearer_auth(made["key"].as_str().unwrap())).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

#[tokio::test]
async fn plain_http_leads_to_https_but_takes_no_call() {
    let proxy = Proxy::start().await;
    let plain = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
    let at = |path: &str| format!("http://{}{path}", proxy.http);
    let file = Reply::to(plain.get(at("/notification-bell.js?x=1")).header("host", "localhost")).await;
    assert_eq!(file.status, 308);
    assert_eq!(file.header("location"), Some("https://localhost/notification-bell.js?x=1"));
    let call = plain.post(at("/api/v1/notifications")).bearer_auth(&proxy.project().backend_key);
    let call = Reply::to(call.json(&json!({"to": {"users": [USER]}, "title": "Hello"}))).await;
    assert_eq!((call.status, call.header("location")), (403, None));
}

#[tokio::test]
async fn the_elements_files_are_kept_as_long_as_the_server_says() {
    let proxy = Proxy::start().await;
    for path in ["/notification-bell.js", "/v/0/element.js"] {
        let through = Reply::to(proxy.request(Method::GET, path)).await;
        let direct = Reply::to(proxy.server.api().request(Method::GET, path)).await;
        assert_eq!(through.status, direct.status, "{path}");
        assert_eq!(through.body, direct.body, "{path}");
        for name in ["cache-control", "etag", "vary", "access-control-allow-origin", "content-type"] {
            assert_eq!(through.header(name), direct.header(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn a_token_in_an_address_is_refused_and_not_written_down() {
    let proxy = Proxy::start().await;
    let token = proxy.token(USER).await;
    let reply = Reply::to(proxy.request(Method::GET, &format!("/api/v1/inbox?token={token}"))).await;
    assert_problem(&reply, 400, "token_in_url");
    // nginx writes its line after the answer.
    let log = eventually(ANSWER_LIMIT, "the line of the log", async || {
        Some(proxy.access_log()).filter(|log| log.contains("GET /api/v1/inbox HTTP/2.0"))
    })
    .await;
    assert!(!log.contains(&token[..20]), "{log}");
}

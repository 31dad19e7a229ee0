//! `POST /session`: which pages may open one, and where its token then serves.

use notification_bell_tests::{Project, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";
const SITE: &str = "https://site.example";

async fn open_from(server: &Server, project: &Project, origin: &str) -> Reply {
    let body = json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER)});
    Reply::to(server.api().v1(Method::POST, "/session").header("origin", origin).json(&body)).await
}

#[tokio::test]
async fn a_listed_origin_may_open_a_session_and_no_other() {
    let options = ["--origin", SITE, "--origin", "http://localhost:8080"];
    let server = Server::builder().project(&options).start().await;
    for origin in [SITE, "http://localhost:8080"] {
        assert_eq!(open_from(&server, server.project(), origin).await.status, 200, "{origin}");
    }
    for origin in [
        "https://other.example",
        "http://site.example",
        "https://site.example:8443",
        "https://sub.site.example",
        "https://site.example.attacker.example",
        "https://attackersite.example",
        "http://localhost",
        "null",
    ] {
        assert_problem(&open_from(&server, server.project(), origin).await, 403, "origin_not_allowed");
    }
}

#[tokio::test]
async fn without_a_list_any_origin_may_open_a_session() {
    let server = Server::start().await;
    for origin in [SITE, "http://localhost:1"] {
        assert_eq!(open_from(&server, server.project(), origin).await.status, 200, "{origin}");
    }
}

#[tokio::test]
async fn a_program_without_an_origin_may_open_a_session_where_origins_are_listed() {
    let server = Server::builder().project(&["--origin", SITE]).start().await;
    server.session(USER).await;
}

#[tokio::test]
async fn the_proof_is_checked_whatever_the_origin() {
    let server = Server::builder().project(&["--origin", SITE]).start().await;
    let body = json!({"apiKey": server.project().api_key, "userId": USER, "userHmac": "x"});
    let request = server.api().v1(Method::POST, "/session").header("origin", SITE).json(&body);
    assert_problem(&Reply::to(request).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn a_token_serves_only_the_origin_it_was_issued_to() {
    let server = Server::start().await;
    let grant = open_from(&server, server.project(), SITE).await.expect(200);
    let token = grant["token"].as_str().unwrap();
    let inbox = |origin: &str| {
        let request = server.api().v1(Method::GET, "/inbox").bearer_auth(token);
        Reply::to(if origin.is_empty() { request } else { request.header("origin", origin) })
    };
    let _ = inbox(SITE).await.expect(200);
    assert_problem(&inbox("https://other.example").await, 403, "origin_not_allowed");
    // A request without `Origin` comes from no page of another site: a browser always sends it there.
    let _ = inbox("").await.expect(200);
}

#[tokio::test]
async fn a_project_names_its_own_origins_and_not_another_ones() {
    let server = Server::builder()
        .project(&["--origin", SITE])
        .project(&["--origin", "https://other.example"])
        .start()
        .await;
    let [first, second] = server.projects() else { panic!("two were asked for") };
    assert_eq!(open_from(&server, first, SITE).await.status, 200);
    assert_problem(&open_from(&server, second, SITE).await, 403, "origin_not_allowed");
}

//! `GET` and `PUT /preferences`: what is refused, and to whom.

use notification_bell_tests::{Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::json;

use crate::preferences::{categories, preferences, put, turn};

const USER: &str = "user@example.com";
const PAGE: &str = "https://shop.example";

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!({"categories": null}),
        json!({"categories": {"billing": false}}),
        json!({"categories": ["billing"]}),
        json!({"categories": [["billing", false]]}),
        json!({"categories": [{"name": "billing"}]}),
        json!({"categories": [{"enabled": false}]}),
        json!({"categories": [{"name": "billing", "enabled": "no"}]}),
        json!({"categories": [{"name": "billing", "enabled": null}]}),
        json!({"categories": [{"name": 7, "enabled": false}]}),
        json!({"categories": [{"name": "billing", "enabled": false, "sound": true}]}),
        json!({"categories": [], "all": false}),
    ] {
        let reply = put(&session, &body).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        assert_problem(&reply, 400, "invalid_request");
    }
    let unknown = put(&session, &json!({"categories": [{"name": "a", "enabled": true, "x": 1}]})).await;
    let problem = assert_problem(&unknown, 400, "invalid_request");
    assert_eq!(pointers(&problem), ["/categories/0/x"]);
    assert_eq!(preferences(&session).await, categories(&[]));
}

#[tokio::test]
async fn values_that_are_not_allowed_are_pointed_to_all_at_once() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let long = "a".repeat(101);
    let body = categories(&[
        ("fine", false),
        ("", false),
        ("a\u{7}", false),
        (&long, true),
        ("fine", true),
        (" ", true),
    ]);
    let problem = assert_problem(&put(&session, &body).await, 422, "validation_failed");
    assert_eq!(pointers(&problem), [1, 2, 3, 4, 5].map(|index| format!("/categories/{index}/name")));
    let names: Vec<String> = (0..201).map(|number| format!("c{number}")).collect();
    let choices: Vec<(&str, bool)> = names.iter().map(|name| (name.as_str(), false)).collect();
    let problem = assert_problem(&put(&session, &categories(&choices)).await, 422, "validation_failed");
    assert_eq!(pointers(&problem), ["/categories"]);
    assert_eq!(preferences(&session).await, categories(&[]), "nothing of a refused body is kept");
    let _ = put(&session, &categories(&choices[..200])).await.expect(200);
}

#[tokio::test]
async fn no_more_than_a_thousand_choices_are_remembered() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for hundred in 0..5 {
        let names: Vec<String> = (0..200).map(|number| format!("{hundred}-{number}")).collect();
        let choices: Vec<(&str, bool)> = names.iter().map(|name| (name.as_str(), false)).collect();
        let _ = put(&session, &categories(&choices)).await.expect(200);
    }
    let reply = put(&session, &categories(&[("one more", false)])).await;
    assert_eq!(pointers(&assert_problem(&reply, 422, "validation_failed")), ["/categories"]);
    assert_eq!(turn(&session, "0-0", true).await["categories"].as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_json_is_refused() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let request = || session.call(Method::PUT, "/preferences").header("content-type", "application/json");
    let large = format!("{{\"categories\":[]{}}}", " ".repeat(64 * 1_024));
    assert_problem(&Reply::to(request().body(large)).await, 413, "body_too_large");
    assert_problem(&Reply::to(request().body("{")).await, 400, "malformed_json");
    let twice = r#"{"categories":[],"categories":[{"name":"a","enabled":false}]}"#;
    assert_problem(&Reply::to(request().body(twice)).await, 400, "malformed_json");
    let plain = session.call(Method::PUT, "/preferences").header("content-type", "text/plain").body("{}");
    assert_problem(&Reply::to(plain).await, 415, "unsupported_media_type");
}

#[tokio::test]
async fn preferences_are_for_a_session() {
    let server = Server::start().await;
    let body = categories(&[("billing", false)]);
    for request in [
        server.api().v1(Method::GET, "/preferences"),
        server.api().v1(Method::PUT, "/preferences").json(&body),
    ] {
        assert_problem(&Reply::to(request).await, 401, "missing_token");
    }
    let backend = server.api().v1(Method::GET, "/preferences").bearer_auth(&server.project().backend_key);
    assert_eq!(Reply::to(backend).await.status, 401);
    let ended = server.session(USER).await;
    assert_eq!(Reply::to(ended.call(Method::DELETE, "/session")).await.status, 204);
    assert_problem(&put(&ended, &body).await, 401, "token_revoked");
    let read = Reply::to(server.session(USER).await.call(Method::GET, "/preferences")).await;
    assert_eq!(read.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_session_in_a_cookie_chooses_from_its_own_page_alone() {
    let server = Server::builder().project(&["--origin", PAGE]).start().await;
    let project = server.project();
    let body =
        json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER), "cookie": true});
    let open = server.api().v1(Method::POST, "/session").header("origin", PAGE).json(&body);
    let opened = Reply::to(open).await;
    let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let put = || {
        let request = server.api().v1(Method::PUT, "/preferences").header("cookie", &cookie);
        request.json(&categories(&[("billing", false)]))
    };
    let named = || put().header("bell-project", &project.api_key);
    assert_problem(&Reply::to(put().header("origin", PAGE)).await, 401, "missing_token");
    assert_problem(&Reply::to(named()).await, 403, "origin_not_allowed");
    let evil = named().header("origin", "https://evil.example");
    assert_problem(&Reply::to(evil).await, 403, "origin_not_allowed");
    let own = Reply::to(named().header("origin", PAGE)).await;
    assert_eq!(own.expect(200), categories(&[("billing", false)]));
    assert_eq!(own.header("access-control-allow-credentials"), Some("true"));
}

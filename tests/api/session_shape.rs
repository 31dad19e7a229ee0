//! `POST /session`: bodies of the wrong shape, and keys that are not the public one.

use notification_bell_tests::{Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn right_body(server: &Server) -> Value {
    let project = server.project();
    json!({"apiKey": project.api_key, "userId": USER, "userHmac": project.proof(USER)})
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused_with_the_member_named() {
    let server = Server::start().await;
    let changes: [(&str, Value); 9] = [
        ("apiKey", json!(null)),
        ("apiKey", json!(7)),
        ("apiKey", json!(["pk_"])),
        ("userId", json!(7)),
        ("userId", json!({"id": USER})),
        ("userHmac", json!(true)),
        ("userHmac", json!(["x"])),
        ("userName", json!("x")),
        ("userhmac", json!("x")),
    ];
    for (member, value) in changes {
        let mut body = right_body(&server);
        body[member] = value.clone();
        let problem = assert_problem(&server.open_session(&body).await, 400, "invalid_request");
        assert!(problem.to_string().contains(member), "{member}={value} is not named: {problem}");
    }
}

#[tokio::test]
async fn a_missing_member_is_named() {
    let server = Server::start().await;
    for member in ["apiKey", "userId", "userHmac"] {
        let mut body = right_body(&server);
        body.as_object_mut().unwrap().remove(member);
        let problem = assert_problem(&server.open_session(&body).await, 400, "invalid_request");
        assert!(problem.to_string().contains(member), "{member} is not named: {problem}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let server = Server::start().await;
    let right = right_body(&server);
    let in_order = json!([right["apiKey"], right["userId"], right["userHmac"], null]);
    for body in [json!(null), json!([]), json!("x"), json!(7), in_order] {
        assert_problem(&server.open_session(&body).await, 400, "invalid_request");
    }
}

#[tokio::test]
async fn two_proofs_at_once_are_refused() {
    let server = Server::start().await;
    let mut body = right_body(&server);
    body["userToken"] = json!("a.b.c");
    assert_problem(&server.open_session(&body).await, 400, "invalid_request");
}

#[tokio::test]
async fn a_token_of_no_provider_opens_nothing() {
    let server = Server::start().await;
    let body = json!({"apiKey": server.project().api_key, "userToken": "a.b.c"});
    let reply = server.open_session(&body).await;
    let code = if reply.status == 403 { "proof_not_allowed" } else { "invalid_token" };
    assert_problem(&reply, if code == "invalid_token" { 401 } else { 403 }, code);
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    let server = Server::start().await;
    let known = &server.project().api_key;
    for key in ["", "pk_", "pk_AAAAAAAAAAAAAAAAAAAAAAAA", "x", &known.to_lowercase(), &format!("{known} ")] {
        let mut body = right_body(&server);
        body["apiKey"] = json!(key);
        assert_problem(&server.open_session(&body).await, 401, "unknown_api_key");
    }
}

#[tokio::test]
async fn a_secret_key_in_the_browser_is_called_out() {
    let server = Server::start().await;
    let project = server.project();
    let unknown_secret = format!("sk_{}", "A".repeat(43));
    for key in [&project.api_secret_key, &project.backend_key, &unknown_secret] {
        let mut body = right_body(&server);
        body["apiKey"] = json!(key);
        let problem = assert_problem(&server.open_session(&body).await, 400, "secret_key_in_browser");
        assert!(!problem.to_string().contains(key.as_str()), "the answer repeats the secret");
    }
}

#[tokio::test]
async fn an_imported_secret_in_the_browser_is_called_out_too() {
    let server = Server::builder().project(&["--api-secret-key", "NOTIFIR_API_SECRET"]).start().await;
    let mut body = right_body(&server);
    body["apiKey"] = json!("NOTIFIR_API_SECRET");
    assert_problem(&server.open_session(&body).await, 400, "secret_key_in_browser");
}

#[tokio::test]
async fn a_token_in_the_address_is_refused_even_if_it_is_right() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for name in ["token", "access_token"] {
        for path in ["/inbox", "/inbox/stream"] {
            let bare = format!("{path}?{name}={}", session.token);
            let reply = Reply::to(server.api().v1(Method::GET, &bare)).await;
            assert_problem(&reply, 400, "token_in_url");
            assert_problem(&Reply::to(session.call(Method::GET, &bare)).await, 400, "token_in_url");
        }
    }
}

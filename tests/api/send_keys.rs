//! `POST /notifications`: who may send.

use std::time::Duration;

use notification_bell_tests::{Reply, Server, assert_problem, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// "A running server takes up what the command line changed within a second": with room for a busy machine.
const TAKEN_UP: Duration = Duration::from_secs(4);

async fn send_with(server: &Server, authorization: Option<&str>) -> Reply {
    let body = json!({"to": {"users": ["user@example.com"]}, "title": "Hello"});
    let request = server.api().v1(Method::POST, "/notifications").json(&body);
    Reply::to(match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    })
    .await
}

#[tokio::test]
async fn nobody_sends_without_a_key() {
    let server = Server::start().await;
    assert_problem(&send_with(&server, None).await, 401, "missing_token");
}

#[tokio::test]
async fn an_unknown_key_sends_nothing() {
    let server = Server::start().await;
    let project = server.project();
    let mut mistyped = project.backend_key.clone();
    mistyped.replace_range(5..6, if &mistyped[5..6] == "A" { "B" } else { "A" });
    for key in [
        mistyped.as_str(),
        &format!("ak_{}", "A".repeat(43)),
        &project.backend_key.to_uppercase(),
        &project.backend_key[..40],
        &format!("{}x", project.backend_key),
        "ak_",
        "x",
    ] {
        assert_problem(&send_with(&server, Some(&format!("Bearer {key}"))).await, 401, "unknown_api_key");
    }
}

#[tokio::test]
async fn no_other_key_of_the_project_sends() {
    let server = Server::start().await;
    let project = server.project();
    let session = server.session("user@example.com").await;
    for key in [&project.api_key, &project.api_secret_key, &project.proof("user@example.com"), &session.token]
    {
        let reply = send_with(&server, Some(&format!("Bearer {key}"))).await;
        let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(["unknown_api_key", "invalid_token"].contains(&code.as_str()), "{}", reply.text());
        assert_problem(&reply, 401, &code);
    }
}

#[tokio::test]
async fn the_scheme_is_bearer_in_any_case_and_no_other() {
    let server = Server::start().await;
    let key = &server.project().backend_key;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let _ = send_with(&server, Some(&format!("{scheme} {key}"))).await.expect(201);
    }
    for value in [key.clone(), format!("Basic {key}"), format!("Token {key}"), "Bearer".to_owned()] {
        let reply = send_with(&server, Some(&value)).await;
        assert_eq!(reply.status, 401, "{}", reply.text());
        assert!(reply.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
    }
}

#[tokio::test]
async fn two_authorizations_are_refused() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.project().backend_key);
    let body = json!({"to": {"users": ["user@example.com"]}, "title": "Hello"});
    let request = server
        .api()
        .v1(Method::POST, "/notifications")
        .header("authorization", &bearer)
        .header("authorization", &bearer)
        .json(&body);
    assert_problem(&Reply::to(request).await, 400, "invalid_request");
}

#[tokio::test]
async fn a_key_without_the_scope_may_not_send() {
    let server = Server::start().await;
    let create = async |scope: &str| {
        let arguments =
            ["api-key", "create", "--project", &server.project().id, "--name", scope, "--scope", scope];
        server.installation().json(&arguments).await["key"].as_str().unwrap().to_owned()
    };
    for (scope, status) in [("notifications:read", 403), ("users:manage", 403), ("notifications:write", 201)]
    {
        let key = create(scope).await;
        let reply = eventually(TAKEN_UP, "taking up a new key", async || {
            let reply = send_with(&server, Some(&format!("Bearer {key}"))).await;
            (reply.status != 401).then_some(reply)
        })
        .await;
        assert_eq!(reply.status, status, "{scope}: {}", reply.text());
        if status == 403 {
            assert_problem(&reply, 403, "insufficient_scope");
        }
    }
}

#[tokio::test]
async fn a_revoked_key_sends_nothing_from_then_on() {
    let server = Server::start().await;
    let project = server.project();
    let bearer = format!("Bearer {}", project.backend_key);
    let _ = send_with(&server, Some(&bearer)).await.expect(201);
    let keys = server.installation().json(&["api-key", "list", "--project", &project.id]).await;
    let id = keys[0]["id"].as_str().unwrap();
    server.installation().succeed(&["api-key", "revoke", id]).await;
    let reply = eventually(TAKEN_UP, "taking up a revocation", async || {
        let reply = send_with(&server, Some(&bearer)).await;
        (reply.status != 201).then_some(reply)
    })
    .await;
    assert_problem(&reply, 401, "unknown_api_key");
}

#[tokio::test]
async fn a_key_that_was_just_used_is_refused_as_soon_as_its_revocation_is_answered() {
    let server = Server::start().await;
    let key = &server.project().backend_key;
    let body = json!({"to": {"users": ["user@example.com"]}, "title": "Hello"});
    let send = async |body: &Value| {
        let request = server.api().v1(Method::POST, "/notifications").bearer_auth(key);
        Reply::to(request.header("idempotency-key", "the-same").json(body)).await
    };
    let keys = server.installation().json(&["api-key", "list", "--project", &server.project().id]).await;
    for _ in 0..3 {
        assert_eq!(send(&body).await.status, 201);
        assert_eq!(server.send(&body).await.status, 201);
    }
    server.installation().succeed(&["api-key", "revoke", keys[0]["id"].as_str().unwrap()]).await;
    // At once, whatever is asked: new, answered before, or not allowed anyway.
    assert_problem(&server.send(&body).await, 401, "unknown_api_key");
    assert_problem(&send(&body).await, 401, "unknown_api_key");
    assert_problem(&send(&json!({"to": {}, "title": ""})).await, 401, "unknown_api_key");
    assert_eq!(server.session("user@example.com").await.grant["counts"]["total"], 4);
}

#[tokio::test]
async fn an_expired_key_sends_nothing() {
    let server = Server::start().await;
    let arguments =
        ["api-key", "create", "--project", &server.project().id, "--name", "x", "--expires-in", "3s"];
    let created = server.installation().json(&arguments).await;
    assert!(created["expiresAt"].is_string(), "{created}");
    let bearer = format!("Bearer {}", created["key"].as_str().unwrap());
    let mut worked = false;
    let reply = eventually(Duration::from_secs(10), "the end of a key", async || {
        let reply = send_with(&server, Some(&bearer)).await;
        worked |= reply.status == 201;
        (worked && reply.status != 201).then_some(reply)
    })
    .await;
    assert_problem(&reply, 401, "unknown_api_key");
}

#[tokio::test]
async fn a_backends_key_in_a_browser_is_called_out() {
    let server = Server::start().await;
    let body = json!({"to": {"users": ["user@example.com"]}, "title": "Hello"});
    let request = server
        .api()
        .v1(Method::POST, "/notifications")
        .bearer_auth(&server.project().backend_key)
        .header("origin", "https://site.example")
        .json(&body);
    assert_problem(&Reply::to(request).await, 400, "secret_key_in_browser");
}

#[tokio::test]
async fn a_key_does_not_send_under_the_name_of_another_project() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let (first, second) = (&server.projects()[0], &server.projects()[1]);
    let send = async |named: &str| {
        let request = server.api().v1(Method::POST, "/notifications").bearer_auth(&first.backend_key);
        let body = json!({"to": {"users": ["user@example.com"]}, "title": "Hello"});
        Reply::to(request.header("bell-project", named).json(&body)).await
    };
    assert_problem(&send(&second.api_key).await, 400, "invalid_request");
    assert_eq!(send(&first.api_key).await.status, 201);
}

//! A backend that sends with a provider's token instead of an API key.

use notification_bell_tests::{Provider, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::json;

async fn trusting(provider: &Provider, options: &[&str]) -> Server {
    let server = Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").start().await;
    provider.add_to(server.installation(), "Jobs", &[&["--for", "sending"], options].concat()).await;
    server
}

async fn send(server: &Server, token: &str, project: Option<&str>) -> Reply {
    let mut request = server.api().v1(Method::POST, "/notifications").bearer_auth(token);
    if let Some(project) = project {
        request = request.header("bell-project", project);
    }
    Reply::to(request.json(&json!({"to": {"users": ["user@example.com"]}, "title": "From a job"}))).await
}

#[tokio::test]
async fn a_providers_token_sends_for_the_project_that_the_header_names() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--audience", "bell"]).await;
    let api_key = server.project().api_key.clone();
    let sent = send(&server, &provider.token("mailer"), Some(&api_key)).await.expect(201);
    let session = server.session("user@example.com").await;
    assert_eq!(session.inbox("").await["items"][0]["id"], sent["id"]);
    assert_problem(&send(&server, &provider.token("mailer"), None).await, 401, "invalid_token");
    let unknown = send(&server, &provider.token("mailer"), Some("pk_unknown")).await;
    assert_problem(&unknown, 401, "unknown_api_key");
}

#[tokio::test]
async fn a_visitors_token_does_not_send() {
    let (login, jobs) = (Provider::start().await, Provider::start().await);
    let server = trusting(&jobs, &["--require", "role=mailer"]).await;
    login.add_to(server.installation(), "Log-in", &["--for", "users"]).await;
    let api_key = server.project().api_key.clone();
    // One that only opens sessions, and one of the right provider without the claim that a backend's has.
    for token in [login.token("visitor"), jobs.token("visitor")] {
        assert_problem(&send(&server, &token, Some(&api_key)).await, 401, "invalid_token");
    }
    let mut claims = jobs.claims("mailer");
    claims["role"] = json!("mailer");
    let _ = send(&server, &jobs.key.token(&claims), Some(&api_key)).await.expect(201);
}

#[tokio::test]
async fn a_token_of_another_projects_provider_does_not_send() {
    let provider = Provider::start().await;
    let server =
        Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").project(&[]).project(&[]).start().await;
    let (first, second) = (&server.projects()[0], &server.projects()[1]);
    let jwks = provider.jwks_url();
    let add = ["provider", "add", "--project", &first.id, "--name", "Jobs", "--jwks", &jwks];
    let rest = ["--issuer", provider.issuer(), "--audience", "bell", "--for", "sending"];
    server.installation().succeed(&[&add[..], &rest].concat()).await;
    let token = provider.token("mailer");
    assert_problem(&send(&server, &token, Some(&second.api_key)).await, 401, "invalid_token");
    let _ = send(&server, &token, Some(&first.api_key)).await.expect(201);
}

#[tokio::test]
async fn a_token_does_what_its_provider_may() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--audience", "bell", "--scope", "notifications:write"]).await;
    let api_key = server.project().api_key.clone();
    let token = provider.token("mailer");
    let _ = send(&server, &token, Some(&api_key)).await.expect(201);
    let revoke = server.api().v1(Method::POST, "/users/user@example.com/revoke").bearer_auth(&token);
    let reply = Reply::to(revoke.header("bell-project", &api_key).json(&json!({}))).await;
    assert_problem(&reply, 403, "insufficient_scope");
}

#[tokio::test]
async fn a_token_for_sending_in_a_browser_is_a_leak() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--audience", "bell"]).await;
    let request = server
        .api()
        .v1(Method::POST, "/notifications")
        .bearer_auth(provider.token("mailer"))
        .header("bell-project", &server.project().api_key)
        .header("origin", "https://site.example")
        .json(&json!({"to": {"users": ["user@example.com"]}, "title": "From a page"}));
    assert_problem(&Reply::to(request).await, 400, "secret_key_in_browser");
}

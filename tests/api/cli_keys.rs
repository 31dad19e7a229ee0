//! `api-key create|list|revoke` and `send`.

use std::time::Duration;

use notification_bell_tests::{Installation, Server, within};
use serde_json::json;

#[tokio::test]
async fn a_key_is_shown_once_and_never_listed() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let arguments = ["api-key", "create", "--project", &project.id, "--name", "Shop"];
    let created = installation.json(&arguments).await;
    let key = created["key"].as_str().unwrap();
    assert!(key.starts_with("ak_") && key.len() == 46, "{created}");
    assert_eq!((&created["name"], &created["expiresAt"]), (&json!("Shop"), &json!(null)));
    let mut scopes: Vec<&str> =
        created["scopes"].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
    scopes.sort_unstable();
    let all = [
        "notifications:read",
        "notifications:write",
        "templates:write",
        "topics:write",
        "users:manage",
        "webhooks:manage",
    ];
    assert_eq!(scopes, all, "without --scope, all");

    let list = installation.json(&["api-key", "list", "--project", &project.id]).await;
    assert_eq!(list.as_array().unwrap().len(), 2, "the project's first one too: {list}");
    assert!(list.as_array().unwrap().iter().any(|listed| listed["id"] == created["id"]));
    for printed in
        [list.to_string(), installation.succeed(&["api-key", "list", "--project", &project.id]).await]
    {
        for key in [key, &project.backend_key] {
            assert!(!printed.contains(key), "{printed}");
        }
    }
}

#[tokio::test]
async fn a_key_has_the_scopes_and_the_end_it_was_given() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let arguments = [
        "api-key",
        "create",
        "--project",
        &project.name,
        "--name",
        "x",
        "--scope",
        "notifications:write",
        "--scope",
        "notifications:read",
        "--expires-in",
        "90d",
    ];
    let created = installation.json(&arguments).await;
    assert_eq!(created["scopes"].as_array().unwrap().len(), 2, "{created}");
    assert!(created["expiresAt"].as_str().is_some_and(|end| end.ends_with('Z')), "{created}");
}

#[tokio::test]
async fn an_unknown_scope_or_length_of_time_is_refused() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    for option in
        [["--scope", "everything"], ["--scope", ""], ["--expires-in", "soon"], ["--expires-in", "-1d"]]
    {
        let arguments =
            [&["api-key", "create", "--project", &project.id, "--name", "x"], &option[..]].concat();
        let output = installation.run(&arguments).await;
        assert!(matches!(output.code, 1 | 2) && output.stdout.is_empty(), "{option:?}: {output:?}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_revoked_for_good() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let created = installation.json(&["api-key", "create", "--project", &project.id, "--name", "x"]).await;
    let id = created["id"].as_str().unwrap();
    installation.succeed(&["api-key", "revoke", id]).await;
    let unknown = installation.run(&["api-key", "revoke", "01900000-0000-7000-8000-000000000000"]).await;
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(!unknown.stderr.is_empty());
}

#[tokio::test]
async fn a_send_of_the_command_line_reaches_an_open_stream_within_a_second() {
    let server = Server::start().await;
    let mut stream = server.session("user@example.com").await.live_stream().await;
    let arguments = [
        "send",
        "--project",
        &server.project().id,
        "--to",
        "user@example.com",
        "--title",
        "From the shell",
        "--body",
        "Hello",
        "--url",
        "/here",
    ];
    server.installation().succeed(&arguments).await;
    // With room for a busy machine.
    let sync = within(Duration::from_secs(4), "the event", stream.sync()).await;
    let item = &sync["changed"][0];
    assert_eq!(
        (&item["title"], &item["body"], &item["url"]),
        (&json!("From the shell"), &json!("Hello"), &json!("/here"))
    );
}

#[tokio::test]
async fn a_send_works_without_a_running_server_and_obeys_the_same_rules() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let send = async |to: &str, title: &str, url: &str| {
        let arguments = ["send", "--project", &project.id, "--to", to, "--title", title, "--url", url];
        installation.run(&arguments).await
    };
    assert_eq!(send("user@example.com", "Hello", "/x").await.code, 0);
    for (to, title, url) in [
        ("User@example.com", "Hello", "/x"),
        ("u", "", "/x"),
        ("u", &"t".repeat(257), "/x"),
        ("u", "Hello", "javascript:x"),
    ] {
        let output = send(to, title, url).await;
        assert!(matches!(output.code, 1 | 2), "{to} {title} {url}: {output:?}");
        assert!(!output.stderr.is_empty() && !output.stderr.contains("panicked"), "{output:?}");
    }
}

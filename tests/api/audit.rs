//! The audit log: who changed what, and how often proofs failed.

use notification_bell_tests::{ANSWER_LIMIT, Installation, Reply, Server, assert_problem, eventually};
use reqwest::Method;
use serde_json::{Value, json};

async fn entries(installation: &Installation) -> Vec<Value> {
    installation.json(&["audit", "list"]).await.as_array().unwrap().clone()
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_the_command_line_changes_is_on_record() {
    let installation = Installation::new();
    let project = installation.create_project("Shop", &[]).await;
    let made = installation.json(&["api-key", "create", "--name", "Mailer", "--expires-in", "1h"]).await;
    let id = made["id"].as_str().unwrap();
    installation.succeed(&["api-key", "revoke", id]).await;
    installation.succeed(&["api-key", "revoke", id]).await;
    installation.succeed(&["project", "rotate-secret"]).await;
    installation.succeed(&["project", "set", "--origin", "https://shop.example"]).await;
    installation.succeed(&["project", "revoke"]).await;
    let entries = entries(&installation).await;
    assert_eq!(
        actions(&entries),
        [
            "project.created",
            "api_key.created",
            "api_key.created",
            "api_key.revoked",
            "secret.rotated",
            "project.changed",
            "project.revoked",
        ],
        "revoking twice is one change"
    );
    for entry in &entries {
        assert_eq!((&entry["actor"], &entry["project"]), (&json!("command-line"), &json!(project.id)));
    }
    assert_eq!((&entries[2]["subject"], &entries[2]["detail"]["name"]), (&json!(id), &json!("Mailer")));
    assert_eq!(entries[5]["detail"], json!({"origins": ["https://shop.example"]}));
    let text = serde_json::to_string(&entries).unwrap();
    for secret in [&project.api_secret_key, &project.backend_key, made["key"].as_str().unwrap()] {
        assert!(!text.contains(secret), "no key is in it: {text}");
    }
}

#[tokio::test]
async fn what_is_changed_about_templates_and_categories_is_on_record() {
    let server = Server::start().await;
    let key = server.installation().json(&["api-key", "list"]).await[0]["id"].as_str().unwrap().to_owned();
    let call = async |method: Method, path: &str, body: Value| {
        let request = server.api().v1(method, path).bearer_auth(&server.project().backend_key);
        Reply::to(request.json(&body)).await.status
    };
    let before = entries(server.installation()).await.len();
    let text = json!({"title": "Invoice {{ number }}"});
    assert_eq!(call(Method::PUT, "/templates/paid/pt-br", text.clone()).await, 204);
    assert_eq!(call(Method::PUT, "/templates/paid/not a locale", text).await, 422);
    assert_eq!(call(Method::PUT, "/categories/tips", json!({"default": false})).await, 204);
    for (path, expected) in
        [("/templates/paid/pt-BR", 204), ("/templates/paid/pt-BR", 404), ("/categories/tips", 204)]
    {
        let request = server.api().v1(Method::DELETE, path).bearer_auth(&server.project().backend_key);
        assert_eq!(Reply::to(request).await.status, expected, "{path}");
    }
    server.installation().succeed(&["category", "put", "--name", "tips"]).await;
    let log = entries(server.installation()).await;
    let by_key = format!("api-key:{key}");
    let expected = [
        ("template.put", "paid", json!({"locale": "pt-BR"}), by_key.as_str()),
        ("category.put", "tips", json!({"canBeTurnedOff": true, "default": false}), &by_key),
        ("template.removed", "paid", json!({"locale": "pt-BR"}), &by_key),
        ("category.removed", "tips", json!({}), &by_key),
        ("category.put", "tips", json!({"canBeTurnedOff": true, "default": true}), "command-line"),
    ];
    assert_eq!(log.len() - before, expected.len(), "{log:?}");
    for (entry, (action, subject, detail, actor)) in log[before..].iter().zip(expected) {
        assert_eq!((&entry["action"], &entry["subject"]), (&json!(action), &json!(subject)));
        assert_eq!((&entry["detail"], &entry["actor"]), (&detail, &json!(actor)));
        assert_eq!(entry["project"], server.project().id);
    }
}

#[tokio::test]
async fn a_backend_that_cuts_a_user_off_is_named_by_its_key() {
    let server = Server::start().await;
    let key = server.installation().json(&["api-key", "list"]).await[0]["id"].as_str().unwrap().to_owned();
    let revoke = server.api().v1(Method::POST, "/users/user@example.com/revoke");
    let request = revoke.bearer_auth(&server.project().backend_key).json(&json!({"block": true}));
    assert_eq!(Reply::to(request).await.status, 204);
    let last = entries(server.installation()).await.pop().unwrap();
    assert_eq!((&last["action"], &last["subject"]), (&json!("user.revoked"), &json!("user@example.com")));
    assert_eq!(last["actor"], format!("api-key:{key}"));
    assert_eq!(last["detail"], json!({"request": {"block": true}}));
    assert!(
        !server.log().contains("user@example.com"),
        "user ids do not belong in the log: {}",
        server.log()
    );
    assert!(server.log().contains("user.revoked"), "{}", server.log());
}

#[tokio::test]
async fn failed_proofs_are_counted_by_reason() {
    let server = Server::start().await;
    let project = server.project();
    let open = async |proof: &str| {
        let body = json!({"apiKey": project.api_key, "userId": "user@example.com", "userHmac": proof});
        assert_problem(&server.open_session(&body).await, 401, "invalid_user_hmac");
    };
    open("nonsense").await;
    open(&project.proof("other@example.com")).await;
    open(&project.proof("third@example.com")).await;
    eventually(ANSWER_LIMIT, "the failures are counted", async || {
        let entries = entries(server.installation()).await;
        let counted: Vec<(&str, &Value)> = entries
            .iter()
            .filter(|entry| entry["action"] == "proof.failed")
            .map(|entry| (entry["subject"].as_str().unwrap(), &entry["detail"]["count"]))
            .collect();
        (counted == [("hmac_mismatch", &json!(2)), ("hmac_unreadable", &json!(1))]).then_some(())
    })
    .await;
    let metrics = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    assert!(
        metrics.text().contains("bell_failed_proofs_total{reason=\"hmac_mismatch\"} 2"),
        "{}",
        metrics.text()
    );
}

#[tokio::test]
async fn a_running_server_logs_what_the_command_line_changed() {
    let server = Server::start().await;
    server.installation().succeed(&["project", "rotate-secret"]).await;
    eventually(ANSWER_LIMIT, "the change is logged", async || {
        server.log().contains("secret.rotated").then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_list_can_be_narrowed() {
    let installation = Installation::new();
    installation.create_project("First", &[]).await;
    installation.create_project("Second", &[]).await;
    let list = async |options: &[&str]| installation.json(&[&["audit", "list"], options].concat()).await;
    assert_eq!(list(&["--project", "Second"]).await.as_array().unwrap().len(), 2);
    assert_eq!(list(&["--limit", "3"]).await.as_array().unwrap().len(), 3);
    assert_eq!(list(&["--since", "1h"]).await.as_array().unwrap().len(), 4);
    assert!(installation.succeed(&["audit", "list"]).await.contains("project.created"));
}

//! `POST /notifications`: values that are not allowed, each with the place it is at.

use notification_bell_tests::{Server, assert_problem, pointers};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn with(members: &Value) -> Value {
    let mut body = json!({"to": {"users": [USER]}, "title": "Hello"});
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn action(members: &Value) -> Value {
    let mut action = json!({"id": "a", "label": "A"});
    for (name, value) in members.as_object().unwrap() {
        action[name] = value.clone();
    }
    action
}

/// Data whose JSON is exactly this many bytes long.
fn data_of(bytes: usize) -> Value {
    let data = json!({"x": "y".repeat(bytes - r#"{"x":""}"#.len())});
    assert_eq!(data.to_string().len(), bytes);
    data
}

fn address_of(characters: usize) -> String {
    format!("/{}", "a".repeat(characters - 1))
}

#[tokio::test]
async fn a_value_beyond_a_limit_is_refused_with_its_place() {
    let server = Server::start().await;
    let cases = [
        (json!({"title": ""}), "/title"),
        (json!({"title": "t".repeat(257)}), "/title"),
        (json!({"title": "\u{1f514}".repeat(257)}), "/title"),
        (json!({"body": "b".repeat(4097)}), "/body"),
        (json!({"body": "\u{e9}".repeat(4097)}), "/body"),
        (json!({"url": address_of(2049)}), "/url"),
        (json!({"icon": address_of(2049)}), "/icon"),
        (json!({"image": address_of(2049)}), "/image"),
        (json!({"data": data_of(16 * 1024 + 1)}), "/data"),
        (json!({"priority": "urgent"}), "/priority"),
        (json!({"priority": ""}), "/priority"),
        (json!({"expiresAt": "2001-01-01T00:00:00.000Z"}), "/expiresAt"),
        (json!({"expiresAt": "tomorrow"}), "/expiresAt"),
        (json!({"expiresAt": "2099-02-30T00:00:00Z"}), "/expiresAt"),
        (json!({"expiresAt": "2099-01-01"}), "/expiresAt"),
        (json!({"to": {"users": []}}), "/to/users"),
        (json!({"actions": [action(&json!({"url": address_of(2049)}))]}), "/actions/0/url"),
        (json!({"actions": [action(&json!({"style": "huge"}))]}), "/actions/0/style"),
        (json!({"actions": [action(&json!({})), action(&json!({}))]}), "/actions/1/id"),
        (json!({"actions": [action(&json!({"id": ""}))]}), "/actions/0/id"),
        (json!({"actions": [action(&json!({"label": ""}))]}), "/actions/0/label"),
    ];
    for (members, pointer) in cases {
        let reply = server.send(&with(&members)).await;
        assert_eq!(reply.status, 422, "{pointer}: {}", reply.text());
        let problem = assert_problem(&reply, 422, "validation_failed");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
    }
    assert_eq!(server.session(USER).await.inbox("").await["items"], json!([]), "nothing was sent");
}

#[tokio::test]
async fn a_value_at_a_limit_is_allowed() {
    let server = Server::start().await;
    for members in [
        json!({"title": "t"}),
        json!({"title": "t".repeat(256)}),
        json!({"title": "\u{1f514}".repeat(256)}),
        json!({"body": "\u{e9}".repeat(4096)}),
        json!({"url": address_of(2048), "icon": address_of(2048), "image": address_of(2048)}),
        json!({"data": data_of(16 * 1024)}),
        json!({"priority": "low", "expiresAt": "9999-12-31T23:59:59.999Z", "actions": []}),
    ] {
        let reply = server.send(&with(&members)).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }
}

#[tokio::test]
async fn every_fault_is_told_at_once() {
    let server = Server::start().await;
    let members = json!({
        "title": "", "url": "javascript:alert(1)", "data": data_of(17_000),
        "actions": [{"id": "a", "label": "A", "url": "data:,x"}],
    });
    let problem = assert_problem(&server.send(&with(&members)).await, 422, "validation_failed");
    let mut found = pointers(&problem);
    found.sort_unstable();
    assert_eq!(found, ["/actions/0/url", "/data", "/title", "/url"]);
}

#[tokio::test]
async fn a_choice_that_does_not_exist_is_told_with_the_other_faults() {
    let server = Server::start().await;
    let members = json!({"title": "", "priority": "urgent", "expiresAt": "tomorrow"});
    let problem = assert_problem(&server.send(&with(&members)).await, 422, "validation_failed");
    let mut found = pointers(&problem);
    found.sort_unstable();
    assert_eq!(found, ["/expiresAt", "/priority", "/title"]);
}

#[tokio::test]
async fn null_is_as_if_it_were_left_out() {
    let server = Server::start().await;
    let names = ["body", "url", "icon", "image", "category", "type", "data", "expiresAt"];
    let members: Value = names
        .into_iter()
        .map(|name| (name.to_owned(), Value::Null))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let _ = server.send(&with(&members)).await.expect(201);
}

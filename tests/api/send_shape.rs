//! `POST /notifications`: bodies of the wrong shape.

use notification_bell_tests::{Server, assert_problem};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn right_body() -> Value {
    json!({"to": {"users": [USER]}, "title": "Hello"})
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_named() {
    let server = Server::start().await;
    for (name, value) in [
        ("to", json!("user@example.com")),
        ("to", json!([USER])),
        ("to", json!([[USER]])),
        ("to", json!({"users": USER})),
        ("to", json!({"users": [7]})),
        ("to", json!({"users": [null]})),
        ("to", json!({"user": [USER]})),
        ("to", json!(null)),
        ("title", json!(7)),
        ("title", json!(null)),
        ("title", json!(["Hello"])),
        ("body", json!({"text": "x"})),
        ("url", json!(true)),
        ("icon", json!(7)),
        ("image", json!([])),
        ("category", json!(7)),
        ("type", json!({})),
        ("priority", json!(1)),
        ("expiresAt", json!(4_070_908_800_u64)),
        ("actions", json!({})),
        ("actions", json!(["open"])),
        ("actions", json!([["a", "A", null, "default"]])),
        ("actions", json!([{"id": "a"}])),
        ("actions", json!([{"label": "a"}])),
        ("actions", json!([{"id": "a", "label": "A", "href": "/x"}])),
        ("actions", json!([{"id": "a", "label": "A", "style": 7}])),
    ] {
        let mut body = right_body();
        body[name] = value.clone();
        let reply = server.send(&body).await;
        assert_eq!(reply.status, 400, "{name}={value}: {}", reply.text());
        let problem = assert_problem(&reply, 400, "invalid_request");
        assert!(problem.to_string().contains(name), "{name}={value} is not named: {problem}");
    }
}

#[tokio::test]
async fn a_missing_member_is_named() {
    let server = Server::start().await;
    for name in ["to", "title"] {
        let mut body = right_body();
        body.as_object_mut().unwrap().remove(name);
        let problem = assert_problem(&server.send(&body).await, 400, "invalid_request");
        assert!(problem.to_string().contains(name), "{name} is not named: {problem}");
    }
}

#[tokio::test]
async fn an_unknown_member_is_named() {
    let server = Server::start().await;
    for name in ["subject", "Title", "recipients", "id", "createdAt", "__proto__", ""] {
        let mut body = right_body();
        body[name] = json!("x");
        let problem = assert_problem(&server.send(&body).await, 400, "invalid_request");
        assert!(problem.to_string().contains(name), "{name} is not named: {problem}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let server = Server::start().await;
    for body in [json!(null), json!([]), json!([right_body()]), json!("x"), json!(7), json!(false)] {
        assert_problem(&server.send(&body).await, 400, "invalid_request");
    }
}

//! `Idempotency-Key`.

use futures_util::future::join_all;
use notification_bell_tests::{Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

async fn send_raw(server: &Server, key: &[u8], body: &str) -> Reply {
    let request = server
        .api()
        .v1(Method::POST, "/notifications")
        .bearer_auth(&server.project().backend_key)
        .header("idempotency-key", reqwest::header::HeaderValue::from_bytes(key).unwrap())
        .header("content-type", "application/json")
        .body(body.to_owned());
    Reply::to(request).await
}

fn body(title: &str) -> String {
    json!({"to": {"users": [USER]}, "title": title}).to_string()
}

async fn inbox_size(server: &Server) -> usize {
    server.session(USER).await.all_items("all").await.len()
}

#[tokio::test]
async fn a_repeated_send_is_answered_again_and_not_done_again() {
    let server = Server::start().await;
    let first = send_raw(&server, b"key-1", &body("Hello")).await;
    let second = send_raw(&server, b"key-1", &body("Hello")).await;
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(inbox_size(&server).await, 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let server = Server::start().await;
    let _ = send_raw(&server, b"key-1", &body("Hello")).await.expect(201);
    let other_title = body("Goodbye");
    let other_user = json!({"to": {"users": ["other"]}, "title": "Hello"}).to_string();
    let one_more_member = json!({"to": {"users": [USER]}, "title": "Hello", "body": "x"}).to_string();
    for other in [other_title, other_user, one_more_member] {
        assert_problem(&send_raw(&server, b"key-1", &other).await, 422, "idempotency_key_reused");
    }
    assert_eq!(inbox_size(&server).await, 1);
}

#[tokio::test]
async fn equal_json_is_the_same_body_however_it_is_written() {
    let server = Server::start().await;
    let forms = [
        r#"{"to":{"users":["user@example.com"]},"title":"Hé","data":{"a":1,"b":[1,2]}}"#,
        "{ \"data\" : {\"b\": [ 1, 2 ], \"a\":1},\r\n\t\"title\": \"H\\u00e9\", \"to\": {\"users\": [\"user@example.com\"]} }",
        r#"{"title":"H\u00E9","data":{"b":[1,2],"a":1},"to":{"users":["user\u0040example.com"]}}"#,
    ];
    let first = send_raw(&server, b"key-1", forms[0]).await.expect(201);
    for form in &forms[1..] {
        let again = send_raw(&server, b"key-1", form).await;
        assert_eq!(again.expect(201), first, "{form}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    }
    let reordered = r#"{"to":{"users":["user@example.com"]},"title":"Hé","data":{"a":1,"b":[2,1]}}"#;
    assert_problem(&send_raw(&server, b"key-1", reordered).await, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_hundred_at_once_make_one() {
    let server = Server::start().await;
    let text = body("Hello");
    let replies = join_all((0..100).map(|_| send_raw(&server, b"key-1", &text))).await;
    let mut ids = Vec::new();
    let mut first_answers = 0;
    for reply in &replies {
        if reply.status == 409 {
            assert_problem(reply, 409, "idempotency_in_progress");
            assert!(reply.header("retry-after").is_some());
        } else {
            ids.push(reply.expect(201)["id"].as_str().unwrap().to_owned());
            first_answers += usize::from(reply.header("idempotency-replayed").is_none());
        }
    }
    ids.dedup();
    assert_eq!((ids.len(), first_answers), (1, 1));
    assert_eq!(inbox_size(&server).await, 1);
}

#[tokio::test]
async fn different_keys_send_twice() {
    let server = Server::start().await;
    let one = send_raw(&server, b"key-1", &body("Hello")).await.expect(201);
    let other = send_raw(&server, b"KEY-1", &body("Hello")).await.expect(201);
    assert_ne!(one["id"], other["id"], "keys are compared as they are");
    assert_eq!(inbox_size(&server).await, 2);
}

#[tokio::test]
async fn a_key_survives_a_restart() {
    let mut server = Server::start().await;
    let first = send_raw(&server, b"key-1", &body("Hello")).await.expect(201);
    server.stop().await;
    server.restart().await;
    let again = send_raw(&server, b"key-1", &body("Hello")).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_problem(&send_raw(&server, b"key-1", &body("Other")).await, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_refused_send_does_not_use_up_its_key() {
    let server = Server::start().await;
    assert_problem(&send_raw(&server, b"key-1", &body("")).await, 422, "validation_failed");
    assert_problem(&send_raw(&server, b"key-1", "{").await, 400, "malformed_json");
    let reply = send_raw(&server, b"key-1", &body("Hello")).await;
    let _ = reply.expect(201);
    assert_eq!(reply.header("idempotency-replayed"), None);
}

#[tokio::test]
async fn a_key_lives_on_after_the_user_removed_the_item() {
    let server = Server::start().await;
    let first = send_raw(&server, b"key-1", &body("Hello")).await.expect(201);
    let session = server.session(USER).await;
    let _ = session.remove(first["id"].as_str().unwrap()).await.expect(200);
    assert_eq!(send_raw(&server, b"key-1", &body("Hello")).await.expect(201), first);
    assert_eq!(inbox_size(&server).await, 0);
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters() {
    let server = Server::start().await;
    let longest = "k".repeat(255);
    for key in ["k", "!~\"quoted\"", longest.as_str()] {
        let _ = send_raw(&server, key.as_bytes(), &body(key)).await.expect(201);
    }
    let too_long = "k".repeat(256);
    for key in ["".as_bytes(), b"two words", b"tab\there", "kéy".as_bytes(), b"\xff", too_long.as_bytes()] {
        let reply = send_raw(&server, key, &body("Hello")).await;
        assert_eq!(reply.status, 400, "{key:?}: {}", reply.text());
        assert_problem(&reply, 400, "invalid_idempotency_key");
    }
}

#[tokio::test]
async fn two_keys_at_once_are_refused() {
    let server = Server::start().await;
    let request = server
        .api()
        .v1(Method::POST, "/notifications")
        .bearer_auth(&server.project().backend_key)
        .header("idempotency-key", "one")
        .header("idempotency-key", "two")
        .header("content-type", "application/json")
        .body(body("Hello"));
    let reply = Reply::to(request).await;
    assert_problem(&reply, 400, "invalid_idempotency_key");
}

#[tokio::test]
async fn a_retry_is_answered_again_although_the_notification_has_expired_meanwhile() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    server.notify(USER, "What time is it").await;
    stream.changed_ids(1).await;
    let sent_at = session.all_items("all").await[0]["createdAt"].clone();
    let expires_at = notification_bell_tests::after(&sent_at, 2);
    let body = json!({"to": {"users": [USER]}, "title": "Soon over", "expiresAt": expires_at}).to_string();
    let first = send_raw(&server, b"key", &body).await.expect(201);
    stream.changed_ids(1).await;
    let removed = stream.sync().await;
    assert_eq!(removed["removed"], json!([first["id"]]));
    let again = send_raw(&server, b"key", &body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
}

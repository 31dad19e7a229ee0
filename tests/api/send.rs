//! `POST /notifications`: what is sent arrives.

use futures_util::future::join_all;
use notification_bell_tests::{Reply, Server};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_send_answers_with_its_id_and_its_address() {
    let server = Server::start().await;
    let reply = server.send(&json!({"to": {"users": [USER, "b", "c"]}, "title": "Hello"})).await;
    let sent = reply.expect(201);
    let id = sent["id"].as_str().unwrap();
    assert_eq!(sent, json!({"id": id, "recipients": 3}));
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 7);
    let location = reply.header("location").unwrap();
    assert!(location.ends_with(&format!("/api/v1/notifications/{id}")), "{location}");
}

#[tokio::test]
async fn every_recipient_has_it_and_nobody_else() {
    let server = Server::start().await;
    let sent = server.send(&json!({"to": {"users": [USER, "b"]}, "title": "Hello"})).await.expect(201);
    for user in [USER, "b"] {
        assert_eq!(server.session(user).await.inbox("").await["items"][0]["id"], sent["id"]);
    }
    assert_eq!(server.session("c").await.inbox("").await["items"], json!([]));
}

#[tokio::test]
async fn a_user_named_twice_gets_it_once() {
    let server = Server::start().await;
    let sent = server.send(&json!({"to": {"users": [USER, USER]}, "title": "Hello"})).await.expect(201);
    assert_eq!(sent["recipients"], 1);
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn a_send_that_was_acknowledged_is_in_the_list_at_once() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for number in 1..=20 {
        server.notify(USER, "Hello").await;
        assert_eq!(session.inbox("").await["counts"]["total"], number);
    }
}

#[tokio::test]
async fn concurrent_sends_are_all_kept() {
    let server = Server::start().await;
    let body = json!({"to": {"users": [USER]}, "title": "Hello"});
    let replies = join_all((0..100).map(|_| server.send(&body))).await;
    let mut ids: Vec<String> =
        replies.iter().map(|reply| reply.expect(201)["id"].as_str().unwrap().to_owned()).collect();
    let items = server.session(USER).await.all_items("all").await;
    let mut listed: Vec<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, ids);
}

#[tokio::test]
async fn as_many_recipients_as_fit_into_a_body_are_reached() {
    let server = Server::start().await;
    let users: Vec<String> = (0..1000).map(|number| format!("user{number}@example.com")).collect();
    let sent = server.send(&json!({"to": {"users": users}, "title": "Hello"})).await.expect(201);
    assert_eq!(sent["recipients"], 1000);
    assert_eq!(server.session("user999@example.com").await.inbox("").await["items"][0]["id"], sent["id"]);
}

#[tokio::test]
async fn text_comes_back_as_it_was_sent() {
    let server = Server::start().await;
    let text = "<b>1 & 2</b> \u{1f469}\u{200d}\u{1f4bb} \u{202b}\u{645}\u{631}\u{62d}\u{628}\u{627} \"x\" \\ '; --\u{2028}";
    let data =
        json!({"": [], "a.b": {"__proto__": 1}, "big": 9_007_199_254_740_991_i64, "pi": 3.5, "\u{e9}": null});
    server.notify_with(USER, &json!({"title": text, "body": text, "data": data})).await;
    let inbox = server.session(USER).await.inbox("").await;
    let item = &inbox["items"][0];
    assert_eq!((&item["title"], &item["body"], &item["data"]), (&json!(text), &json!(text), &data));
}

#[tokio::test]
async fn a_content_type_with_a_charset_is_json_too() {
    let server = Server::start().await;
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let request = server
            .api()
            .v1(Method::POST, "/notifications")
            .bearer_auth(&server.project().backend_key)
            .header("content-type", content_type)
            .body(json!({"to": {"users": [USER]}, "title": "Hello"}).to_string());
        let _ = Reply::to(request).await.expect(201);
    }
}

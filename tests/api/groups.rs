//! `groupKey`: repeats that are one item, which counts.

use notification_bell_tests::{Server, assert_problem, pointers};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn message(text: &str) -> Value {
    json!({"title": text, "groupKey": "room-7", "category": "chat"})
}

#[tokio::test]
async fn a_repeat_takes_the_place_of_the_unread_one_and_counts() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let first = server.notify_with(USER, &message("one")).await;
    let mut stream = session.live_stream().await;
    let second = server.notify_with(USER, &message("two")).await;
    let sync = stream.sync().await;
    assert_eq!((&sync["removed"], &sync["changed"][0]["id"]), (&json!([first]), &json!(second)));
    assert_eq!((&sync["changed"][0]["groupCount"], &sync["counts"]["unread"]), (&json!(2), &json!(1)));
    let page = session.inbox("").await;
    let item = &page["items"][0];
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&item["title"], &item["groupKey"], &item["groupCount"]),
        (&json!("two"), &json!("room-7"), &json!(2))
    );

    let _ = session.patch(&second, &json!({"read": true})).await.expect(200);
    server.notify_with(USER, &message("three")).await;
    let page = session.inbox("").await;
    let counts: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| &item["groupCount"]).collect();
    assert_eq!(counts, [1, 2]);
}

#[tokio::test]
async fn what_has_no_group_stands_for_itself() {
    let server = Server::start().await;
    server.notify(USER, "alone").await;
    let item = &server.session(USER).await.inbox("").await["items"][0];
    assert_eq!((&item["groupKey"], &item["groupCount"]), (&Value::Null, &json!(1)));
}

#[tokio::test]
async fn a_group_key_is_one_line_of_at_most_100_characters() {
    let server = Server::start().await;
    for key in [String::new(), "a\nb".to_owned(), "k".repeat(101)] {
        let body = json!({"to": {"users": [USER]}, "title": "x", "groupKey": key});
        let problem = assert_problem(&server.send(&body).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), ["/groupKey"]);
    }
    server.notify_with(USER, &json!({"title": "x", "groupKey": "k".repeat(100)})).await;
}

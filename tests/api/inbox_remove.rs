//! `DELETE /inbox/{id}`.

use notification_bell_tests::{Server, assert_problem};
use serde_json::json;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_removed_item_is_gone_from_every_view() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let kept = server.notify(USER, "Kept").await;
    let session = server.session(USER).await;
    let answer = session.remove(&id).await.expect(200);
    assert_eq!(answer["counts"], json!({"unseen": 1, "unread": 1, "total": 1, "categories": {}}));
    assert!(answer["revision"].is_string());
    for view in ["all", "unread", "archived", "snoozed"] {
        let ids: Vec<String> = session
            .all_items(view)
            .await
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect();
        assert!(!ids.contains(&id), "{view}");
        assert_eq!(ids.contains(&kept), view == "all" || view == "unread");
    }
    assert_problem(&session.remove(&id).await, 404, "not_found");
    assert_problem(&session.patch(&id, &json!({"read": true})).await, 404, "not_found");
}

#[tokio::test]
async fn another_recipient_keeps_their_copy() {
    let server = Server::start().await;
    let body = json!({"to": {"users": [USER, "other@example.com"]}, "title": "Both"});
    let sent = server.send(&body).await.expect(201);
    let id = sent["id"].as_str().unwrap();
    let _ = server.session(USER).await.remove(id).await.expect(200);
    let other = server.session("other@example.com").await.inbox("").await;
    assert_eq!(other["items"][0]["id"], sent["id"]);
}

#[tokio::test]
async fn what_is_not_in_the_users_inbox_cannot_be_removed() {
    let server = Server::start().await;
    let foreign = server.notify("other@example.com", "Theirs").await;
    let session = server.session(USER).await;
    for id in [foreign.as_str(), "01900000-0000-7000-8000-000000000000", "x"] {
        assert_problem(&session.remove(id).await, 404, "not_found");
    }
    assert_eq!(server.session("other@example.com").await.inbox("").await["counts"]["total"], 1);
}

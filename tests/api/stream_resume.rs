//! `GET /inbox/stream` with `Last-Event-ID`.

use notification_bell_tests::{Server, Session};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn revision(session: &Session) -> String {
    session.inbox("").await["revision"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_stream_resumes_with_what_it_missed_and_nothing_else() {
    let server = Server::start().await;
    server.notify(USER, "Before").await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    server.notify(USER, "Seen").await;
    let last = stream.sync().await["revision"].as_str().unwrap().to_owned();
    drop(stream);
    let missed = [server.notify(USER, "Missed 1").await, server.notify(USER, "Missed 2").await];

    let mut resumed = session.stream(Some(&last)).await;
    let mut first = resumed.changed_ids(1).await;
    first.sort_unstable();
    assert_eq!(first, missed);
    let live = server.notify(USER, "Live").await;
    assert_eq!(resumed.changed_ids(1).await, [live]);
}

#[tokio::test]
async fn the_revision_of_a_list_serves_as_an_event_id() {
    let server = Server::start().await;
    let kept = server.notify(USER, "Kept").await;
    let removed = server.notify(USER, "Removed").await;
    let session = server.session(USER).await;
    let listed = revision(&session).await;
    let _ = session.patch(&kept, &json!({"archived": true})).await.expect(200);
    let _ = session.remove(&removed).await.expect(200);
    let new = server.notify(USER, "New").await;

    let sync = session.stream(Some(&listed)).await.sync().await;
    let mut changed: Vec<&Value> =
        sync["changed"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    changed.sort_unstable_by_key(|id| id.as_str());
    assert_eq!(changed, [&json!(kept), &json!(new)]);
    assert_eq!(sync["removed"], json!([removed]));
    let inbox = session.inbox("").await;
    assert_eq!((&sync["counts"], &sync["revision"]), (&inbox["counts"], &inbox["revision"]));
}

#[tokio::test]
async fn resuming_where_nothing_happened_changes_nothing() {
    let server = Server::start().await;
    server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let now = revision(&session).await;
    let sync = session.stream(Some(&now)).await.sync().await;
    assert_eq!(
        (&sync["changed"], &sync["removed"], &sync["revision"]),
        (&json!([]), &json!([]), &json!(now))
    );
}

#[tokio::test]
async fn an_item_that_changed_twice_is_told_once_as_it_is_now() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let listed = revision(&session).await;
    let _ = session.patch(&id, &json!({"read": true})).await.expect(200);
    let _ = session.patch(&id, &json!({"read": false})).await.expect(200);
    let sync = session.stream(Some(&listed)).await.sync().await;
    assert_eq!(sync["changed"].as_array().unwrap().len(), 1);
    assert_eq!(sync["changed"][0]["readAt"], json!(null));
}

#[tokio::test]
async fn a_long_absence_is_made_up_for_completely() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let start = revision(&session).await;
    let mut missed = Vec::new();
    for number in 0..130 {
        missed.push(server.notify(USER, &format!("{number}")).await);
    }
    let mut stream = session.stream(Some(&start)).await;
    let mut told = stream.changed_ids(130).await;
    told.sort_unstable();
    assert_eq!(told, missed);
}

#[tokio::test]
async fn an_event_id_that_cannot_be_read_resets() {
    let server = Server::start().await;
    server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let long = "9".repeat(129);
    for id in ["x", "-1", "99999999999999999999999999", "1.5", "one two", "{}", &long] {
        let mut stream = session.stream(Some(id)).await;
        let reset = stream.next().await;
        assert_eq!(reset.name, "reset", "{id:?}");
        let data: Value = serde_json::from_str(&reset.data).unwrap();
        assert_eq!(data["counts"]["total"], 1);
        assert_eq!(data["revision"], json!(revision(&session).await));
        let live = server.notify("other@example.com", "Not for this stream").await;
        drop((stream, live));
    }
}

#[tokio::test]
async fn a_stream_goes_on_after_a_reset() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.stream(Some("unreadable")).await;
    assert_eq!(stream.next().await.name, "reset");
    let live = server.notify(USER, "Live").await;
    assert_eq!(stream.changed_ids(1).await, [live]);
}

#[tokio::test]
async fn an_event_id_from_the_future_resets() {
    // As after a restore from a backup: the client knows a state that the server has not reached.
    let server = Server::start().await;
    let ahead = Server::start().await;
    for _ in 0..5 {
        ahead.notify(USER, "Hello").await;
    }
    let future = revision(&ahead.session(USER).await).await;
    let mut stream = server.session(USER).await.stream(Some(&future)).await;
    assert_eq!(stream.next().await.name, "reset");
}

#[tokio::test]
async fn an_event_id_outlives_a_restart() {
    let mut server = Server::start().await;
    let session = server.session(USER).await;
    let listed = revision(&session).await;
    let missed = server.notify(USER, "Missed").await;
    server.stop().await;
    server.restart().await;
    let mut stream = server.session(USER).await.stream(Some(&listed)).await;
    assert_eq!(stream.changed_ids(1).await, [missed]);
}

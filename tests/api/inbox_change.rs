//! `PATCH /inbox/{id}`.

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, Session, after, assert_problem, within};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";
const FAR: &str = "2099-01-01T00:00:00.000Z";

/// So many seconds after the newest item came.
async fn later(session: &Session, seconds: i64) -> String {
    after(&session.inbox("?limit=1").await["items"][0]["createdAt"], seconds)
}

#[tokio::test]
async fn seen_read_and_archived_go_both_ways() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    // The change, then which of seenAt, readAt and archivedAt are set, then unseen, unread and total.
    let steps = [
        (json!({"seen": true}), [true, false, false], [0, 1, 1]),
        (json!({"seen": false}), [false, false, false], [1, 1, 1]),
        (json!({"read": true}), [true, true, false], [0, 0, 1]),
        (json!({"read": false}), [true, false, false], [0, 1, 1]),
        (json!({"archived": true}), [true, false, true], [0, 0, 0]),
        (json!({"archived": false}), [true, false, false], [0, 1, 1]),
        (json!({"seen": true, "read": true, "archived": true}), [true, true, true], [0, 0, 0]),
        (json!({"archived": false, "read": false}), [true, false, false], [0, 1, 1]),
    ];
    for (change, set, numbers) in steps {
        let answer = session.patch(&id, &change).await.expect(200);
        let item = &answer["item"];
        let is_set = ["seenAt", "readAt", "archivedAt"].map(|member| item[member].is_string());
        assert_eq!(is_set, set, "after {change}: {item}");
        let counts = &answer["counts"];
        let counted = ["unseen", "unread", "total"].map(|name| counts[name].as_i64().unwrap());
        assert_eq!(counted, numbers, "after {change}");
        let listed = session.inbox(if set[2] { "?view=archived" } else { "" }).await;
        assert_eq!(&listed["items"][0], item, "the list shows what the change answered");
        assert_eq!(listed["counts"], answer["counts"]);
    }
}

#[tokio::test]
async fn every_change_is_a_new_revision_and_none_is_not() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let before = session.inbox("").await["revision"].clone();
    let read = session.patch(&id, &json!({"read": true})).await.expect(200);
    assert_ne!(read["revision"], before);
    assert_eq!(read["item"]["revision"], read["revision"]);
    let again = session.patch(&id, &json!({"read": true})).await.expect(200);
    assert_eq!(again["item"]["readAt"], read["item"]["readAt"], "the first time is kept");
}

#[tokio::test]
async fn a_snoozed_item_is_away_until_it_is_fetched_back() {
    let server = Server::start().await;
    let id = server.notify(USER, "Later").await;
    let session = server.session(USER).await;
    let until = later(&session, 3_600).await;
    let snoozed = session.patch(&id, &json!({"snoozedUntil": until})).await.expect(200);
    assert_eq!((&snoozed["item"]["snoozedUntil"], &snoozed["counts"]["total"]), (&json!(until), &json!(0)));
    assert_eq!(session.inbox("").await["items"], json!([]));
    assert_eq!(session.inbox("?view=snoozed").await["items"][0]["id"], json!(id));
    let back = session.patch(&id, &json!({"snoozedUntil": null})).await.expect(200);
    assert_eq!(back["counts"]["total"], 1);
    assert_eq!(session.inbox("?view=snoozed").await["items"], json!([]));
    assert_eq!(session.inbox("").await["items"][0]["id"], json!(id));
}

#[tokio::test]
async fn a_snoozed_item_comes_back_by_itself_and_counts_as_new() {
    let server = Server::start().await;
    let id = server.notify(USER, "Later").await;
    let session = server.session(USER).await;
    let change = json!({"read": true, "snoozedUntil": later(&session, 2).await});
    let _ = session.patch(&id, &change).await.expect(200);
    let mut stream = session.live_stream().await;
    let sync = within(ANSWER_LIMIT, "coming back", stream.sync()).await;
    assert_eq!((&sync["changed"][0]["id"], &sync["counts"]["unread"]), (&json!(id), &json!(1)));
    assert_eq!(sync["changed"][0]["readAt"], json!(null));
    assert_eq!(session.inbox("").await["items"][0]["id"], json!(id));
    assert_eq!(session.inbox("?view=snoozed").await["items"], json!([]));
}

#[tokio::test]
async fn another_offset_is_the_same_moment() {
    let server = Server::start().await;
    let id = server.notify(USER, "Later").await;
    let session = server.session(USER).await;
    let until = later(&session, 3_600).await;
    let one_hour_east = later(&session, 7_200).await.replace('Z', "+01:00");
    let answer = session.patch(&id, &json!({"snoozedUntil": one_hour_east})).await.expect(200);
    assert_eq!(answer["item"]["snoozedUntil"], json!(until));
}

#[tokio::test]
async fn a_used_action_is_done() {
    let server = Server::start().await;
    let actions = json!([{"id": "accept", "label": "Accept"}, {"id": "decline", "label": "Decline"}]);
    let id = server.notify_with(USER, &json!({"title": "Invitation", "actions": actions})).await;
    let session = server.session(USER).await;
    let item = session.patch(&id, &json!({"actionDone": "accept"})).await.expect(200)["item"].clone();
    let done: Vec<&Value> =
        item["actions"].as_array().unwrap().iter().map(|action| &action["done"]).collect();
    assert_eq!(done, [&json!(true), &json!(false)]);
    assert_problem(&session.patch(&id, &json!({"actionDone": "other"})).await, 422, "validation_failed");
}

#[tokio::test]
async fn a_change_of_the_wrong_shape_is_refused() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    for change in [
        json!({"seen": "yes"}),
        json!({"read": 1}),
        json!({"read": null, "title": "x"}),
        json!({"archived": []}),
        json!({"snoozedUntil": 4_070_908_800_u64}),
        json!({"actionDone": true}),
        json!({"readAt": FAR}),
        json!({"title": "Another"}),
        json!([]),
        json!([true, true]),
        json!(null),
    ] {
        let problem = assert_problem(&session.patch(&id, &change).await, 400, "invalid_request");
        assert!(problem["detail"].is_string(), "{change}");
    }
}

#[tokio::test]
async fn a_change_with_a_value_that_is_not_allowed_is_refused() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    for change in [
        json!({"seen": false, "read": true}),
        json!({"snoozedUntil": "2001-01-01T00:00:00.000Z"}),
        json!({"snoozedUntil": "tomorrow"}),
        json!({"snoozedUntil": "2099-02-30T00:00:00Z"}),
        json!({"actionDone": "none"}),
    ] {
        let reply = session.patch(&id, &change).await;
        assert_eq!(reply.status, 422, "{change}: {}", reply.text());
        assert_problem(&reply, 422, "validation_failed");
    }
    let item = session.inbox("").await["items"][0].clone();
    assert_eq!((&item["seenAt"], &item["readAt"]), (&json!(null), &json!(null)), "nothing was changed");
}

#[tokio::test]
async fn what_is_not_in_the_users_inbox_is_not_found() {
    let server = Server::start().await;
    let foreign = server.notify("other@example.com", "Theirs").await;
    let session = server.session(USER).await;
    let unknown = "01900000-0000-7000-8000-000000000000";
    for id in [foreign.as_str(), unknown, "x", "stream", "0", "%00", "..%2f..", &"a".repeat(500)] {
        let reply = session.patch(id, &json!({"read": true})).await;
        let expected = if id == "stream" { (405, "method_not_allowed") } else { (404, "not_found") };
        assert_problem(&reply, expected.0, expected.1);
    }
    let theirs = server.session("other@example.com").await.inbox("").await;
    assert_eq!(theirs["items"][0]["readAt"], json!(null));
}

#[tokio::test]
async fn a_change_needs_a_token() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let request = server.api().v1(Method::PATCH, &format!("/inbox/{id}")).json(&json!({"read": true}));
    assert_problem(&Reply::to(request).await, 401, "missing_token");
}

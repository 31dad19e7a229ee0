//! `POST /inbox/mark`.

use notification_bell_tests::{Server, Session, assert_problem};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn three_in_two_categories(server: &Server) -> [String; 3] {
    [
        server.notify_with(USER, &json!({"title": "a", "category": "billing"})).await,
        server.notify_with(USER, &json!({"title": "b", "category": "team"})).await,
        server.notify_with(USER, &json!({"title": "c", "category": "billing"})).await,
    ]
}

async fn unread_titles(session: &Session) -> Vec<String> {
    let items = session.all_items("unread").await;
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

async fn mark(session: &Session, body: Value) -> Value {
    session.mark(&body).await.expect(200)
}

#[tokio::test]
async fn everything_is_read_at_once() {
    let server = Server::start().await;
    three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    let answer = mark(&session, json!({"set": {"read": true}})).await;
    assert_eq!(answer["counts"], json!({"unseen": 0, "unread": 0, "total": 3, "categories": {}}));
    let inbox = session.inbox("").await;
    assert_eq!((&inbox["counts"], &inbox["revision"]), (&answer["counts"], &answer["revision"]));
    for item in inbox["items"].as_array().unwrap() {
        assert!(item["readAt"].is_string() && item["seenAt"].is_string(), "{item}");
    }
}

#[tokio::test]
async fn only_the_named_ids_are_marked_and_unknown_ones_are_skipped() {
    let server = Server::start().await;
    let [first, _, third] = three_in_two_categories(&server).await;
    let foreign = server.notify("other@example.com", "Theirs").await;
    let session = server.session(USER).await;
    let unknown = "01900000-0000-7000-8000-000000000000";
    mark(&session, json!({"set": {"read": true}, "ids": [first, third, unknown, foreign, "x"]})).await;
    assert_eq!(unread_titles(&session).await, ["b"]);
    assert_eq!(server.session("other@example.com").await.grant["counts"]["unread"], 1);
}

#[tokio::test]
async fn no_ids_are_none_and_not_all() {
    let server = Server::start().await;
    three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    let answer = mark(&session, json!({"set": {"read": true}, "ids": []})).await;
    assert_eq!(answer["counts"]["unread"], 3);
}

#[tokio::test]
async fn only_the_category_is_marked() {
    let server = Server::start().await;
    three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    let answer = mark(&session, json!({"set": {"read": true}, "category": "billing"})).await;
    assert_eq!(answer["counts"]["categories"], json!({"team": 1}));
    assert_eq!(unread_titles(&session).await, ["b"]);
}

#[tokio::test]
async fn what_arrived_after_the_revision_the_user_saw_is_not_swallowed() {
    let server = Server::start().await;
    three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    let seen = session.inbox("").await["revision"].clone();
    server.notify(USER, "Newcomer").await;
    let answer = mark(&session, json!({"set": {"read": true}, "upTo": seen})).await;
    assert_eq!(answer["counts"]["unread"], 1);
    assert_eq!(unread_titles(&session).await, ["Newcomer"]);
}

#[tokio::test]
async fn everything_is_archived_and_fetched_back() {
    let server = Server::start().await;
    three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    let archived = mark(&session, json!({"set": {"archived": true}})).await;
    assert_eq!(archived["counts"]["total"], 0);
    assert_eq!(session.all_items("archived").await.len(), 3);
    let back = mark(&session, json!({"set": {"archived": false}})).await;
    assert_eq!((&back["counts"]["total"], &back["counts"]["unread"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn what_is_read_is_archived_and_the_rest_stays() {
    let server = Server::start().await;
    let [first, _, third] = three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    mark(&session, json!({"set": {"read": true}, "ids": [first, third]})).await;
    let answer = mark(&session, json!({"set": {"archived": true}, "read": true})).await;
    assert_eq!(answer["counts"], json!({"unseen": 1, "unread": 1, "total": 1, "categories": {"team": 1}}));
    assert_eq!(answer["changed"], json!([first, third]));
    mark(&session, json!({"set": {"archived": true}, "read": false})).await;
    assert_eq!(session.all_items("archived").await.len(), 3);
}

#[tokio::test]
async fn a_mark_of_everything_names_what_it_changed_so_that_exactly_that_can_be_taken_back() {
    let server = Server::start().await;
    let [first, second, third] = three_in_two_categories(&server).await;
    let session = server.session(USER).await;
    let named = mark(&session, json!({"set": {"read": true}, "ids": [second]})).await;
    assert_eq!(named.get("changed"), None, "who named them knows");
    let answer = mark(&session, json!({"set": {"read": true}})).await;
    assert_eq!(answer["changed"], json!([first, third]));
    assert_eq!(mark(&session, json!({"set": {"read": true}})).await["changed"], json!([]));
    mark(&session, json!({"set": {"read": false}, "ids": answer["changed"]})).await;
    assert_eq!(unread_titles(&session).await, ["c", "a"]);
}

#[tokio::test]
async fn opening_the_panel_marks_all_as_seen_and_leaves_them_unread() {
    let server = Server::start().await;
    three_in_two_categories(&server).await;
    let answer = mark(&server.session(USER).await, json!({"set": {"seen": true}})).await;
    assert_eq!((&answer["counts"]["unseen"], &answer["counts"]["unread"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn a_mark_that_changes_nothing_is_a_success() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    assert_eq!(session.mark_all_read().await["counts"]["unread"], 0);
    assert_eq!(session.mark_all_read().await["revision"], session.grant["revision"]);
}

#[tokio::test]
async fn a_mark_of_the_wrong_shape_is_refused() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for body in [
        json!({}),
        json!({"set": {"read": "yes"}}),
        json!({"set": {"snoozedUntil": null}}),
        json!({"set": []}),
        json!({"set": {"read": true}, "ids": "x"}),
        json!({"set": {"read": true}, "ids": [7]}),
        json!({"set": {"read": true}, "upTo": 7}),
        json!({"set": {"read": true}, "category": ["a"]}),
        json!({"set": {"archived": true}, "read": "yes"}),
        json!({"set": {"read": true}, "everything": true}),
        json!([]),
        json!([{"read": true}]),
        json!({"set": [true, true, true]}),
    ] {
        let reply = session.mark(&body).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        assert_problem(&reply, 400, "invalid_request");
    }
}

#[tokio::test]
async fn a_mark_with_a_value_that_is_not_allowed_is_refused() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let too_many: Vec<String> = (0..1001).map(|number| format!("{number}")).collect();
    for body in [
        json!({"set": {}}),
        json!({"set": {"read": true, "seen": false}}),
        json!({"set": {"read": true}, "upTo": "not a revision"}),
        json!({"set": {"read": true}, "upTo": ""}),
        json!({"set": {"read": true}, "ids": too_many}),
    ] {
        let reply = session.mark(&body).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert_problem(&reply, 422, "validation_failed");
    }
}

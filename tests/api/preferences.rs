//! `GET` and `PUT /preferences`: what a choice of categories does.

use notification_bell_tests::{EventStream, Reply, Server, Session, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

pub(crate) async fn preferences(session: &Session) -> Value {
    Reply::to(session.call(Method::GET, "/preferences")).await.expect(200)
}

pub(crate) async fn put(session: &Session, body: &Value) -> Reply {
    Reply::to(session.call(Method::PUT, "/preferences").json(body)).await
}

pub(crate) async fn turn(session: &Session, name: &str, enabled: bool) -> Value {
    put(session, &json!({"categories": [{"name": name, "enabled": enabled}]})).await.expect(200)
}

pub(crate) fn categories(choices: &[(&str, bool)]) -> Value {
    let one = |(name, enabled): &(&str, bool)| json!({"name": name, "enabled": enabled});
    json!({"categories": choices.iter().map(one).collect::<Vec<_>>()})
}

/// One in `billing`, one in `team`, one without a category; their ids.
async fn three(server: &Server) -> [String; 3] {
    [
        server.notify_with(USER, &json!({"title": "a", "category": "billing"})).await,
        server.notify_with(USER, &json!({"title": "b", "category": "team"})).await,
        server.notify(USER, "c").await,
    ]
}

async fn titles(session: &Session, view: &str) -> Vec<String> {
    let items = session.all_items(view).await;
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

/// The next event, which has to be a `reset`.
async fn reset(stream: &mut EventStream) -> Value {
    let event = stream.next().await;
    assert_eq!(event.name, "reset", "{event:?}");
    let data: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!((&data["revision"], &data["changed"]), (&json!(event.id), &json!([])));
    data
}

#[tokio::test]
async fn every_category_that_something_has_is_listed_by_name() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    assert_eq!(preferences(&session).await, categories(&[]));
    let [billing, team, _] = three(&server).await;
    let _ = session.patch(&team, &json!({"archived": true})).await.expect(200);
    assert_eq!(preferences(&session).await, categories(&[("billing", true), ("team", true)]));
    let _ = session.remove(&billing).await.expect(200);
    assert_eq!(preferences(&session).await, categories(&[("team", true)]));
}

#[tokio::test]
async fn what_is_not_named_stays_and_what_was_ever_turned_off_is_listed() {
    let server = Server::start().await;
    three(&server).await;
    let session = server.session(USER).await;
    let off = turn(&session, "team", false).await;
    assert_eq!(off, categories(&[("billing", true), ("team", false)]));
    let unknown = turn(&session, "news", false).await;
    assert_eq!(unknown, categories(&[("billing", true), ("news", false), ("team", false)]));
    let on = put(&session, &categories(&[("news", true), ("never heard of", true)])).await.expect(200);
    assert_eq!(on, categories(&[("billing", true), ("news", true), ("team", false)]));
    assert_eq!(put(&session, &categories(&[])).await.expect(200), on);
    assert_eq!(preferences(&session).await, on);
    assert_eq!(put(&session, &on).await.expect(200), on, "the answer is a body too");
}

#[tokio::test]
async fn a_category_that_is_turned_off_is_in_no_list_and_no_number() {
    let server = Server::start().await;
    let [billing, _, _] = three(&server).await;
    let archived = server.notify_with(USER, &json!({"title": "d", "category": "billing"})).await;
    let session = server.session(USER).await;
    let _ = session.patch(&archived, &json!({"archived": true})).await.expect(200);
    let _ = session.patch(&billing, &json!({"read": true})).await.expect(200);
    let before = session.inbox("").await;

    turn(&session, "billing", false).await;
    for (view, expected) in
        [("all", &["c", "b"] as &[&str]), ("unread", &["c", "b"]), ("archived", &[]), ("snoozed", &[])]
    {
        assert_eq!(titles(&session, view).await, expected, "{view}");
    }
    assert_eq!(session.inbox("?category=billing").await["items"], json!([]));
    let counts = json!({"unseen": 2, "unread": 2, "total": 2, "categories": {"team": 1}});
    assert_eq!(session.inbox("").await["counts"], counts);
    assert_eq!(server.session(USER).await.grant["counts"], counts);

    turn(&session, "billing", true).await;
    let after = session.inbox("").await;
    assert_eq!((&after["items"], &after["counts"]), (&before["items"], &before["counts"]));
    assert_eq!(titles(&session, "archived").await, ["d"]);
}

#[tokio::test]
async fn what_was_sent_meanwhile_comes_when_it_is_turned_on() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    turn(&session, "news", false).await;
    let mut stream = session.live_stream().await;
    let body = json!({"to": {"users": [USER]}, "title": "hidden", "category": "news"});
    assert_eq!(server.send(&body).await.expect(201)["recipients"], 1);
    // The next event is of what came after it: of the hidden one there is none.
    let shown = server.notify(USER, "shown").await;
    let sync = stream.sync().await;
    assert_eq!(sync["changed"].as_array().unwrap().len(), 1);
    assert_eq!((&sync["changed"][0]["id"], &sync["counts"]["unread"]), (&json!(shown), &json!(1)));
    turn(&session, "news", true).await;
    assert_eq!(titles(&session, "unread").await, ["shown", "hidden"]);
    assert_eq!(reset(&mut stream).await["counts"]["unread"], 2);
}

#[tokio::test]
async fn what_is_hidden_can_be_neither_changed_nor_removed() {
    let server = Server::start().await;
    let [billing, _, _] = three(&server).await;
    let session = server.session(USER).await;
    turn(&session, "billing", false).await;
    assert_problem(&session.patch(&billing, &json!({"read": true})).await, 404, "not_found");
    assert_problem(&session.patch(&billing, &json!({"actionDone": "x"})).await, 404, "not_found");
    assert_problem(&session.remove(&billing).await, 404, "not_found");
    session.mark_all_read().await;
    for bounds in [json!({"ids": [billing]}), json!({"category": "billing"})] {
        let mut body = json!({"set": {"read": true}});
        body.as_object_mut().unwrap().extend(bounds.as_object().unwrap().clone());
        assert_eq!(session.mark(&body).await.expect(200)["counts"]["total"], 2);
    }
    turn(&session, "billing", true).await;
    assert_eq!(titles(&session, "unread").await, ["a"]);
}

#[tokio::test]
async fn a_change_resets_every_open_stream_and_one_that_changes_nothing_none() {
    let server = Server::start().await;
    three(&server).await;
    let session = server.session(USER).await;
    let other_tab = server.session(USER).await;
    let mut streams = [session.live_stream().await, other_tab.live_stream().await];
    turn(&session, "billing", false).await;
    let inbox = session.inbox("").await;
    assert_ne!(inbox["revision"], session.grant["revision"]);
    for stream in &mut streams {
        let reset = reset(stream).await;
        assert_eq!((&reset["counts"], &reset["revision"]), (&inbox["counts"], &inbox["revision"]));
    }
    turn(&session, "billing", false).await;
    turn(&session, "team", true).await;
    assert_eq!(session.inbox("").await["revision"], inbox["revision"]);
    let live = server.notify(USER, "Live").await;
    for stream in &mut streams {
        assert_eq!(stream.changed_ids(1).await, std::slice::from_ref(&live));
    }
}

#[tokio::test]
async fn a_stream_from_before_the_change_is_reset_and_one_from_after_it_is_not() {
    let mut server = Server::start().await;
    three(&server).await;
    let session = server.session(USER).await;
    let before = session.inbox("").await["revision"].as_str().unwrap().to_owned();
    turn(&session, "billing", false).await;
    let after = session.inbox("").await["revision"].as_str().unwrap().to_owned();
    let hidden = json!({"title": "hidden", "category": "billing"});
    server.notify_with(USER, &hidden).await;
    server.stop().await;
    server.restart().await;
    let session = server.session(USER).await;
    assert_eq!(reset(&mut session.stream(Some(&before)).await).await["counts"]["total"], 2);
    let sync = session.stream(Some(&after)).await.sync().await;
    assert_eq!((&sync["changed"], &sync["counts"]["total"]), (&json!([]), &json!(2)));
    assert_eq!(preferences(&session).await, categories(&[("billing", false), ("team", true)]));
}

#[tokio::test]
async fn a_choice_is_one_users_in_one_project() {
    let options: &[&str] = &["--api-secret-key", "SAME_SECRET"];
    let server = Server::builder().project(options).project(options).start().await;
    let (one, other) = (server.projects()[0].clone(), server.projects()[1].clone());
    let body = json!({"to": {"users": [USER, "other@example.com"]}, "title": "t", "category": "billing"});
    for project in [&one, &other] {
        let _ = server.send_in(project, &body).await.expect(201);
    }
    turn(&server.session_in(&one, USER).await, "billing", false).await;
    turn(&server.session_in(&one, USER).await, "secret", false).await;
    assert_eq!(server.session_in(&one, USER).await.grant["counts"]["total"], 0);
    for (project, user) in [(&one, "other@example.com"), (&other, USER)] {
        let session = server.session_in(project, user).await;
        assert_eq!(session.grant["counts"]["total"], 1);
        assert_eq!(preferences(&session).await, categories(&[("billing", true)]));
    }
}

#[tokio::test]
async fn somebody_nothing_was_sent_to_chooses_as_well() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    turn(&session, "billing", false).await;
    assert_eq!(reset(&mut stream).await["counts"]["total"], 0);
    three(&server).await;
    assert_eq!(titles(&session, "all").await, ["c", "b"]);
}

//! `POST /notifications` to a topic and to everyone: who sees it, and what each does with it is theirs alone.

use std::slice;

use notification_bell_tests::{Reply, Server, Session, after, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const USERS: [&str; 3] = ["a@example.com", "b@example.com", "c@example.com"];

pub(crate) async fn subscribe(server: &Server, topic: &str, users: &[&str]) {
    change_subscribers(server, Method::PUT, topic, users).await;
}

pub(crate) async fn unsubscribe(server: &Server, topic: &str, users: &[&str]) {
    change_subscribers(server, Method::DELETE, topic, users).await;
}

async fn change_subscribers(server: &Server, method: Method, topic: &str, users: &[&str]) {
    let request = server.api().v1(method, &format!("/topics/{topic}/subscribers"));
    let request = request.bearer_auth(&server.project().backend_key).json(&json!({"users": users}));
    let reply = Reply::to(request).await;
    assert_eq!((reply.status, reply.text()), (204, ""));
}

async fn send_to(server: &Server, to: Value, title: &str) -> (String, u64) {
    let sent = server.send(&json!({"to": to, "title": title})).await.expect(201);
    (sent["id"].as_str().unwrap().to_owned(), sent["recipients"].as_u64().unwrap())
}

async fn broadcast(server: &Server, title: &str) -> String {
    send_to(server, json!({"everyone": true}), title).await.0
}

async fn titles(session: &Session, view: &str) -> Vec<String> {
    let items = session.all_items(view).await;
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

fn ids(sync: &Value, member: &str) -> Vec<String> {
    let id = |entry: &Value| entry["id"].as_str().or(entry.as_str()).unwrap().to_owned();
    sync[member].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_broadcast_shows_in_open_streams_and_to_whoever_comes_later() {
    let server = Server::start().await;
    let mut streams = Vec::new();
    for user in &USERS[..2] {
        streams.push(server.session(user).await.live_stream().await);
    }
    let id = broadcast(&server, "To all").await;
    for stream in &mut streams {
        let sync = stream.sync().await;
        assert_eq!(ids(&sync, "changed"), slice::from_ref(&id));
        assert_eq!(sync["counts"]["unread"], 1);
    }
    let later = server.session(USERS[2]).await;
    assert_eq!(later.grant["counts"]["unread"], 1);
    assert_eq!(titles(&later, "all").await, ["To all"]);
    assert_eq!(titles(&later, "unread").await, ["To all"]);
}

#[tokio::test]
async fn everyone_is_counted_as_far_as_they_are_known() {
    let server = Server::start().await;
    assert_eq!(send_to(&server, json!({"everyone": true}), "To nobody yet").await.1, 0);
    for user in USERS {
        server.notify(user, "Hello").await;
    }
    assert_eq!(send_to(&server, json!({"everyone": true}), "To all").await.1, 3);
}

#[tokio::test]
async fn what_is_sent_by_name_and_to_all_is_one_list_of_pages_that_join() {
    let server = Server::start().await;
    let mut sent = Vec::new();
    for number in 0..60 {
        let to = match number % 3 {
            0 => json!({"users": [USERS[0]]}),
            1 => json!({"everyone": true}),
            _ => json!({"topic": "nobody is in it"}),
        };
        let (id, _) = send_to(&server, to, "Hello").await;
        if number % 3 < 2 {
            sent.insert(0, id);
        }
    }
    let session = server.session(USERS[0]).await;
    let read = |items: &[Value]| {
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut paged = Vec::new();
    let mut query = "?limit=7".to_owned();
    loop {
        let page = session.inbox(&query).await;
        paged.extend(read(page["items"].as_array().unwrap()));
        let Some(cursor) = page["next"].as_str() else { break };
        query = format!("?limit=7&cursor={cursor}");
        // Settled between two pages, the rest stays where it is.
        let _ = session.patch(&paged[0], &json!({"read": true})).await.expect(200);
    }
    assert_eq!(paged, sent);
    assert_eq!(read(&session.all_items("all").await), sent);
}

#[tokio::test]
async fn what_one_reader_does_with_a_broadcast_is_theirs_alone() {
    let server = Server::start().await;
    let (read, archived, removed) =
        (broadcast(&server, "1").await, broadcast(&server, "2").await, broadcast(&server, "3").await);
    let (one, other) = (server.session(USERS[0]).await, server.session(USERS[1]).await);
    let mut stream = other.live_stream().await;
    let changed = one.patch(&read, &json!({"read": true})).await.expect(200);
    assert!(changed["item"]["readAt"].is_string());
    assert_eq!(changed["counts"]["unread"], 2);
    let _ = one.patch(&archived, &json!({"archived": true})).await.expect(200);
    let _ = one.remove(&removed).await.expect(200);
    assert_problem(&one.patch(&removed, &json!({"read": true})).await, 404, "not_found");
    assert_eq!(titles(&one, "all").await, ["1"]);
    assert_eq!(titles(&one, "archived").await, ["2"]);
    assert_eq!(
        one.inbox("").await["counts"],
        json!({"unseen": 0, "unread": 0, "total": 1, "categories": {}})
    );

    assert_eq!(titles(&other, "unread").await, ["3", "2", "1"]);
    let next = broadcast(&server, "4").await;
    assert_eq!(ids(&stream.sync().await, "changed"), [next]);
    assert_eq!(titles(&one, "all").await, ["4", "1"]);
}

#[tokio::test]
async fn a_mark_does_not_swallow_a_broadcast_that_came_meanwhile() {
    let server = Server::start().await;
    server.notify(USERS[0], "Before, by name").await;
    broadcast(&server, "Before").await;
    let session = server.session(USERS[0]).await;
    let seen = session.inbox("").await["revision"].clone();
    broadcast(&server, "After").await;
    server.notify(USERS[0], "After, by name").await;
    let marked = session.mark(&json!({"set": {"read": true}, "upTo": seen})).await.expect(200);
    assert_eq!((&marked["counts"]["unread"], &marked["counts"]["total"]), (&json!(2), &json!(4)));
    assert_eq!(titles(&session, "unread").await, ["After, by name", "After"]);
    // The change made the rest the user's own. The same mark again reaches no further for that.
    let again = session.mark(&json!({"set": {"read": true}, "upTo": seen})).await.expect(200);
    assert_eq!((&again["counts"], &again["revision"]), (&marked["counts"], &marked["revision"]));
}

#[tokio::test]
async fn a_stream_resumes_across_broadcasts_with_nothing_lost_and_nothing_doubled() {
    let server = Server::start().await;
    let known = broadcast(&server, "Known").await;
    let session = server.session(USERS[0]).await;
    let listed = session.inbox("").await["revision"].as_str().unwrap().to_owned();
    let missed = [
        server.notify(USERS[0], "Missed, by name").await,
        broadcast(&server, "Missed").await,
        broadcast(&server, "Missed and read").await,
    ];
    let _ = session.patch(&missed[2], &json!({"read": true})).await.expect(200);
    let sync = session.stream(Some(&listed)).await.sync().await;
    let mut told = ids(&sync, "changed");
    told.sort_unstable();
    assert_eq!(told, missed);
    assert_eq!(sync["removed"], json!([]));
    // Known as it was, although it became the user's own meanwhile.
    assert_eq!(sync["counts"]["unread"], 3);
    let _ = session.remove(&known).await.expect(200);
    let revision = sync["revision"].as_str().unwrap();
    let next = session.stream(Some(revision)).await.sync().await;
    assert_eq!((next["changed"].clone(), ids(&next, "removed")), (json!([]), vec![known]));
}

#[tokio::test]
async fn another_project_sees_nothing_of_a_broadcast() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let other = server.session_in(&server.projects()[1], USERS[0]).await;
    let mut stream = other.live_stream().await;
    let id = broadcast(&server, "Secret").await;
    assert_eq!(titles(&other, "all").await, [""; 0]);
    assert_problem(&other.patch(&id, &json!({"read": true})).await, 404, "not_found");
    assert_problem(&other.remove(&id).await, 404, "not_found");
    let _ = other.mark(&json!({"set": {"read": true}, "ids": [id]})).await.expect(200);
    let own = json!({"to": {"everyone": true}, "title": "Own"});
    let _ = server.send_in(&server.projects()[1], &own).await.expect(201);
    assert_eq!(stream.sync().await["changed"][0]["title"], "Own");
    assert_eq!(titles(&server.session(USERS[0]).await, "unread").await, ["Secret"]);
}

#[tokio::test]
async fn a_topic_reaches_those_who_are_in_it_at_that_moment() {
    let server = Server::start().await;
    let sessions = [server.session(USERS[0]).await, server.session(USERS[1]).await];
    let to = || json!({"topic": "releases"});
    assert_eq!(send_to(&server, to(), "Before").await.1, 0);
    subscribe(&server, "releases", &USERS[..2]).await;
    let mut stream = sessions[0].live_stream().await;
    let (id, recipients) = send_to(&server, to(), "Both").await;
    assert_eq!((recipients, ids(&stream.sync().await, "changed")), (2, vec![id]));
    unsubscribe(&server, "releases", &USERS[1..2]).await;
    assert_eq!(send_to(&server, to(), "One").await.1, 1);
    subscribe(&server, "releases", &USERS[1..2]).await;
    assert_eq!(send_to(&server, to(), "Both again").await.1, 2);
    assert_eq!(send_to(&server, json!({"topic": "Releases"}), "Another topic").await.1, 0);
    assert_eq!(titles(&sessions[0], "all").await, ["Both again", "One", "Both"]);
    assert_eq!(titles(&sessions[1], "all").await, ["Both again", "Both"], "what was received is kept");
    assert_eq!(titles(&server.session(USERS[2]).await, "all").await, [""; 0]);
}

#[tokio::test]
async fn somebody_elses_topic_item_is_not_found() {
    let server = Server::start().await;
    subscribe(&server, "releases", &USERS[..1]).await;
    let (id, _) = send_to(&server, json!({"topic": "releases"}), "Secret").await;
    let stranger = server.session(USERS[1]).await;
    assert_problem(&stranger.patch(&id, &json!({"read": true})).await, 404, "not_found");
    assert_problem(&stranger.remove(&id).await, 404, "not_found");
    subscribe(&server, "releases", &USERS[1..2]).await;
    assert_problem(&stranger.patch(&id, &json!({"read": true})).await, 404, "not_found");
}

#[tokio::test]
async fn a_broadcast_repeated_with_its_key_is_one() {
    let server = Server::start().await;
    server.notify(USERS[0], "Hello").await;
    let body = json!({"to": {"everyone": true}, "title": "Once"});
    let send = async || {
        let request = server.api().v1(Method::POST, "/notifications").json(&body);
        Reply::to(request.bearer_auth(&server.project().backend_key).header("idempotency-key", "k")).await
    };
    let first = send().await.expect(201);
    server.notify(USERS[1], "Known later").await;
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
    assert_eq!(titles(&server.session(USERS[0]).await, "all").await, ["Once", "Hello"]);
}

#[tokio::test]
async fn a_category_that_is_turned_off_is_turned_off_for_broadcasts_too() {
    let server = Server::start().await;
    let session = server.session(USERS[0]).await;
    let news = json!({"to": {"everyone": true}, "title": "News", "category": "news"});
    let id = server.send(&news).await.expect(201)["id"].as_str().unwrap().to_owned();
    let choose = async |enabled: bool| {
        let body = json!({"categories": [{"name": "news", "enabled": enabled}]});
        Reply::to(session.call(Method::PUT, "/preferences").json(&body)).await.expect(200)
    };
    let listed = Reply::to(session.call(Method::GET, "/preferences")).await.expect(200);
    assert_eq!(listed, json!({"categories": [{"name": "news", "enabled": true}]}));
    choose(false).await;
    assert_eq!(titles(&session, "all").await, [""; 0]);
    assert_eq!(session.inbox("").await["counts"]["total"], 0);
    assert_problem(&session.patch(&id, &json!({"read": true})).await, 404, "not_found");
    let _ = session.mark(&json!({"set": {"read": true}})).await.expect(200);
    let mut stream = session.live_stream().await;
    let _ = server.send(&news).await.expect(201);
    let shown = broadcast(&server, "Shown").await;
    assert_eq!(ids(&stream.sync().await, "changed"), [shown]);
    choose(true).await;
    assert_eq!(titles(&session, "unread").await, ["Shown", "News", "News"]);
}

#[tokio::test]
async fn a_broadcast_leaves_every_inbox_when_it_expires() {
    let server = Server::start().await;
    let session = server.session(USERS[0]).await;
    let listed = session.inbox("").await["revision"].as_str().unwrap().to_owned();
    let expires_at = after(&session.grant["expiresAt"], 2 - 600);
    let body = json!({"to": {"everyone": true}, "title": "Soon gone", "expiresAt": expires_at});
    let id = server.send(&body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let mut known = false;
    let mut stream = session.stream(Some(&listed)).await;
    loop {
        let sync = stream.sync().await;
        known |= ids(&sync, "changed") == [id.clone()];
        // On a machine that is busy for two seconds, it has come and gone before the stream looked.
        if ids(&sync, "removed") == [id.clone()] || (!known && sync["changed"] == json!([])) {
            assert_eq!(sync["counts"]["total"], 0);
            break;
        }
    }
    assert_eq!(titles(&session, "all").await, [""; 0]);
}

#[tokio::test]
async fn an_audience_is_one_of_three() {
    let server = Server::start().await;
    let send = async |to: Value| server.send(&json!({"to": to, "title": "Hello"})).await;
    for nobody in [json!({}), json!({"users": null})] {
        let problem = assert_problem(&send(nobody).await, 422, "audience_required");
        assert_eq!(pointers(&problem), ["/to"]);
    }
    for (to, pointer) in [
        (json!({"users": ["a"], "everyone": true}), "/to"),
        (json!({"topic": "a", "everyone": true}), "/to"),
        (json!({"users": ["a"], "topic": "a"}), "/to"),
        (json!({"everyone": false}), "/to/everyone"),
        (json!({"topic": ""}), "/to/topic"),
        (json!({"topic": "a\nb"}), "/to/topic"),
        (json!({"topic": "a".repeat(101)}), "/to/topic"),
    ] {
        let problem = assert_problem(&send(to).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), [pointer]);
    }
    for to in [json!({"everyone": "yes"}), json!({"topic": 7}), json!({"topics": ["a"]})] {
        assert_problem(&send(to).await, 400, "invalid_request");
    }
    // One fault of several is told with them.
    let problem =
        assert_problem(&server.send(&json!({"to": {}, "title": ""})).await, 422, "validation_failed");
    assert_eq!(pointers(&problem), ["/title", "/to"]);
}

#[tokio::test]
async fn a_broadcast_that_is_withdrawn_leaves_every_list_and_every_open_stream() {
    let server = Server::start().await;
    let id = broadcast(&server, "By mistake").await;
    let (one, other) = (server.session(USERS[0]).await, server.session(USERS[1]).await);
    let _ = one.patch(&id, &json!({"read": true})).await.expect(200);
    let mut streams = [one.live_stream().await, other.live_stream().await];
    let request = server.api().v1(Method::DELETE, &format!("/notifications/{id}"));
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    for stream in &mut streams {
        let sync = stream.sync().await;
        assert_eq!((ids(&sync, "removed"), &sync["counts"]["total"]), (vec![id.clone()], &json!(0)));
    }
    for session in [&one, &other, &server.session(USERS[2]).await] {
        assert_eq!(titles(session, "all").await, [""; 0]);
    }
}

#[tokio::test]
async fn an_erased_user_is_in_no_topic() {
    let server = Server::start().await;
    subscribe(&server, "releases", &USERS).await;
    let request = server.api().v1(Method::DELETE, &format!("/users/{}", USERS[0]));
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    assert_eq!(send_to(&server, json!({"topic": "releases"}), "To the others").await.1, 2);
    assert_eq!(titles(&server.session(USERS[1]).await, "all").await, ["To the others"]);
}

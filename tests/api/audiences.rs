//! `POST /notifications` to a topic and to everyone: who sees it, and who does not.

use notification_bell_tests::{Reply, Server, Session, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) const USERS: [&str; 3] = ["a@example.com", "b@example.com", "c@example.com"];

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

pub(crate) async fn send_to(server: &Server, to: Value, title: &str) -> (String, u64) {
    let sent = server.send(&json!({"to": to, "title": title})).await.expect(201);
    (sent["id"].as_str().unwrap().to_owned(), sent["recipients"].as_u64().unwrap())
}

pub(crate) async fn broadcast(server: &Server, title: &str) -> String {
    send_to(server, json!({"everyone": true}), title).await.0
}

pub(crate) async fn titles(session: &Session, view: &str) -> Vec<String> {
    let items = session.all_items(view).await;
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn ids(sync: &Value, member: &str) -> Vec<String> {
    let id = |entry: &Value| entry["id"].as_str().or(entry.as_str()).unwrap().to_owned();
    sync[member].as_array().unwrap().iter().map(id).collect()
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
async fn an_erased_user_is_in_no_topic() {
    let server = Server::start().await;
    subscribe(&server, "releases", &USERS).await;
    let request = server.api().v1(Method::DELETE, &format!("/users/{}", USERS[0]));
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    assert_eq!(send_to(&server, json!({"topic": "releases"}), "To the others").await.1, 2);
    assert_eq!(titles(&server.session(USERS[1]).await, "all").await, ["To the others"]);
}

//! `GET /notifications` and `GET /notifications/{id}`: what was sent, and what became of it.

use notification_bell_tests::{Reply, Server, assert_problem, pointers};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const USER: &str = "user@example.com";
const OTHER: &str = "other@example.com";

fn get(server: &Server, path: &str) -> RequestBuilder {
    server.api().v1(Method::GET, &format!("/notifications{path}")).bearer_auth(&server.project().backend_key)
}

async fn show(server: &Server, id: &str) -> Value {
    Reply::to(get(server, &format!("/{id}"))).await.expect(200)
}

async fn titles(server: &Server, query: &str) -> Vec<String> {
    let page = Reply::to(get(server, query)).await.expect(200);
    let found = page["notifications"].as_array().unwrap().iter();
    found.map(|found| found["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_notification_is_shown_as_it_was_sent() {
    let server = Server::start().await;
    let body = json!({
        "to": {"users": [USER, OTHER]}, "title": "Hello", "body": "World", "url": "/orders/7",
        "icon": "/i.png", "image": "/p.png", "category": "orders", "type": "order.sent", "data": {"a": [1]},
        "actions": [{"id": "go", "label": "Go", "url": "/go", "style": "primary"}], "priority": "high",
        "expiresAt": "2099-01-01T00:00:00.000Z",
    });
    let sent = server.send(&body).await.expect(201);
    let location = server.send(&body).await.header("location").unwrap().to_owned();
    assert!(location.starts_with("/api/v1/notifications/"));
    let request = server.api().request(Method::GET, &location).bearer_auth(&server.project().backend_key);
    assert_eq!(Reply::to(request).await.expect(200)["title"], "Hello", "the Location leads to it");
    let shown = show(&server, sent["id"].as_str().unwrap()).await;
    for (member, value) in body.as_object().unwrap() {
        assert!(member == "to" || shown[member] == *value, "{member}: {shown}");
    }
    assert!(shown["createdAt"].is_string() && shown["withdrawnAt"].is_null());
    let expected = json!({"recipients": 2, "seen": 0, "read": 0, "clicked": 0, "archived": 0, "actions": {}});
    assert_eq!(shown["tallies"], expected);
}

#[tokio::test]
async fn the_numbers_follow_what_users_do_and_outlive_the_items() {
    let server = Server::start().await;
    let body =
        json!({"to": {"users": [USER, OTHER]}, "title": "Hello", "actions": [{"id": "go", "label": "Go"}]});
    let id = server.send(&body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let (one, other) = (server.session(USER).await, server.session(OTHER).await);
    let _ = other.mark(&json!({"set": {"seen": true}})).await.expect(200);
    let clicked = one.patch(&id, &json!({"clicked": true})).await.expect(200);
    assert!(clicked["item"]["readAt"].is_string() && clicked["item"]["seenAt"].is_string(), "a click reads");
    for change in [
        json!({"clicked": true}),
        json!({"read": false}),
        json!({"clicked": true}),
        json!({"archived": true}),
        json!({"actionDone": "go"}),
        json!({"actionDone": "go"}),
    ] {
        let _ = one.patch(&id, &change).await.expect(200);
    }
    let expected =
        json!({"recipients": 2, "seen": 2, "read": 1, "clicked": 1, "archived": 1, "actions": {"go": 1}});
    assert_eq!(show(&server, &id).await["tallies"], expected);
    for session in [&one, &other] {
        let _ = session.remove(&id).await.expect(200);
    }
    assert_eq!(show(&server, &id).await["tallies"], expected);
}

#[tokio::test]
async fn a_click_that_is_not_one_is_refused() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    for change in [json!({"clicked": false}), json!({"clicked": true, "read": false})] {
        let problem = assert_problem(&session.patch(&id, &change).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), ["/clicked"], "{change}");
    }
    assert_problem(&session.patch(&id, &json!({"clicked": "yes"})).await, 400, "invalid_request");
}

#[tokio::test]
async fn what_was_sent_is_searched_page_by_page() {
    let server = Server::start().await;
    for (title, user, category, kind) in [
        ("One", USER, "news", "a"),
        ("Two", OTHER, "news", "b"),
        ("Three", USER, "team", "b"),
        ("Four", USER, "news", "a"),
    ] {
        server.notify_with(user, &json!({"title": title, "category": category, "type": kind})).await;
    }
    assert_eq!(titles(&server, "").await, ["Four", "Three", "Two", "One"]);
    assert_eq!(titles(&server, "?category=news&type=a").await, ["Four", "One"]);
    assert_eq!(titles(&server, &format!("?user={USER}&type=b")).await, ["Three"]);
    assert_eq!(titles(&server, "?since=2099-01-01T00:00:00Z").await, [""; 0]);
    assert_eq!(titles(&server, "?until=2099-01-01T00:00:00Z&limit=1").await, ["Four"]);
    let first = Reply::to(get(&server, "?limit=3")).await.expect(200);
    assert_eq!(first["notifications"].as_array().unwrap().len(), 3);
    let cursor = first["next"].as_str().unwrap();
    let rest = Reply::to(get(&server, &format!("?limit=3&cursor={cursor}"))).await.expect(200);
    assert_eq!((&rest["notifications"][0]["title"], &rest["next"]), (&json!("One"), &Value::Null));
}

#[tokio::test]
async fn what_went_to_a_topic_is_searched_by_it() {
    let server = Server::start().await;
    for to in [json!({"topic": "releases"}), json!({"everyone": true}), json!({"users": ["u"]})] {
        let _ = server.send(&json!({"to": to, "title": to.to_string()})).await.expect(201);
    }
    assert_eq!(titles(&server, "?topic=releases").await, [r#"{"topic":"releases"}"#]);
    assert!(titles(&server, "?topic=unheard-of").await.is_empty());
}

#[tokio::test]
async fn parameters_that_are_not_allowed_are_all_named() {
    let server = Server::start().await;
    let reply = Reply::to(get(&server, "?limit=0&since=yesterday&until=1")).await;
    let problem = assert_problem(&reply, 422, "validation_failed");
    assert_eq!(pointers(&problem), ["/limit", "/since", "/until"]);
    assert_problem(&Reply::to(get(&server, "?colour=red")).await, 400, "invalid_request");
    assert_problem(&Reply::to(get(&server, "?user=Bob")).await, 400, "invalid_user_id");
    assert_problem(&Reply::to(get(&server, "?cursor=x")).await, 422, "validation_failed");
}

#[tokio::test]
async fn another_projects_notification_is_not_found_and_not_listed() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let body = json!({"to": {"users": [USER]}, "title": "Secret"});
    let id =
        server.send_in(&server.projects()[1], &body).await.expect(201)["id"].as_str().unwrap().to_owned();
    for id in [id.as_str(), "019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10", "nonsense"] {
        assert_problem(&Reply::to(get(&server, &format!("/{id}"))).await, 404, "not_found");
    }
    assert_eq!(titles(&server, "").await, [""; 0]);
    assert_eq!(titles(&server, &format!("?user={USER}")).await, [""; 0]);
}

#[tokio::test]
async fn reading_takes_the_scope_for_it() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let made = ["api-key", "create", "--name", "Sender", "--scope", "notifications:write"];
    let key = server.installation().json(&made).await["key"].as_str().unwrap().to_owned();
    for path in [String::new(), format!("/{id}")] {
        let request = server.api().v1(Method::GET, &format!("/notifications{path}")).bearer_auth(&key);
        assert_problem(&Reply::to(request).await, 403, "insufficient_scope");
    }
}

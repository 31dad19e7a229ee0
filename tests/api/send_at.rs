//! `sendAt`: what is sent later.

use notification_bell_tests::{Reply, Server, after, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

/// The server's own time, by a notification to somebody else.
async fn now(server: &Server) -> Value {
    server.notify("clock", "What time is it").await;
    server.session("clock").await.inbox("?limit=1").await["items"][0]["createdAt"].clone()
}

fn at(send_at: &str) -> Value {
    json!({"to": {"users": [USER]}, "title": "Later", "sendAt": send_at})
}

#[tokio::test]
async fn what_is_sent_later_is_seen_by_nobody_until_its_moment() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    let send_at = after(&now(&server).await, 2);
    let mut body = at(&send_at);
    body["to"]["users"] = json!([USER, "b"]);
    let reply = server.send(&body).await;
    let sent = reply.expect(201);
    assert_eq!(sent["recipients"], 2);
    assert!(reply.header("location").unwrap().ends_with(sent["id"].as_str().unwrap()));
    let inbox = session.inbox("").await;
    assert_eq!((&inbox["items"], &inbox["counts"]["total"]), (&json!([]), &json!(0)));
    let sync = stream.sync().await;
    assert_eq!(sync["changed"][0]["id"], sent["id"]);
    assert_eq!(sync["changed"][0]["createdAt"], send_at, "it is dated to its moment");
    assert!(now(&server).await.as_str().unwrap() >= send_at.as_str(), "it came before its moment");
    assert_eq!(server.session("b").await.inbox("").await["items"][0]["id"], sent["id"]);
}

#[tokio::test]
async fn what_is_due_while_the_server_is_down_comes_with_its_start() {
    let mut server = Server::start().await;
    let now = now(&server).await;
    let sent = server.send(&at(&after(&now, 1))).await.expect(201);
    let expired = json!({"to": {"users": [USER]}, "title": "Over", "sendAt": after(&now, 1), "expiresAt": after(&now, 2)});
    let _ = server.send(&expired).await.expect(201);
    server.kill().await;
    server.restart().await;
    let mut stream = server.session(USER).await.stream(None).await;
    // Whether the first comes before the stream opens or after, it is there in the end, and once.
    let later = server.send(&at(&after(&now, 4))).await.expect(201);
    loop {
        let event = stream.next().await;
        if event.data.contains(later["id"].as_str().unwrap()) {
            break;
        }
    }
    let items = server.session(USER).await.all_items("all").await;
    let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&later["id"], &sent["id"]]);
}

#[tokio::test]
async fn a_moment_that_is_not_allowed_is_refused_with_its_place() {
    let server = Server::start().await;
    let now = now(&server).await;
    let (day, year) = (86_400, 366 * 86_400);
    for (members, pointer) in [
        (json!({"sendAt": "tomorrow"}), "/sendAt"),
        (json!({"sendAt": after(&now, -day)}), "/sendAt"),
        (json!({"sendAt": after(&now, year + day)}), "/sendAt"),
        (json!({"sendAt": after(&now, 2 * day), "expiresAt": after(&now, day)}), "/expiresAt"),
        (json!({"sendAt": after(&now, day), "expiresAt": after(&now, day)}), "/expiresAt"),
    ] {
        let mut body = json!({"to": {"users": [USER]}, "title": "Later"});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let problem = assert_problem(&server.send(&body).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), [pointer], "{members}");
    }
    assert_problem(
        &server.send(&json!({"to": {"users": [USER]}, "title": "t", "sendAt": 1})).await,
        400,
        "invalid_request",
    );
    let _ = server.send(&at(&after(&now, year - day))).await.expect(201);
}

#[tokio::test]
async fn a_moment_that_has_just_passed_is_now() {
    let server = Server::start().await;
    let now = now(&server).await;
    let sent = server.send(&at(&after(&now, -10))).await.expect(201);
    let inbox = server.session(USER).await.inbox("").await;
    assert_eq!(inbox["items"][0]["id"], sent["id"]);
    assert!(inbox["items"][0]["createdAt"].as_str() >= now.as_str());
}

#[tokio::test]
async fn a_repeated_send_for_later_is_sent_once() {
    let server = Server::start().await;
    let mut stream = server.session(USER).await.live_stream().await;
    let body = at(&after(&now(&server).await, 2));
    let send = || {
        let request =
            server.api().v1(Method::POST, "/notifications").header("idempotency-key", "key").json(&body);
        Reply::to(request.bearer_auth(&server.project().backend_key))
    };
    let first = send().await.expect(201);
    assert_eq!(send().await.expect(201), first);
    assert_eq!(stream.changed_ids(1).await, [first["id"].as_str().unwrap()]);
    // The moment has passed by now, which made the first no worse.
    let again = send().await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(201)), (Some("true"), first));
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn what_is_withdrawn_before_its_moment_never_comes() {
    let server = Server::start().await;
    let mut stream = server.session(USER).await.live_stream().await;
    let now = now(&server).await;
    let withdrawn = server.send(&at(&after(&now, 2))).await;
    let later = server.send(&at(&after(&now, 3))).await.expect(201);
    let id = withdrawn.expect(201)["id"].as_str().unwrap().to_owned();
    let call = |method: Method| {
        let request = server.api().v1(method, &format!("/notifications/{id}"));
        Reply::to(request.bearer_auth(&server.project().backend_key))
    };
    assert_eq!(call(Method::GET).await.expect(200)["createdAt"], after(&now, 2), "it is known at once");
    assert_eq!(call(Method::DELETE).await.status, 204);
    assert_eq!(stream.changed_ids(1).await, [later["id"].as_str().unwrap()]);
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn a_batch_may_send_some_now_and_some_later() {
    let server = Server::start().await;
    let mut stream = server.session(USER).await.live_stream().await;
    let now = now(&server).await;
    let body = json!({"notifications": [at(&after(&now, 2)), {"to": {"users": [USER]}, "title": "Now"}]});
    let request = server.api().v1(Method::POST, "/notifications/batch").json(&body);
    let answer = Reply::to(request.bearer_auth(&server.project().backend_key)).await.expect(200);
    let ids: Vec<&str> =
        answer["results"].as_array().unwrap().iter().map(|result| result["id"].as_str().unwrap()).collect();
    assert_eq!(stream.changed_ids(1).await, [ids[1]]);
    assert_eq!(stream.changed_ids(1).await, [ids[0]]);
}

//! What webhooks are told, and how often.

use std::time::Duration;

use notification_bell_tests::{ANSWER_LIMIT, Answering, Receiver, Reply, Server, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

/// An attempt that was cut off by a crash counts as failed after 20 seconds.
const AFTER_A_CRASH: Duration = Duration::from_mins(1);

/// A webhook of the first project.
struct Webhook {
    id: String,
    secret: String,
}

async fn start() -> Server {
    Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").set("BELL_WEBHOOK_RETRY", "1").start().await
}

async fn call(server: &Server, method: Method, path: &str, body: &Value) -> Reply {
    let request = server.api().v1(method, &format!("/webhooks{path}"));
    Reply::to(request.bearer_auth(&server.project().backend_key).json(body)).await
}

async fn add(server: &Server, receiver: &Receiver, members: Value) -> Webhook {
    let mut body = members;
    body["url"] = receiver.url().into();
    let added = call(server, Method::POST, "", &body).await.expect(201);
    let text = |name: &str| added[name].as_str().unwrap().to_owned();
    Webhook { id: text("id"), secret: text("secret") }
}

async fn deliveries(server: &Server, webhook: &Webhook, query: &str) -> Vec<Value> {
    let path = format!("/webhooks/{}/deliveries{query}", webhook.id);
    let request = server.api().v1(Method::GET, &path).bearer_auth(&server.project().backend_key);
    Reply::to(request).await.expect(200)["deliveries"].as_array().unwrap().clone()
}

/// The newest delivery, once it is in this state.
async fn settled(server: &Server, webhook: &Webhook, status: &str) -> Value {
    eventually(ANSWER_LIMIT, format!("a delivery that is {status}"), async || {
        deliveries(server, webhook, &format!("?status={status}")).await.into_iter().next()
    })
    .await
}

#[tokio::test]
async fn what_a_user_does_is_told_once_and_signed() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({})).await;
    let actions = json!([{"id": "go", "label": "Go"}]);
    let id = server.notify_with(USER, &json!({"title": "Hello", "actions": actions})).await;
    let session = server.session(USER).await;
    for (change, kind) in [
        (json!({"seen": true}), "notification.seen"),
        (json!({"read": true}), "notification.read"),
        (json!({"clicked": true}), "notification.clicked"),
        (json!({"actionDone": "go"}), "notification.action"),
        (json!({"archived": true}), "notification.archived"),
    ] {
        for _ in 0..2 {
            let _ = session.patch(&id, &change).await.expect(200);
        }
        let message = receiver.next().await;
        assert!(message.is_signed_with(&webhook.secret), "{message:?}");
        assert!(!message.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAAAAAAA"));
        assert_eq!(message.header("content-type"), "application/json");
        let mut data = json!({"notification": id, "user": USER});
        if kind == "notification.action" {
            data["action"] = "go".into();
        }
        let said = message.json();
        assert_eq!((&said["type"], &said["data"]), (&json!(kind), &data));
        assert!(said["timestamp"].is_string() && said.as_object().unwrap().len() == 3, "{said}");
    }
    let _ = session.patch(&id, &json!({"read": false, "archived": false})).await.expect(200);
    let _ = session.patch(&id, &json!({"read": true, "archived": true})).await.expect(200);
    let told = eventually(ANSWER_LIMIT, "five deliveries", async || {
        let told = deliveries(&server, &webhook, "?status=delivered").await;
        (told.len() == 5).then_some(told)
    })
    .await;
    assert!(told.iter().all(|one| one["attempts"] == 1 && one["lastStatus"] == 204), "{told:?}");
    assert!(told.iter().all(|one| one["nextAttemptAt"].is_null() && one["payload"]["data"]["user"] == USER));
    assert!(receiver.waiting().is_empty(), "what was taken back and done again is not told again");
}

#[tokio::test]
async fn a_webhook_hears_only_of_what_it_asked_for() {
    let (server, mut some, mut all) = (start().await, Receiver::start().await, Receiver::start().await);
    add(&server, &some, json!({"events": ["notification.read"]})).await;
    add(&server, &all, json!({})).await;
    server.notify(USER, "Hello").await;
    server.session(USER).await.mark_all_read().await;
    assert_eq!(some.next().await.json()["type"], "notification.read");
    let mut types = [all.next().await.json()["type"].clone(), all.next().await.json()["type"].clone()];
    types.sort_by_key(ToString::to_string);
    assert_eq!(types, ["notification.read", "notification.seen"]);
    assert!(some.waiting().is_empty());
}

#[tokio::test]
async fn what_failed_is_told_again_under_the_same_id() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({"events": ["notification.read"]})).await;
    receiver.answer(Answering::Status(500));
    server.notify(USER, "Hello").await;
    server.session(USER).await.mark_all_read().await;
    let first = receiver.next().await;
    receiver.answer(Answering::Status(200));
    let second = receiver.next().await;
    assert_eq!((first.id(), &first.body), (second.id(), &second.body));
    assert!(second.is_signed_with(&webhook.secret));
    let told = settled(&server, &webhook, "delivered").await;
    assert_eq!((&told["id"], &told["attempts"]), (&json!(first.id()), &json!(2)));
    assert_eq!((&told["lastStatus"], &told["lastAnswer"]), (&json!(200), &Value::Null));
    let metrics = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    for outcome in ["retried", "delivered"] {
        let line = format!("bell_webhook_attempts_total{{outcome=\"{outcome}\"}} 1");
        assert!(metrics.text().contains(&line), "{}", metrics.text());
    }
}

#[tokio::test]
async fn both_secrets_sign_while_one_takes_the_place_of_the_other() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({})).await;
    let path = format!("/{}/rotate-secret", webhook.id);
    let test = format!("/{}/test", webhook.id);
    let rotated = call(&server, Method::POST, &path, &json!({})).await.expect(200);
    let second = rotated["secret"].as_str().unwrap();
    assert!(rotated["previousSecretUntil"].is_string(), "{rotated}");
    let accepted = call(&server, Method::POST, &test, &json!({})).await.expect(202);
    let message = receiver.next().await;
    assert_eq!((accepted["id"].as_str(), message.signatures()), (Some(message.id()), 2));
    assert!(message.is_signed_with(&webhook.secret) && message.is_signed_with(second));
    assert_eq!(message.json()["type"], "webhook.test");

    let rotated = call(&server, Method::POST, &path, &json!({"previousValidFor": 0})).await.expect(200);
    let _ = call(&server, Method::POST, &test, &json!({})).await.expect(202);
    let message = receiver.next().await;
    assert_eq!(message.signatures(), 1);
    assert!(message.is_signed_with(rotated["secret"].as_str().unwrap()) && !message.is_signed_with(second));
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_told_no_more_until_it_is_enabled_and_then_replayed() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({"events": ["notification.read"]})).await;
    receiver.answer(Answering::Status(410));
    server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    session.mark_all_read().await;
    let lost = receiver.next().await;
    let failed = settled(&server, &webhook, "failed").await;
    assert_eq!((&failed["id"], &failed["lastStatus"]), (&json!(lost.id()), &json!(410)));
    let path = format!("/{}", webhook.id);
    eventually(ANSWER_LIMIT, "a webhook that is disabled", async || {
        let shown = call(&server, Method::GET, &path, &json!({})).await.expect(200);
        (shown["enabled"] == false && shown["goneAt"].is_string()).then_some(())
    })
    .await;
    let audit = server.installation().json(&["audit", "list"]).await;
    let entry = audit.as_array().unwrap().last().unwrap();
    assert_eq!((&entry["action"], &entry["actor"]), (&json!("webhook.changed"), &json!("server")));
    assert_eq!(entry["project"], json!(server.project().id));
    server.notify(USER, "Nobody is told").await;
    session.mark_all_read().await;
    assert_eq!(deliveries(&server, &webhook, "").await.len(), 1);

    receiver.answer(Answering::Status(200));
    let enabled = call(&server, Method::PATCH, &path, &json!({"enabled": true})).await.expect(200);
    assert!(enabled["goneAt"].is_null());
    let replay = format!("/{}/deliveries/{}/replay", webhook.id, lost.id());
    assert_eq!(call(&server, Method::POST, &replay, &json!({})).await.expect(202)["id"], lost.id());
    let again = receiver.next().await;
    assert_eq!((again.id(), &again.body), (lost.id(), &lost.body));
    assert_eq!(settled(&server, &webhook, "delivered").await["attempts"], 2);
}

#[tokio::test]
async fn the_command_line_tests_lists_and_replays() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({"events": ["notification.read"]})).await;
    let installation = server.installation();
    let tested = installation.json(&["webhook", "test", &webhook.id]).await;
    assert_eq!((&tested["ok"], &tested["status"]), (&json!(true), &json!(204)));
    assert!(receiver.next().await.is_signed_with(&webhook.secret));
    receiver.answer(Answering::Status(503));
    let tested = installation.run(&["webhook", "test", &webhook.id]).await;
    assert!(tested.code == 1 && tested.stdout.contains("503"), "{tested:?}");
    receiver.next().await;
    receiver.answer(Answering::Status(204));
    server.notify(USER, "Hello").await;
    server.session(USER).await.mark_all_read().await;
    let told = receiver.next().await;
    settled(&server, &webhook, "delivered").await;
    let listed = installation.json(&["webhook", "deliveries", &webhook.id, "--status", "delivered"]).await;
    assert_eq!((&listed[0]["id"], listed.as_array().unwrap().len()), (&json!(told.id()), 1));
    assert!(installation.succeed(&["webhook", "deliveries", &webhook.id]).await.contains(told.id()));
    installation.succeed(&["webhook", "replay", &webhook.id, told.id()]).await;
    assert_eq!(receiver.next().await.id(), told.id(), "a running server takes it up");
    assert_eq!(installation.run(&["webhook", "replay", &webhook.id, &webhook.id]).await.code, 1);
}

#[tokio::test]
async fn deliveries_are_listed_page_by_page() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({"events": ["notification.read"]})).await;
    for number in 0..3 {
        server.notify(USER, &format!("Number {number}")).await;
    }
    server.session(USER).await.mark_all_read().await;
    for _ in 0..3 {
        receiver.next().await;
    }
    let mut ids = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let path = format!("/{}/deliveries{query}", webhook.id);
        let page = call(&server, Method::GET, &path, &json!({})).await.expect(200);
        ids.extend(page["deliveries"].as_array().unwrap().iter().map(|told| told["id"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert!(ids.len() == 3 && ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    let path = format!("/{}/deliveries?limit=0&status=lost&cursor=x", webhook.id);
    let refused = call(&server, Method::GET, &path, &json!({})).await;
    let problem = notification_bell_tests::assert_problem(&refused, 422, "validation_failed");
    assert_eq!(notification_bell_tests::pointers(&problem), ["/limit", "/status", "/cursor"]);
}

#[tokio::test]
async fn what_was_answered_is_told_after_a_crash() {
    let (mut server, mut receiver) = (start().await, Receiver::start().await);
    let webhook = add(&server, &receiver, json!({"events": ["notification.read"]})).await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    receiver.answer(Answering::Status(500));
    let _ = session.patch(&id, &json!({"read": true})).await.expect(200);
    server.kill().await;
    // It may have been told of the refusal before it ended, or in the middle of it, or not have begun.
    let before = receiver.waiting();
    receiver.answer(Answering::Status(204));
    server.restart().await;
    let told = eventually(AFTER_A_CRASH, "a delivery after the crash", async || {
        deliveries(&server, &webhook, "?status=delivered").await.into_iter().next()
    })
    .await;
    let message = receiver.next().await;
    assert!(message.is_signed_with(&webhook.secret));
    assert_eq!(told["id"], message.id());
    assert_eq!(message.json()["data"]["notification"], id.as_str());
    assert!(before.iter().all(|earlier| earlier.id() == message.id()), "at least once, under one id");
}

//! `migrate`: an installation moves from its file into PostgreSQL, and nobody notices. Where there is no PostgreSQL to run
//! on, there is nothing to test.

use notification_bell_tests::{Database, Installation, Project, Reply, Server, Session, after};
use reqwest::Method;
use serde_json::{Value, json};

const USERS: [&str; 4] = ["a", "b", "c", "user@example.com"];
const VIEWS: [&str; 4] = ["all", "unread", "archived", "snoozed"];

async fn call(server: &Server, method: Method, path: &str, body: Option<Value>) -> Reply {
    let mut request = server.api().v1(method, path).bearer_auth(&server.project().backend_key);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let reply = Reply::to(request).await;
    done(&reply);
    reply
}

pub(super) fn done(reply: &Reply) {
    assert!(reply.status < 300, "{}", reply.text());
}

pub(super) async fn send(server: &Server, members: Value) -> String {
    let mut body = json!({"title": "Hello", "category": "news", "data": {"n": 1}});
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let sent = call(server, Method::POST, "/notifications", Some(body)).await.json();
    sent["id"].as_str().unwrap().to_owned()
}

/// Something of everything.
async fn fill(server: &Server, sessions: &[Session]) {
    let put = async |path: &str, body: Value| drop(call(server, Method::PUT, path, Some(body)).await);
    put("/categories/news", json!({"names": {"en": "News", "de": "Neues"}, "default": true})).await;
    put("/categories/rare", json!({"names": {"en": "Rare"}, "default": false})).await;
    put("/templates/order/en", json!({"title": "Order {{ number }}"})).await;
    put("/templates/order/de", json!({"title": "Bestellung {{ number }}"})).await;
    put("/topics/offers/subscribers", json!({"users": ["a", "b", "erased"]})).await;
    put("/topics/left/subscribers", json!({"users": ["c"]})).await;
    let hook = json!({"url": "http://127.0.0.1:9/", "events": ["notification.read", "notification.seen"]});
    call(server, Method::POST, "/webhooks", Some(hook)).await;
    let now = sessions[0].grant["expiresAt"].clone();
    let mut sent = Vec::new();
    for number in 0..12 {
        sent.push(send(server, json!({"to": {"users": USERS}, "title": format!("Number {number}")})).await);
    }
    let order = json!({"to": {"users": USERS}, "type": "order", "data": {"number": 7}});
    let mut order_body = order.clone();
    order_body["category"] = json!("rare");
    call(server, Method::POST, "/notifications", Some(order_body)).await;
    let actions = json!([{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}]);
    sent.push(
        send(server, json!({"to": {"users": USERS}, "actions": actions, "expiresAt": after(&now, 86_400)}))
            .await,
    );
    for _ in 0..2 {
        send(server, json!({"to": {"users": ["a", "b"]}, "groupKey": "g"})).await;
        send(server, json!({"to": {"topic": "offers"}})).await;
        send(server, json!({"to": {"topic": "left"}, "groupKey": "t"})).await;
        send(server, json!({"to": {"everyone": true}})).await;
    }
    let withdrawn = send(server, json!({"to": {"users": USERS}})).await;
    let shared = send(server, json!({"to": {"everyone": true}})).await;
    for id in [withdrawn, shared] {
        call(server, Method::DELETE, &format!("/notifications/{id}"), None).await;
    }
    send(server, json!({"to": {"users": ["a", "new"]}, "sendAt": after(&now, 86_400)})).await;
    send(server, json!({"to": {"topic": "offers"}, "sendAt": after(&now, 86_400)})).await;
    let batch = json!({"notifications": [{"to": {"users": ["b"]}, "title": "Batch"}]});
    let request = server.api().v1(Method::POST, "/notifications/batch").header("idempotency-key", "batch");
    done(&Reply::to(request.bearer_auth(&server.project().backend_key).json(&batch)).await);
    for (session, id) in sessions.iter().zip(&sent) {
        done(&session.patch(id, &json!({"read": true})).await);
        done(&session.patch(&sent[5], &json!({"archived": true})).await);
        done(&session.patch(&sent[6], &json!({"snoozedUntil": after(&now, 86_400)})).await);
        done(&session.patch(&sent[12], &json!({"actionDone": "yes"})).await);
        done(&session.remove(&sent[7]).await);
    }
    let off = json!({"categories": [{"name": "news", "enabled": false}]});
    done(&Reply::to(sessions[1].call(Method::PUT, "/preferences").json(&off)).await);
    let users = json!({"users": ["c"]});
    call(server, Method::DELETE, "/topics/left/subscribers", Some(users)).await;
    send(server, json!({"to": {"users": ["erased"]}})).await;
    call(server, Method::DELETE, "/users/erased", None).await;
    call(
        server,
        Method::POST,
        "/users/blocked/revoke",
        Some(json!({"block": true, "disablePlainHmac": true})),
    )
    .await;
    server.installation().json(&["api-key", "create", "--project", "Project 0", "--name", "Other"]).await;
    server.installation().succeed(&["project", "rotate-secret", "--project", "Project 1"]).await;
}

/// All that can be asked for.
async fn everything(server: &Server, sessions: &[Session]) -> Vec<Value> {
    let mut all = Vec::new();
    for session in sessions {
        for view in VIEWS {
            all.push(session.inbox(&format!("?view={view}&limit=5")).await);
            all.push(session.all_items(view).await.into());
        }
        all.push(Reply::to(session.call(Method::GET, "/preferences")).await.expect(200));
    }
    for path in [
        "/notifications",
        "/notifications?topic=offers",
        "/categories",
        "/templates",
        "/templates/order/de",
        "/topics/offers/subscribers",
        "/topics/left/subscribers",
        "/users/a/inbox",
        "/webhooks",
    ] {
        all.push(call(server, Method::GET, path, None).await.json());
    }
    for user in USERS {
        let mut export = call(server, Method::GET, &format!("/users/{user}/export"), None).await.json();
        // Each export is itself on record.
        export.as_object_mut().unwrap().remove("audit");
        export.as_object_mut().unwrap().remove("exportedAt");
        all.push(export);
    }
    for command in [["project", "list"], ["api-key", "list"]] {
        let arguments = if command[0] == "project" { vec![] } else { vec!["--project", "Project 0"] };
        let mut listed = server.installation().json(&[&command[..], &arguments].concat()).await;
        for key in listed.as_array_mut().unwrap() {
            key.as_object_mut().unwrap().remove("lastUsedAt");
        }
        all.push(listed);
    }
    all
}

#[tokio::test]
async fn an_installation_moves_with_all_that_it_has_and_streams_go_on() {
    let Some(database) = Database::new() else { return };
    let mut server = Server::builder()
        .installation(Installation::in_a_file(), Vec::new())
        .set("BELL_OUTBOUND_ALLOW", "127.0.0.1")
        .project(&[])
        .project(&["--origin", "https://shop.example"])
        .start()
        .await;
    let mut sessions = Vec::new();
    for user in USERS {
        sessions.push(server.session(user).await);
    }
    fill(&server, &sessions).await;
    let seen = sessions[0].inbox("").await["revision"].as_str().unwrap().to_owned();
    let missed = server.notify("a", "Missed").await;
    let from = format!("sqlite:{}", server.installation().path().join("bell.db").display());
    let address = database.address();
    let migrate = ["migrate", "--from", &from, "--to", &address];
    // Nothing is moved that may still change.
    let in_use = server.installation().run(&migrate).await;
    assert_eq!((in_use.code, in_use.stderr.contains("stop the server")), (1, true), "{in_use:?}");
    let before = everything(&server, &sessions).await;
    server.stop().await;

    let moved = server.installation().json(&migrate).await;
    assert_eq!((&moved["moved"], &moved["rows"]["projects"]), (&json!(true), &json!(2)), "{moved}");
    assert!(moved["rows"]["items"].as_u64().unwrap() > 40, "{moved}");
    let again = server.installation().json(&migrate).await;
    assert_eq!(again, json!({"moved": false, "movedBefore": true}));
    let key = server.installation().path().join("master.key").display().to_string();
    server.set("BELL_DATABASE", &address);
    server.set("BELL_MASTER_KEY_FILE", &key);
    server.restart().await;

    let now = everything(&server, &sessions).await;
    assert_eq!(now.len(), before.len());
    for (now, before) in now.iter().zip(&before) {
        assert_eq!(now, before);
    }
    // Sessions and streams go on where they were.
    let mut stream = sessions[0].stream(Some(&seen)).await;
    assert_eq!(stream.changed_ids(1).await, [missed]);
    let sent = server.notify("a", "After").await;
    assert_eq!(stream.changed_ids(1).await, [sent]);
    // New keys of rows are none of those that came along.
    for number in 0..3 {
        server.notify("a", &format!("After {number}")).await;
        server.notify(&format!("new {number}"), "Hello").await;
    }
    let batch = json!({"notifications": [{"to": {"users": ["b"]}, "title": "Batch"}]});
    let request = server.api().v1(Method::POST, "/notifications/batch").header("idempotency-key", "batch");
    let repeated = Reply::to(request.bearer_auth(&server.project().backend_key).json(&batch)).await;
    assert_eq!(repeated.header("idempotency-replayed"), Some("true"));
    let log = server.installation().json(&["audit", "list"]).await;
    assert!(log.as_array().unwrap().iter().any(|entry| entry["action"] == "database.moved"), "{log}");
}

#[tokio::test]
async fn what_cannot_be_moved_is_refused_with_the_reason() {
    let Some(database) = Database::new() else { return };
    let installation = Installation::in_a_file();
    let migrate =
        async |from: &str, to: &str| installation.run(&["migrate", "--from", from, "--to", to]).await;
    let (file, address) =
        (format!("sqlite:{}", installation.path().join("bell.db").display()), database.address());
    assert_eq!(migrate("postgres://bell@localhost/bell", &address).await.code, 2);
    assert_eq!(migrate(&file, &file).await.code, 2);
    let absent = migrate(&file, &address).await;
    assert_eq!((absent.code, absent.stderr.contains("there is no database")), (1, true), "{absent:?}");
    let project: Project = installation.create_project("Shop", &[]).await;
    // Somebody else's database.
    let mut other = Installation::in_a_file();
    other.set("BELL_DATABASE", &address);
    other.set("BELL_MASTER_KEY_FILE", &other.path().join("master.key").display().to_string());
    other.create_project("Other", &[]).await;
    let filled = migrate(&file, &address).await;
    assert_eq!((filled.code, filled.stderr.contains("something else")), (1, true), "{filled:?}");
    let listed = installation.json(&["project", "list"]).await;
    assert_eq!(listed[0]["apiKey"], project.api_key);
}

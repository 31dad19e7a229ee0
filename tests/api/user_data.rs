//! `DELETE /users/{id}`, `GET /users/{id}/export` and `GET /users/{id}/inbox`.

use notification_bell_tests::{ANSWER_LIMIT, Project, Reply, Server, after, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

use crate::audiences::subscribe;

const USER: &str = "user@example.com";

async fn call_in(server: &Server, project: &Project, method: Method, path: &str) -> Reply {
    Reply::to(server.api().v1(method, &format!("/users/{path}")).bearer_auth(&project.backend_key)).await
}

async fn call(server: &Server, method: Method, path: &str) -> Reply {
    call_in(server, server.project(), method, path).await
}

async fn export(server: &Server, user: &str) -> Value {
    call(server, Method::GET, &format!("{user}/export")).await.expect(200)
}

#[tokio::test]
async fn an_erased_user_has_nothing_left_and_is_signed_out() {
    let server = Server::start().await;
    server.notify_with(USER, &json!({"title": "Secret", "category": "news"})).await;
    let both = server.send(&json!({"to": {"users": [USER, "b"]}, "title": "Both"})).await.expect(201);
    let session = server.session(USER).await;
    let created_at = session.inbox("").await["items"][0]["createdAt"].clone();
    let later = json!({"title": "Later", "sendAt": after(&created_at, 3_600)});
    server.notify_with(USER, &later).await;
    let (stream, mut other_stream) =
        (session.live_stream().await, server.session("b").await.live_stream().await);
    for _ in 0..2 {
        let reply = call(&server, Method::DELETE, USER).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0));
    }
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    let back = server.session(USER).await;
    assert_eq!(back.inbox("").await["items"], json!([]));
    assert_eq!(back.grant["counts"], json!({"unseen": 0, "unread": 0, "total": 0, "categories": {}}));
    let left = export(&server, USER).await;
    assert_eq!((&left["items"], &left["preferences"]["categories"]), (&json!([]), &json!([])));
    // Nobody else has lost anything.
    assert_eq!(server.session("b").await.inbox("").await["items"][0]["id"], both["id"]);
    let sent = server.notify("b", "Still here").await;
    assert_eq!(other_stream.changed_ids(1).await, [sent]);
    // Whoever is sent something later is a user as any other.
    server.notify(USER, "Fresh").await;
    assert_eq!(back.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn the_audit_log_forgets_who_was_erased_but_not_that_somebody_was() {
    let server = Server::start().await;
    let request = server.api().v1(Method::POST, &format!("/users/{USER}/revoke"));
    let reply =
        Reply::to(request.bearer_auth(&server.project().backend_key).json(&json!({"block": true}))).await;
    assert_eq!(reply.status, 204);
    export(&server, USER).await;
    assert_eq!(call(&server, Method::DELETE, USER).await.status, 204);
    let log = server.installation().json(&["audit", "list"]).await;
    assert!(!log.to_string().contains(USER), "{log}");
    let about_users: Vec<(&str, &str)> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["action"].as_str().unwrap().starts_with("user."))
        .map(|entry| (entry["action"].as_str().unwrap(), entry["subject"].as_str().unwrap()))
        .collect();
    let pseudonym = about_users[0].1;
    assert!(pseudonym.starts_with("erased-"), "{pseudonym}");
    let expected = ["user.revoked", "user.exported", "user.erased"].map(|action| (action, pseudonym));
    assert_eq!(about_users, expected);
    assert!(!server.log().contains(USER), "nor is the id in the log");
    // The block is gone with everything else.
    server.session(USER).await;
}

#[tokio::test]
async fn an_export_has_everything_wherever_it_was_put() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for number in 0..130 {
        let category = if number % 2 == 0 { "even" } else { "odd" };
        ids.push(
            server
                .notify_with(USER, &json!({"title": format!("Number {number}"), "category": category}))
                .await,
        );
    }
    let session = server.session(USER).await;
    let created_at = session.inbox("?limit=1").await["items"][0]["createdAt"].clone();
    let _ = session.patch(&ids[0], &json!({"archived": true})).await.expect(200);
    let _ = session.patch(&ids[1], &json!({"snoozedUntil": after(&created_at, 3_600)})).await.expect(200);
    let _ = session.remove(&ids[2]).await.expect(200);
    let off = json!({"categories": [{"name": "odd", "enabled": false}]});
    let _ = Reply::to(session.call(Method::PUT, "/preferences").json(&off)).await.expect(200);
    let later = json!({"title": "Later", "sendAt": after(&created_at, 3_600)});
    ids.push(server.notify_with(USER, &later).await);
    let exported = export(&server, USER).await;
    assert_eq!(exported["userId"], USER);
    assert_eq!((&exported["blocked"], &exported["plainHmacDisabled"]), (&json!(false), &json!(false)));
    let odd = &exported["preferences"]["categories"][1];
    assert_eq!((&odd["name"], &odd["enabled"]), (&json!("odd"), &json!(false)));
    let items = exported["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| item["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let places: Vec<&str> = items.iter().map(|item| item["place"].as_str().unwrap()).collect();
    assert_eq!(places[..4], ["archived", "snoozed", "removed", "inbox"]);
    assert_eq!(places[130], "scheduled");
    assert!(items[2]["removedAt"].is_string() && items[3]["removedAt"].is_null());
    assert_eq!((&items[0]["title"], &items[0]["category"]), (&json!("Number 0"), &json!("even")));
    let unknown = export(&server, "never-heard-of").await;
    assert_eq!(unknown["items"], json!([]));
}

#[tokio::test]
async fn an_export_has_what_went_to_all_the_topics_and_what_webhooks_are_told() {
    let server = Server::start().await;
    let body = json!({"url": "https://hook.example/bell", "events": ["notification.read"]});
    let request = server.api().v1(Method::POST, "/webhooks").bearer_auth(&server.project().backend_key);
    let webhook = Reply::to(request.json(&body)).await.expect(201);
    subscribe(&server, "releases", &[USER, "another"]).await;
    for (to, title) in [
        (json!({"everyone": true}), "To all"),
        (json!({"topic": "releases"}), "To a topic"),
        (json!({"topic": "offers"}), "To others"),
    ] {
        let _ = server.send(&json!({"to": to, "title": title})).await.expect(201);
    }
    let untouched = export(&server, USER).await;
    assert_eq!((&untouched["topics"], &untouched["webhookEvents"]), (&json!(["releases"]), &json!([])));
    let titles = |exported: &Value| -> Vec<Value> {
        exported["items"].as_array().unwrap().iter().map(|item| item["title"].clone()).collect()
    };
    assert_eq!(titles(&untouched), ["To all", "To a topic"]);
    server.session(USER).await.mark_all_read().await;
    server.session("another").await.mark_all_read().await;
    let read = export(&server, USER).await;
    assert_eq!(titles(&read), ["To all", "To a topic"]);
    let events = read["webhookEvents"].as_array().unwrap();
    assert_eq!(events.len(), 2, "{read}");
    for event in events {
        assert_eq!((&event["webhook"], &event["event"]["data"]["user"]), (&webhook["id"], &json!(USER)));
        assert_eq!(event["event"]["type"], "notification.read");
    }
}

#[tokio::test]
async fn support_sees_what_the_user_sees_and_leaves_no_mark() {
    let server = Server::start().await;
    for number in 0..5 {
        server.notify_with(USER, &json!({"title": format!("Number {number}"), "category": "news"})).await;
    }
    let session = server.session(USER).await;
    for query in ["", "?limit=2", "?view=unread&category=news", "?view=archived", "?view=snoozed"] {
        let seen = call(&server, Method::GET, &format!("{USER}/inbox{query}")).await.expect(200);
        assert_eq!(seen, session.inbox(query).await, "{query}");
        assert_eq!(seen["counts"]["unseen"], 5);
    }
    let first = call(&server, Method::GET, &format!("{USER}/inbox?limit=3")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = call(&server, Method::GET, &format!("{USER}/inbox?limit=3&cursor={next}")).await.expect(200);
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (2, &Value::Null));
    assert_eq!(call(&server, Method::GET, "never-heard-of/inbox").await.expect(200)["items"], json!([]));
    for (query, pointer) in
        [("limit=0", "/limit"), ("limit=101", "/limit"), ("view=read", "/view"), ("cursor=x", "/cursor")]
    {
        let reply = call(&server, Method::GET, &format!("{USER}/inbox?{query}")).await;
        assert_eq!(pointers(&assert_problem(&reply, 422, "validation_failed")), [pointer]);
    }
    assert_problem(
        &call(&server, Method::GET, &format!("{USER}/inbox?page=2")).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn another_project_reaches_nothing_of_the_user() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    server.notify(USER, "Secret").await;
    let foreign = &server.projects()[1];
    let session = server.session(USER).await;
    let exported = call_in(&server, foreign, Method::GET, &format!("{USER}/export")).await.expect(200);
    assert_eq!(exported["items"], json!([]));
    let seen = call_in(&server, foreign, Method::GET, &format!("{USER}/inbox")).await.expect(200);
    assert_eq!(seen["items"], json!([]));
    assert_eq!(call_in(&server, foreign, Method::DELETE, USER).await.status, 204);
    assert_eq!(session.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn it_takes_a_key_that_may_and_an_id_that_is_one() {
    let server = Server::start().await;
    let key = server
        .installation()
        .json(&[
            "api-key",
            "create",
            "--name",
            "R",
            "--scope",
            "notifications:read",
            "--scope",
            "notifications:write",
        ])
        .await;
    for (method, path) in [(Method::DELETE, ""), (Method::GET, "/export"), (Method::GET, "/inbox")] {
        let request = |user: &str| server.api().v1(method.clone(), &format!("/users/{user}{path}"));
        let reply = Reply::to(request(USER).bearer_auth(key["key"].as_str().unwrap())).await;
        assert_problem(&reply, 403, "insufficient_scope");
        assert_problem(&Reply::to(request(USER)).await, 401, "missing_token");
        let session = server.session(USER).await;
        assert_problem(&Reply::to(request(USER).bearer_auth(&session.token)).await, 401, "invalid_token");
        assert_problem(
            &call(&server, method.clone(), &format!("User@example.com{path}")).await,
            400,
            "invalid_user_id",
        );
        assert_problem(&call(&server, method.clone(), &format!("%01{path}")).await, 400, "invalid_user_id");
    }
}

#[tokio::test]
async fn the_command_line_does_the_same() {
    let server = Server::start().await;
    let installation = server.installation();
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let stream = session.live_stream().await;
    let seen = installation.json(&["user", "inbox", "--", USER]).await;
    assert_eq!(seen, session.inbox("").await);
    assert!(installation.succeed(&["user", "inbox", "--", USER]).await.contains("Hello"));
    let exported = installation.json(&["user", "export", "--", USER]).await;
    assert_eq!(exported["items"][0]["id"], id.as_str());
    installation.succeed(&["user", "erase", "--", USER]).await;
    stream.end(ANSWER_LIMIT).await;
    assert_eq!(installation.json(&["user", "export", "--", USER]).await["items"], json!([]));
    let stream = server.session(USER).await.live_stream().await;
    installation.succeed(&["user", "revoke", "--block", "true", "--", USER]).await;
    stream.end(ANSWER_LIMIT).await;
    assert_eq!(installation.json(&["user", "export", "--", USER]).await["blocked"], true);
    let refused = installation.run(&["user", "erase", "--", "User"]).await;
    assert_eq!(refused.code, 1);
}

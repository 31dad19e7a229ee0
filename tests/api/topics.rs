//! `/topics/{topic}/subscribers`: who is in a topic.

use notification_bell_tests::{Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

use crate::audiences::{subscribe, unsubscribe};

async fn call(server: &Server, key: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
    let request = server.api().v1(method, path).bearer_auth(key);
    Reply::to(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

async fn subscribers(server: &Server, topic_and_query: &str) -> Value {
    let key = &server.project().backend_key;
    call(server, key, Method::GET, &format!("/topics/{topic_and_query}"), None).await.expect(200)
}

#[tokio::test]
async fn subscribers_are_listed_by_id_and_pages_join() {
    let server = Server::start().await;
    let users: Vec<String> = (0..25).map(|number| format!("user-{number:02}")).collect();
    let mut put: Vec<&str> = users.iter().rev().map(String::as_str).collect();
    put.push("user-03");
    subscribe(&server, "releases", &put).await;
    subscribe(&server, "releases", &put[..3]).await;
    let mut listed = Vec::new();
    let mut query = "?limit=10".to_owned();
    loop {
        let page = subscribers(&server, &format!("releases/subscribers{query}")).await;
        listed.extend(page["users"].as_array().unwrap().clone());
        let Some(cursor) = page["next"].as_str() else { break };
        query = format!("?limit=10&cursor={cursor}");
    }
    assert_eq!(json!(listed), json!(users));
    unsubscribe(&server, "releases", &["user-03", "never heard of"]).await;
    let page = subscribers(&server, "releases/subscribers?limit=1000").await;
    assert_eq!((page["users"].as_array().unwrap().len(), &page["next"]), (24, &json!(null)));
    assert_eq!(subscribers(&server, "unknown/subscribers").await, json!({"users": [], "next": null}));
}

#[tokio::test]
async fn a_topic_may_have_any_name_on_one_line() {
    let server = Server::start().await;
    for (path, name) in
        [("a%20%2F%20b", "a / b".to_owned()), ("%C3%A9", "é".to_owned()), ("x", "x".to_owned())]
    {
        subscribe(&server, path, &["user@example.com"]).await;
        let sent = server.send(&json!({"to": {"topic": name}, "title": "Hello"})).await.expect(201);
        assert_eq!(sent["recipients"], 1);
    }
    let key = &server.project().backend_key;
    for path in ["a%0Ab", "%20", &"a".repeat(101)] {
        for method in [Method::PUT, Method::DELETE] {
            let body = json!({"users": ["user@example.com"]});
            let reply = call(&server, key, method, &format!("/topics/{path}/subscribers"), Some(body)).await;
            assert_problem(&reply, 422, "validation_failed");
        }
        let reply = call(&server, key, Method::GET, &format!("/topics/{path}/subscribers"), None).await;
        assert_problem(&reply, 422, "validation_failed");
    }
}

#[tokio::test]
async fn what_is_not_a_list_of_users_is_refused() {
    let server = Server::start().await;
    let key = &server.project().backend_key;
    for method in [Method::PUT, Method::DELETE] {
        let change =
            async |body: Value| call(&server, key, method.clone(), "/topics/t/subscribers", Some(body)).await;
        for body in [json!({}), json!([]), json!({"users": "a"}), json!({"users": ["a"], "user": "b"})] {
            assert_problem(&change(body).await, 400, "invalid_request");
        }
        let problem = assert_problem(&change(json!({"users": []})).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), ["/users"]);
        let many: Vec<String> = (0..100_001).map(|number| number.to_string()).collect();
        let problem = assert_problem(&change(json!({"users": many})).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), ["/users"]);
        let problem =
            assert_problem(&change(json!({"users": ["right", "WRONG"]})).await, 400, "invalid_user_id");
        assert_eq!(pointers(&problem), ["/users/1"]);
    }
    assert_eq!(subscribers(&server, "t/subscribers").await["users"], json!([]));
    for query in ["limit=0", "limit=1001", "cursor=%21", "cursor=_w"] {
        let reply = call(&server, key, Method::GET, &format!("/topics/t/subscribers?{query}"), None).await;
        assert_problem(&reply, 422, "validation_failed");
    }
}

#[tokio::test]
async fn subscribers_take_the_scope_topics_write() {
    let server = Server::start().await;
    let arguments = ["api-key", "create", "--name", "Mailer", "--scope", "notifications:write"];
    let key = server.installation().json(&arguments).await["key"].as_str().unwrap().to_owned();
    let body = || Some(json!({"users": ["user@example.com"]}));
    for (method, body) in [(Method::GET, None), (Method::PUT, body()), (Method::DELETE, body())] {
        let reply = call(&server, &key, method.clone(), "/topics/t/subscribers", body.clone()).await;
        assert_problem(&reply, 403, "insufficient_scope");
        let session = server.session("user@example.com").await;
        let reply = call(&server, &session.token, method, "/topics/t/subscribers", body).await;
        assert_problem(&reply, 401, "invalid_token");
    }
}

#[tokio::test]
async fn a_topic_of_the_same_name_in_another_project_is_another() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    subscribe(&server, "releases", &["user@example.com"]).await;
    let other = &server.projects()[1];
    let theirs = call(&server, &other.backend_key, Method::GET, "/topics/releases/subscribers", None).await;
    assert_eq!(theirs.expect(200), json!({"users": [], "next": null}));
    let body = json!({"to": {"topic": "releases"}, "title": "Theirs"});
    assert_eq!(server.send_in(other, &body).await.expect(201)["recipients"], 0);
    assert_eq!(server.session("user@example.com").await.inbox("").await["counts"]["total"], 0);
    let body = Some(json!({"users": ["user@example.com"]}));
    let reply = call(&server, &other.backend_key, Method::DELETE, "/topics/releases/subscribers", body).await;
    assert_eq!(reply.status, 204);
    assert_eq!(subscribers(&server, "releases/subscribers").await["users"], json!(["user@example.com"]));
}

#[tokio::test]
async fn the_command_line_changes_topics_and_sends_to_them() {
    let server = Server::start().await;
    let installation = server.installation();
    let mut stream = server.session("one@example.com").await.live_stream().await;
    installation
        .succeed(&["topic", "add", "--topic", "releases", "--", "one@example.com", "two@example.com"])
        .await;
    installation.succeed(&["topic", "remove", "--topic", "releases", "--", "two@example.com"]).await;
    let listed = installation.json(&["topic", "list", "--topic", "releases"]).await;
    assert_eq!(listed, json!({"users": ["one@example.com"]}));
    let sent = installation.json(&["send", "--topic", "releases", "--title", "1.0"]).await;
    assert_eq!(sent["recipients"], 1);
    assert_eq!(stream.changed_ids(1).await, [sent["id"].as_str().unwrap()]);
    let sent = installation.json(&["send", "--everyone", "--title", "To all"]).await;
    assert_eq!(stream.changed_ids(1).await, [sent["id"].as_str().unwrap()]);
    for wrong in [
        &["send", "--title", "To nobody"][..],
        &["send", "--everyone", "--topic", "releases", "--title", "x"],
        &["send", "--to", "a", "--everyone", "--title", "x"],
        &["send", "--everyone", "--type", "release", "--data", "[]"],
        &["topic", "add", "--topic", "releases"],
    ] {
        assert_eq!(installation.run(wrong).await.code, 2, "{wrong:?}");
    }
}

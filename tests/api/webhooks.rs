//! `/webhooks`: adding, changing and removing them.

use notification_bell_tests::{Project, Receiver, Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const URL: &str = "https://hook.example/bell";
const UNKNOWN: &str = "019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10";

async fn call(server: &Server, project: &Project, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let request = server.api().v1(method, &format!("/webhooks{path}")).bearer_auth(&project.backend_key);
    Reply::to(if let Some(body) = body { request.json(body) } else { request }).await
}

async fn add(server: &Server, body: &Value) -> Value {
    call(server, server.project(), Method::POST, "", Some(body)).await.expect(201)
}

async fn actions(server: &Server) -> Vec<Value> {
    let entries = server.installation().json(&["audit", "list"]).await;
    let of_webhooks = entries.as_array().unwrap().iter();
    of_webhooks.filter(|entry| entry["action"].as_str().unwrap().starts_with("webhook.")).cloned().collect()
}

#[tokio::test]
async fn a_webhook_is_added_shown_changed_and_removed() {
    let server = Server::start().await;
    let reply = call(&server, server.project(), Method::POST, "", Some(&json!({"url": URL}))).await;
    let mut added = reply.expect(201);
    let id = added["id"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("location"), Some(format!("/api/v1/webhooks/{id}").as_str()));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(
        (&added["url"], &added["enabled"], &added["goneAt"]),
        (&json!(URL), &json!(true), &Value::Null)
    );
    assert_eq!(added["events"].as_array().unwrap().len(), 5, "all of them unless some are named");
    let secret = added.as_object_mut().unwrap().remove("secret").unwrap();
    assert!(secret.as_str().unwrap().starts_with("whsec_"));

    let get = async |path: &str| call(&server, server.project(), Method::GET, path, None).await.expect(200);
    assert_eq!(get(&format!("/{id}")).await, added, "and never its secret");
    assert_eq!(get("").await, json!({"webhooks": [added]}));
    let change = json!({"events": ["notification.read"], "enabled": false, "description": "Shop"});
    let path = format!("/{id}");
    let changed = call(&server, server.project(), Method::PATCH, &path, Some(&change)).await.expect(200);
    for (member, value) in change.as_object().unwrap() {
        assert_eq!(&changed[member], value, "{changed}");
    }
    assert_eq!(changed["url"], URL);
    assert_eq!(call(&server, server.project(), Method::DELETE, &path, None).await.status, 204);
    assert_problem(&call(&server, server.project(), Method::GET, &path, None).await, 404, "not_found");

    let entries = actions(&server).await;
    let names: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(names, ["webhook.added", "webhook.changed", "webhook.removed"]);
    assert!(entries.iter().all(|entry| entry["subject"] == id.as_str()));
    assert!(entries[0]["actor"].as_str().unwrap().starts_with("api-key:"));
    assert_eq!(entries[0]["detail"], json!({"host": "hook.example"}), "the rest of a URL may be a secret");
}

#[tokio::test]
async fn what_is_not_allowed_is_named() {
    let server = Server::start().await;
    let added = add(&server, &json!({"url": URL})).await;
    let path = format!("/{}", added["id"].as_str().unwrap());
    for (body, expected) in [
        (json!({"url": "http://hook.example/"}), vec!["/url"]),
        (json!({"url": "https://127.0.0.1/"}), vec!["/url"]),
        (json!({"url": "https://localhost:3001/"}), vec!["/url"]),
        (json!({"url": "https://user:secret@hook.example/"}), vec!["/url"]),
        (
            json!({"url": "x", "events": ["read"], "description": "a\nb"}),
            vec!["/url", "/description", "/events/0"],
        ),
        (json!({"url": URL, "events": []}), vec!["/events"]),
    ] {
        for (method, path) in [(Method::POST, ""), (Method::PATCH, path.as_str())] {
            let reply = call(&server, server.project(), method, path, Some(&body)).await;
            assert_eq!(pointers(&assert_problem(&reply, 422, "validation_failed")), expected, "{body}");
        }
    }
    let empty = call(&server, server.project(), Method::PATCH, &path, Some(&json!({}))).await;
    assert_problem(&empty, 422, "validation_failed");
    let unknown =
        call(&server, server.project(), Method::POST, "", Some(&json!({"url": URL, "secret": "x"}))).await;
    assert_problem(&unknown, 400, "invalid_request");
    let week = json!({"previousValidFor": 604_801});
    let path = format!("{path}/rotate-secret");
    let too_long = call(&server, server.project(), Method::POST, &path, Some(&week)).await;
    assert_eq!(pointers(&assert_problem(&too_long, 422, "validation_failed")), ["/previousValidFor"]);
}

#[tokio::test]
async fn a_project_has_at_most_twenty() {
    let server = Server::start().await;
    for _ in 0..20 {
        add(&server, &json!({"url": URL})).await;
    }
    let reply = call(&server, server.project(), Method::POST, "", Some(&json!({"url": URL}))).await;
    assert_problem(&reply, 422, "validation_failed");
}

/// Every call there is on one webhook.
fn calls(id: &str) -> Vec<(Method, String, Option<Value>)> {
    vec![
        (Method::GET, format!("/{id}"), None),
        (Method::PATCH, format!("/{id}"), Some(json!({"url": "https://elsewhere.example/"}))),
        (Method::POST, format!("/{id}/rotate-secret"), Some(json!({}))),
        (Method::POST, format!("/{id}/test"), None),
        (Method::GET, format!("/{id}/deliveries"), None),
        (Method::POST, format!("/{id}/deliveries/{UNKNOWN}/replay"), None),
        (Method::DELETE, format!("/{id}"), None),
    ]
}

#[tokio::test]
async fn another_projects_webhook_is_not_found() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let mut added = add(&server, &json!({"url": URL})).await;
    added.as_object_mut().unwrap().remove("secret");
    let id = added["id"].as_str().unwrap();
    for id in [id, UNKNOWN, "nonsense"] {
        for (method, path, body) in calls(id) {
            let reply = call(&server, &server.projects()[1], method.clone(), &path, body.as_ref()).await;
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text());
            assert_problem(&reply, 404, "not_found");
        }
    }
    let listed = call(&server, &server.projects()[1], Method::GET, "", None).await.expect(200);
    assert_eq!(listed, json!({"webhooks": []}));
    let listed = call(&server, server.project(), Method::GET, "", None).await.expect(200);
    assert_eq!(listed, json!({"webhooks": [added]}), "nothing has changed");
    assert_eq!(actions(&server).await.len(), 1);
}

#[tokio::test]
async fn managing_takes_the_scope_for_it() {
    let server = Server::start().await;
    let id = add(&server, &json!({"url": URL})).await["id"].as_str().unwrap().to_owned();
    let made = ["api-key", "create", "--name", "Sender", "--scope", "notifications:write"];
    let mut project = server.project().clone();
    project.backend_key = server.installation().json(&made).await["key"].as_str().unwrap().to_owned();
    let mut calls = calls(&id);
    calls.extend([
        (Method::GET, String::new(), None),
        (Method::POST, String::new(), Some(json!({"url": URL}))),
    ]);
    for (method, path, body) in calls {
        let reply = call(&server, &project, method, &path, body.as_ref()).await;
        assert_problem(&reply, 403, "insufficient_scope");
    }
}

#[tokio::test]
async fn the_command_line_does_the_same() {
    let receiver = Receiver::start().await;
    let server = Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").start().await;
    let installation = server.installation();
    let url = receiver.url();
    let added = installation.json(&["webhook", "add", "--url", &url, "--event", "notification.read"]).await;
    let (id, secret) = (added["id"].as_str().unwrap(), added["secret"].as_str().unwrap());
    assert_eq!(added["events"], json!(["notification.read"]));
    let listed = installation.json(&["webhook", "list"]).await;
    assert_eq!((&listed[0]["id"], &listed[0]["project"]), (&json!(id), &json!(server.project().id)));
    assert!(!listed.to_string().contains(secret));
    assert!(installation.succeed(&["webhook", "show", id]).await.contains(&url));
    let set = installation.json(&["webhook", "set", id, "--enabled", "false", "--description", "Shop"]).await;
    assert_eq!((&set["enabled"], &set["description"]), (&json!(false), &json!("Shop")));
    let rotated = installation.json(&["webhook", "rotate-secret", id, "--previous-valid-for", "1h"]).await;
    assert!(rotated["previousSecretUntil"].is_string() && rotated["secret"] != secret);
    let refused = installation.run(&["webhook", "add", "--url", "http://8.8.8.8/"]).await;
    assert!(refused.code == 1 && refused.stderr.contains("https"), "{refused:?}");
    let too_long = installation.run(&["webhook", "rotate-secret", id, "--previous-valid-for", "8d"]).await;
    assert_eq!(too_long.code, 2, "{too_long:?}");
    installation.succeed(&["webhook", "remove", id]).await;
    assert_eq!(installation.json(&["webhook", "list"]).await, json!([]));
    assert_eq!(installation.run(&["webhook", "show", id]).await.code, 1);
}

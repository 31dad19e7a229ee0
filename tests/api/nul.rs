//! A character that a database may be unable to keep, in whatever a stranger may say.

use notification_bell_tests::{Reply, Server};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_nul_is_refused_or_found_nowhere_or_kept_and_never_the_servers_fault() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let backend = &server.project().backend_key;
    let ask = async |token: &str, method: Method, path: &str, body: Option<Value>| {
        let mut request = server.api().request(method.clone(), &format!("/api/v1{path}")).bearer_auth(token);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let reply = Reply::to(request).await;
        assert!(reply.status < 500, "{method} {path} {body:?}: {}", reply.text());
        reply
    };
    for query in ["category", "cursor", "view"] {
        ask(&session.token, Method::GET, &format!("/inbox?{query}=%00"), None).await;
    }
    for member in ["category", "upTo"] {
        let mut body = json!({"set": {"read": true}});
        body[member] = json!("\0");
        ask(&session.token, Method::POST, "/inbox/mark", Some(body)).await;
    }
    for query in ["category", "topic", "type", "user", "cursor", "since"] {
        ask(backend, Method::GET, &format!("/notifications?{query}=%00"), None).await;
    }
    for path in [
        "/topics/%00/subscribers",
        "/topics/a/subscribers?cursor=%00",
        "/templates/%00/en",
        "/templates?cursor=%00",
        "/users/%00/inbox",
        "/users/a/inbox?category=%00",
        "/users/a/inbox?cursor=%00",
        "/webhooks/%00/deliveries",
        "/notifications/%00",
    ] {
        ask(backend, Method::GET, path, None).await;
    }
    for path in ["/categories/%00", "/templates/%00/en", "/notifications/%00", "/webhooks/%00"] {
        ask(backend, Method::DELETE, path, None).await;
    }
    let template = json!({"title": "a\0"});
    ask(backend, Method::PUT, "/templates/t/en", Some(template)).await;
    // The one text of a send in which it is allowed comes back as it was.
    let data = json!({"a\0": "\0b"});
    let body = json!({"to": {"users": [USER]}, "title": "Hello", "data": data});
    assert_eq!(ask(backend, Method::POST, "/notifications", Some(body)).await.status, 201);
    let list = ask(&session.token, Method::GET, "/inbox", None).await;
    assert_eq!(list.json()["items"][0]["data"], data);
}

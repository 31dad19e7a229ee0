//! Fills a database over HTTP, as a site would have over the years.

use full_inboxes::{Filling, READER, Words};
use futures_util::{StreamExt, stream};
use notification_bell_tests::Server;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::progress;

/// Requests at once: enough that the writer always has the next one.
const AT_ONCE: usize = 8;
const MAX_BATCH: u64 = 1_000;

/// A notification of the usual size.
pub(crate) fn notification(to: &Value, number: u64) -> Value {
    let Words { title, body, url, category } = Words::of(number);
    json!({ "to": to, "title": title, "body": body, "url": url, "category": category })
}

/// Sends and subscribes until it is as full as that.
pub(crate) async fn fill(filling: Filling, server: &Server) {
    progress::say(&format!("filling the database with {} items", filling.rows + filling.inbox));
    for (topic, users) in filling.subscriptions() {
        put(server, &format!("/topics/{topic}/subscribers"), &json!({ "users": users })).await;
    }
    let sends = (0..)
        .zip(filling.sends())
        .map(|(number, users)| ("/notifications", notification(&json!({ "users": users }), number), 201));
    let to = json!({ "users": [READER] });
    let own = (0..filling.inbox.div_ceil(MAX_BATCH)).map(|part| {
        let numbers = part * MAX_BATCH..filling.inbox.min((part + 1) * MAX_BATCH);
        let notifications: Vec<Value> = numbers.map(|number| notification(&to, number)).collect();
        ("/notifications/batch", json!({ "notifications": notifications }), 200)
    });
    stream::iter(sends.chain(own))
        .map(|(path, body, status)| async move { post(server, path, &body, status).await })
        .buffer_unordered(AT_ONCE)
        .for_each(async |_| ())
        .await;
}

/// `POST` with the key of the backend, which has to be answered with this status.
pub(crate) async fn post(server: &Server, path: &str, body: &Value, status: u16) -> Value {
    let request = server.api().v1(Method::POST, path).bearer_auth(&server.project().backend_key).json(body);
    answered(request, status).await
}

async fn put(server: &Server, path: &str, body: &Value) {
    let request = server.api().v1(Method::PUT, path).bearer_auth(&server.project().backend_key).json(body);
    answered(request, 204).await;
}

/// What is answered, with this status, in JSON or empty. Not the tests' `Reply`, which holds each answer against the
/// description: that takes longer than the server does.
pub(crate) async fn answered(request: RequestBuilder, status: u16) -> Value {
    let response = request.send().await.expect("the server answers");
    let found = response.status().as_u16();
    let body = response.bytes().await.expect("the answer comes to its end");
    assert_eq!(found, status, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap_or_default()
}

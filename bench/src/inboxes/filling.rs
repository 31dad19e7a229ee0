//! Fills a database over HTTP, as a site would have over the years.

use futures_util::{StreamExt, stream};
use notification_bell_tests::Server;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Whose inbox is full.
pub(crate) const READER: &str = "reader@example.com";
/// The topic with many subscribers.
pub(crate) const TOPIC: &str = "releases";

/// Requests at once: enough that the writer always has the next one.
const AT_ONCE: usize = 8;
const MAX_RECIPIENTS: u64 = 1_000;
const MAX_BATCH: u64 = 1_000;
const MAX_SUBSCRIBERS: u64 = 100_000;
/// Other users' inboxes have as many items as there are rounds over all of them.
const OTHERS: u64 = 10_000;
const CATEGORIES: [&str; 4] = ["billing", "news", "orders", "security"];

/// How full it is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filling {
    pub(crate) rows: u64,
    pub(crate) inbox: u64,
    pub(crate) users: u64,
    pub(crate) subscribers: u64,
}

/// The name of one of the other users.
pub(crate) fn other(number: u64) -> String {
    format!("user-{number}")
}

/// A notification of the usual size.
pub(crate) fn notification(to: &Value, number: u64) -> Value {
    let category =
        usize::try_from(number).map_or(CATEGORIES[0], |number| CATEGORIES[number % CATEGORIES.len()]);
    json!({
        "to": to,
        "title": format!("Invoice {number} was paid"),
        "body": "Business cards, 96.00 EUR, by card. The receipt is attached to the order.",
        "url": format!("/invoices/{number}"),
        "category": category,
    })
}

impl Filling {
    /// Sends and subscribes until it is as full as that.
    pub(crate) async fn fill(self, server: &Server) {
        // Whoever is subscribed is known.
        let subscriptions = (0..self.users.div_ceil(MAX_SUBSCRIBERS)).map(|part| {
            let from = part * MAX_SUBSCRIBERS;
            let users: Vec<String> = (from..self.users.min(from + MAX_SUBSCRIBERS)).map(other).collect();
            let topic = if from < self.subscribers { TOPIC } else { "others" };
            (format!("/topics/{topic}/subscribers"), json!({ "users": users }))
        });
        for (path, body) in subscriptions {
            put(server, &path, &body).await;
        }
        let sends = (0..self.rows.div_ceil(MAX_RECIPIENTS)).map(|number| {
            let users: Vec<String> =
                (0..MAX_RECIPIENTS).map(|user| other((number * MAX_RECIPIENTS + user) % OTHERS)).collect();
            ("/notifications", notification(&json!({ "users": users }), number), 201)
        });
        let to = json!({ "users": [READER] });
        let own = (0..self.inbox.div_ceil(MAX_BATCH)).map(|part| {
            let numbers = part * MAX_BATCH..self.inbox.min((part + 1) * MAX_BATCH);
            let notifications: Vec<Value> = numbers.map(|number| notification(&to, number)).collect();
            ("/notifications/batch", json!({ "notifications": notifications }), 200)
        });
        stream::iter(sends.chain(own))
            .map(|(path, body, status)| async move { post(server, path, &body, status).await })
            .buffer_unordered(AT_ONCE)
            .for_each(async |_| ())
            .await;
    }
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

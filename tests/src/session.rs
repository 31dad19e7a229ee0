//! A user's session and the calls made with it.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{Api, EventStream, Reply};

/// An open session.
#[derive(Clone, Debug)]
pub struct Session {
    api: Api,
    /// What travels in the `Authorization` header.
    pub token: String,
    /// The whole answer to `POST /session`.
    pub grant: Value,
}

impl Session {
    /// A session from the answer to `POST /session`.
    #[must_use]
    pub fn with(api: &Api, grant: Value) -> Self {
        Self::new(api.clone(), grant)
    }

    pub(crate) fn new(api: Api, grant: Value) -> Self {
        let token = grant["token"].as_str().unwrap_or_else(|| panic!("no token: {grant}")).to_owned();
        Self { api, token, grant }
    }

    /// A request below `/api/v1` with the token.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.api.v1(method, path).bearer_auth(&self.token)
    }

    /// `GET /inbox` with a query such as `?view=unread`, which has to succeed.
    pub async fn inbox(&self, query: &str) -> Value {
        Reply::to(self.call(Method::GET, &format!("/inbox{query}"))).await.expect(200)
    }

    /// Every item of a view, page by page.
    pub async fn all_items(&self, view: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut query = format!("?view={view}&limit=50");
        loop {
            let mut page = self.inbox(&query).await;
            items.append(page["items"].as_array_mut().expect("a page has items"));
            match page["next"].as_str() {
                Some(cursor) => query = format!("?view={view}&limit=50&cursor={cursor}"),
                None => return items,
            }
        }
    }

    /// `PATCH /inbox/{id}`, whatever comes of it.
    pub async fn patch(&self, id: &str, change: &Value) -> Reply {
        Reply::to(self.call(Method::PATCH, &format!("/inbox/{id}")).json(change)).await
    }

    /// `POST /inbox/mark`, whatever comes of it.
    pub async fn mark(&self, body: &Value) -> Reply {
        Reply::to(self.call(Method::POST, "/inbox/mark").json(body)).await
    }

    /// `DELETE /inbox/{id}`, whatever comes of it.
    pub async fn remove(&self, id: &str) -> Reply {
        Reply::to(self.call(Method::DELETE, &format!("/inbox/{id}"))).await
    }

    /// `POST /inbox/mark` for everything there is, as read.
    pub async fn mark_all_read(&self) -> Value {
        self.mark(&json!({"set": {"read": true}})).await.expect(200)
    }

    /// The request for a stream, from the beginning or from an event id.
    pub fn stream_request(&self, last_event_id: Option<&str>) -> RequestBuilder {
        let request = self.call(Method::GET, "/inbox/stream").header("accept", "text/event-stream");
        match last_event_id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        }
    }

    /// A stream with its first event still to come.
    pub async fn stream(&self, last_event_id: Option<&str>) -> EventStream {
        EventStream::open(self.stream_request(last_event_id)).await
    }

    /// A stream that has had its first event: from now on, changes reach it.
    pub async fn live_stream(&self) -> EventStream {
        let mut stream = self.stream(None).await;
        stream.sync().await;
        stream
    }
}

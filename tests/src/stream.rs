//! A client of `GET /inbox/stream`.

use std::{collections::VecDeque, time::Duration};

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::{ANSWER_LIMIT, Event, EventParser, within};

/// An open stream.
#[derive(Debug)]
pub struct EventStream {
    response: Response,
    parser: EventParser,
    waiting: VecDeque<Event>,
}

/// How a stream ended.
#[derive(Debug)]
pub struct Ending {
    /// The events that had not been taken.
    pub events: Vec<Event>,
    /// The last `retry:` of the stream.
    pub retry_ms: Option<u64>,
    /// Whether the server ended it, and did not just drop the connection.
    pub clean: bool,
}

impl EventStream {
    /// Opens a stream that has to be granted.
    pub async fn open(request: RequestBuilder) -> Self {
        let response =
            within(ANSWER_LIMIT, "opening a stream", request.send()).await.expect("a stream is answered");
        if response.status() != 200 {
            let status = response.status();
            panic!("the stream was refused: {status} {:?}", response.text().await);
        }
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
        assert!(header("content-type").is_some_and(|value| value.starts_with("text/event-stream")));
        assert!(header("cache-control").is_some_and(|value| value.contains("no-store")));
        Self { response, parser: EventParser::default(), waiting: VecDeque::new() }
    }

    /// The same, where nobody may answer: none if there is no answer, or one of an error of a server or of a proxy.
    pub async fn attempt(request: RequestBuilder) -> Option<Self> {
        let response = within(ANSWER_LIMIT, "opening a stream", request.send()).await.ok()?;
        let status = response.status();
        assert!(status == 200 || status.is_server_error(), "the stream was refused: {status}");
        (status == 200).then(|| Self { response, parser: EventParser::default(), waiting: VecDeque::new() })
    }

    /// The last `retry:` that it has said, in milliseconds.
    #[must_use]
    pub const fn retry_ms(&self) -> Option<u64> {
        self.parser.retry_ms
    }

    /// The next event, or none at the end.
    pub async fn try_next(&mut self, limit: Duration) -> Option<Event> {
        within(limit, "the next event", async {
            while self.waiting.is_empty() {
                let piece = self.response.chunk().await.ok()??;
                self.waiting.extend(self.parser.push(&piece));
            }
            self.waiting.pop_front()
        })
        .await
    }

    /// The next event.
    pub async fn next(&mut self) -> Event {
        self.try_next(ANSWER_LIMIT).await.expect("the stream ended where an event was expected")
    }

    /// The data of the next event, which has to be a well-formed `sync`.
    pub async fn sync(&mut self) -> Value {
        let event = self.next().await;
        assert_eq!(event.name, "sync", "{event:?}");
        assert!(!event.data.contains('\n'), "the data of a sync is one line: {event:?}");
        let data: Value = serde_json::from_str(&event.data).expect("the data of a sync is JSON");
        assert_eq!(data["revision"], event.id, "the id of a sync is its revision");
        let id_is_plain = event.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        assert!(id_is_plain && (1..=128).contains(&event.id.len()), "not an id for a preflight-free header");
        assert!(
            data["changed"].is_array() && data["removed"].is_array() && data["counts"].is_object(),
            "{data}"
        );
        data
    }

    /// The ids of the changed items of the next syncs, in order, until there are at least `number` of them.
    pub async fn changed_ids(&mut self, number: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < number {
            let sync = self.sync().await;
            let changed = sync["changed"].as_array().expect("checked by `sync`");
            ids.extend(changed.iter().map(|item| item["id"].as_str().expect("an item has an id").to_owned()));
        }
        ids
    }

    /// Waits for the server to end the stream.
    pub async fn end(mut self, limit: Duration) -> Ending {
        within(limit, "the end of a stream", async {
            loop {
                match self.response.chunk().await {
                    Ok(Some(piece)) => self.waiting.extend(self.parser.push(&piece)),
                    end => {
                        let (events, retry_ms) = (self.waiting.into(), self.parser.retry_ms);
                        return Ending { events, retry_ms, clean: end.is_ok() };
                    }
                }
            }
        })
        .await
    }
}

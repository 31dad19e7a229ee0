//! What nchan is asked for the same as this project's server.

use serde_json::json;

use super::{
    crowd::{Request, title},
    target::Failure,
    wire::Wire,
};
use crate::nchan::Nchan;

impl Nchan {
    /// A subscriber of its own channel.
    pub(super) fn own(number: usize) -> Request {
        Request { path: format!("/subscribe/{number}"), headers: "accept: text/event-stream\r\n".to_owned() }
    }

    /// A subscriber of the channel of all.
    pub(super) fn shared() -> Request {
        Request { path: "/subscribe/all".to_owned(), headers: "accept: text/event-stream\r\n".to_owned() }
    }

    /// Publishes what a stream of this project's would carry, in length.
    pub(super) async fn publish(
        &self,
        wire: &mut Wire,
        channel: &str,
        number: usize,
        body: &str,
    ) -> Result<(), Failure> {
        let event = json!({
            "changed": [{"id": "01930000-0000-7000-8000-000000000000", "title": title(number), "body": body,
                "actions": [], "priority": "normal", "createdAt": "2026-01-01T00:00:00.000Z", "revision": "00000000-1-1"}],
            "removed": [], "counts": {"unseen": 1, "unread": 1, "total": 1, "categories": {}}, "revision": "00000000-1-1",
        });
        let answer = wire.post(&format!("/publish/{channel}"), "", &event.to_string()).await?;
        if matches!(answer.status, 200..=202) {
            Ok(())
        } else {
            Err(format!("nchan: {}", answer.status).into())
        }
    }
}

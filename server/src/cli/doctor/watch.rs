//! The stream itself: when its parts arrive, and how it ends.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use tokio::time::timeout;

use super::{
    HEARTBEAT, answers,
    examination::{Examination, PATIENCE, saw},
    finding::Finding,
    path,
};
use crate::outbound::chain;

const STREAM: &str = "/api/v1/inbox/stream";
/// A category that nothing is sent in.
const CATEGORY: &str = "notification-bell-doctor";
/// What a heartbeat may take longer on its way than others.
const LATE: Duration = Duration::from_secs(3);
const UNBUFFERED: &str = "switch buffering off for /api/v1/inbox/stream (nginx: proxy_buffering off;)";

/// One stream that is looked at.
pub(super) struct Watch<'a> {
    pub(super) token: &'a str,
    pub(super) length: Duration,
    /// After which the server ends it.
    pub(super) life: Duration,
    /// What the session took, for comparison.
    pub(super) session_took: Duration,
}

/// Why nothing more was read.
enum Silence {
    /// Nothing came for as long as one waited.
    Waited,
    /// It ended.
    Ended(Option<String>),
}

impl Watch<'_> {
    pub(super) async fn run(&self, examination: &mut Examination<'_>) {
        let asked = examination.request(Method::GET, STREAM);
        let asked = asked.bearer_auth(self.token).header("accept", "text/event-stream");
        let asked = asked.header("accept-encoding", "gzip, deflate, br, zstd").send();
        let began = Instant::now();
        let held_back = |what: &str| {
            let found = format!(
                "{what} had not arrived after {} s, while the session took {} ms: something holds events back",
                PATIENCE.as_secs(),
                self.session_took.as_millis()
            );
            Finding::wrong("buffering", found, UNBUFFERED)
        };
        let mut response = match timeout(PATIENCE, asked).await {
            Err(_) => return examination.findings.push(held_back("the head of the stream")),
            Ok(Err(error)) => {
                let found = format!("the stream cannot be opened: {}", chain(&error));
                return examination.findings.push(Finding::wrong("stream", found, "look at the proxy's log"));
            }
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        if !status.is_success() {
            let found = format!("the stream is refused with {status}");
            let advice = "if the session was not, the proxy takes the header Authorization away, or another server answers";
            return examination.findings.push(Finding::wrong("stream", found, advice));
        }
        examination.findings.push(answers::protocol(examination.base, response.version()));
        examination.findings.push(answers::headers_of_stream(response.headers()));
        examination.findings.push(answers::compression(response.headers()));
        let is_plain = !response.headers().contains_key("content-encoding");
        examination.findings.extend(saw(&response).map(|saw| path::version("stream version", &saw)));
        match next(&mut response, PATIENCE).await {
            Ok(_) => {
                let found = format!("the first event is there after {} ms", began.elapsed().as_millis());
                examination.findings.push(Finding::right("buffering", found));
            }
            Err(Silence::Waited) => return examination.findings.push(held_back("the first event")),
            Err(Silence::Ended(error)) => {
                return examination.findings.push(cut(began.elapsed(), Duration::ZERO, error));
            }
        }
        if is_plain {
            examination.findings.extend(self.change(examination, &mut response).await);
        }
        let found = self.observe(began, &mut response).await;
        examination.findings.extend(found);
    }

    /// Has something happen, and waits for the event of it.
    async fn change(&self, examination: &Examination<'_>, response: &mut Response) -> Option<Finding> {
        for enabled in [false, true] {
            let body = serde_json::json!({ "categories": [{ "name": CATEGORY, "enabled": enabled }] });
            let request = examination.request(Method::PUT, "/api/v1/preferences").bearer_auth(self.token);
            let request = request.header("content-type", "application/json").body(body.to_string());
            let status = request.timeout(PATIENCE).send().await.map(|response| response.status().as_u16());
            if status.as_ref().ok() != Some(&200) {
                let found = status
                    .map_or_else(|error| chain(&error), |status| format!("it is answered with {status}"));
                let advice = "have the proxy hand every method of /api/v1/ on: PUT, PATCH and DELETE too";
                return Some(Finding::wrong("methods", format!("PUT does not get through: {found}"), advice));
            }
        }
        let changed = Instant::now();
        match next(response, PATIENCE).await {
            Ok(_) => {
                let found =
                    format!("an event is there {} ms after the change", changed.elapsed().as_millis());
                Some(Finding::right("delivery", found))
            }
            Err(Silence::Waited) => {
                let found =
                    format!("a change was not told within {} s: events are held back", PATIENCE.as_secs());
                Some(Finding::wrong("delivery", found, UNBUFFERED))
            }
            // Told with all that is cut.
            Err(Silence::Ended(_)) => None,
        }
    }

    /// Reads until the time is over, or the stream.
    async fn observe(&self, began: Instant, response: &mut Response) -> Vec<Finding> {
        let ends_at = began + self.length.min(self.life);
        let mut last = Instant::now();
        let mut heartbeats = 0;
        loop {
            let left = ends_at.saturating_duration_since(Instant::now());
            let until_late = (last + HEARTBEAT + LATE).saturating_duration_since(Instant::now());
            match next(response, left.min(until_late)).await {
                Ok(bytes) => {
                    heartbeats += u32::from(bytes.starts_with(b":"));
                    last = Instant::now();
                }
                Err(Silence::Ended(error)) => {
                    // The server ends it with its token.
                    if began.elapsed() + LATE < self.life {
                        return vec![cut(began.elapsed(), last.elapsed(), error)];
                    }
                    break;
                }
                Err(Silence::Waited) if left <= until_late => break,
                Err(Silence::Waited) => {
                    let found =
                        format!("nothing came for {} s: comments are held back", last.elapsed().as_secs());
                    return vec![Finding::wrong("heartbeat", found, UNBUFFERED)];
                }
            }
        }
        let watched = format!("open for {} s", began.elapsed().as_secs());
        let heartbeat = if heartbeats > 0 {
            Finding::right("heartbeat", format!("{heartbeats} in {} s", began.elapsed().as_secs()))
        } else {
            let found = format!("not waited for: they come every {} s at the latest", HEARTBEAT.as_secs());
            Finding::remark("heartbeat", found, "watch for longer, with --watch 30s")
        };
        vec![heartbeat, Finding::right("cut", watched)]
    }
}

/// The stream was ended by somebody who should not.
fn cut(after: Duration, silent: Duration, error: Option<String>) -> Finding {
    let how = error.map_or_else(String::new, |error| format!(" ({error})"));
    let found = format!(
        "the stream was cut after {:.1} s, {:.1} s after the last byte{how}",
        after.as_secs_f64(),
        silent.as_secs_f64()
    );
    let advice = "let silence last for more than 25 s, and streams for as long as they like (nginx: proxy_read_timeout 5m; \
                  HAProxy: timeout server 5m)";
    Finding::wrong("cut", found, advice)
}

/// The next bytes.
async fn next(response: &mut Response, limit: Duration) -> Result<Vec<u8>, Silence> {
    match timeout(limit, response.chunk()).await {
        Err(_) => Err(Silence::Waited),
        Ok(Ok(Some(bytes))) => Ok(bytes.to_vec()),
        Ok(Ok(None)) => Err(Silence::Ended(None)),
        Ok(Err(error)) => Err(Silence::Ended(Some(chain(&error)))),
    }
}

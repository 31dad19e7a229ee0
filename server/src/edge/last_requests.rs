//! How a connection of HTTP/1.1 ends when the server stops.
//!
//! There is no way to say that a request was not seen. Closed in the moment in which somebody sends on it, a connection takes
//! a request along that may not be sent twice: behind a proxy, a send that fails for nothing. So those that wait for their
//! next request are kept for a moment, in which busy ones get it, and are told with the answer that it was the last.

use std::time::Duration;

use axum::response::Response;
use hyper::header::{CONNECTION, HeaderValue};
use tokio::{sync::watch, time::sleep};

/// A proxy that is busy uses each of its connections more often.
const LAST_REQUESTS: Duration = Duration::from_millis(250);

/// Waits until the server stops and no more requests are to be expected.
pub(super) async fn no_more_requests(stopping: &mut watch::Receiver<bool>) {
    // Without a sender, there is nobody left who could stop it later.
    let _ = stopping.wait_for(|stopping| *stopping).await;
    sleep(LAST_REQUESTS).await;
}

/// Behind the answer of a server that stops, the connection is closed (RFC 9112, section 9.6).
pub(super) fn say_if_it_is_the_last(stopping: &watch::Receiver<bool>, answer: &mut Response) {
    if *stopping.borrow() {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

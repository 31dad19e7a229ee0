//! One log line and one count for each request, and the headers that every answer has.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use notification_bell_protocol::Code;

use super::finish::finished;
use crate::app::App;

/// Reports how a request went. For a stream, that is how it began.
pub async fn report(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started_at = Instant::now();
    let method = label(request.method());
    // The pattern and not the address: that has ids in it, and may have worse.
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let mut response = finished(next.run(request)).await;
    let status = response.status().as_u16();
    app.metrics.request(method, &route, status);
    let code = response.extensions().get::<Code>().map_or("", |code| code.as_str());
    let duration_us = u64::try_from(started_at.elapsed().as_micros()).unwrap_or(u64::MAX);
    // Causes of failures are logged where they are known.
    tracing::debug!(method, route, status, code, duration_us, "request answered");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What is somebody's own, and most of what is said here is, belongs in no cache. Files say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Methods are anybody's to make up; labels are not.
fn label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

//! One log line and one count for each request, and the headers that every answer has.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use notification_bell_protocol::Code;

use super::{finish::finished, quotas::UsedUp};
use crate::{app::App, metrics::UNMATCHED, traces};

/// Reports how a request went. For a stream, that is how it began.
pub async fn report(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started_at = Instant::now();
    let method = label(request.method());
    // The pattern and not the address: that has ids in it, and may have worse.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map(MatchedPath::as_str);
    let span = traces::of_request(method, route, request.headers());
    let mut response = finished(next.run(request), span.context()).await;
    let status = response.status().as_u16();
    let route = route.unwrap_or(UNMATCHED);
    let took = started_at.elapsed();
    app.metrics.request(method, route, status, took);
    let code = response.extensions().get::<Code>().copied();
    if let Some(code) = code {
        app.metrics.problem(code);
    }
    if let Some(used_up) = response.extensions().get::<UsedUp>() {
        app.metrics.limits_hit.count(used_up.policy.name);
    }
    span.answered(status, code.map(Code::as_str));
    let code = code.map_or("", Code::as_str);
    let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
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

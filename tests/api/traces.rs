//! OpenTelemetry: what a collector is sent when it is wanted, and that it is told nothing of anybody.

use notification_bell_tests::{
    Provider, Receiver, Reply, Server,
    collector::{Collector, texts},
};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";
const TRACE: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
const PARENT: u64 = 0xb7ad_6b71_6920_3331;
/// What is waited for by a test comes at once, and what only the end may bring never before.
pub(super) const SOON_MS: &str = "20";
pub(super) const NEVER_MS: &str = "3600000";

pub(super) async fn sending_to(endpoint: &str, delay_ms: &str, variables: &[(&str, &str)]) -> Server {
    let mut builder = Server::builder()
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .set("OTEL_BSP_SCHEDULE_DELAY", delay_ms)
        .set("BELL_OUTBOUND_ALLOW", "127.0.0.1");
    for (name, value) in variables {
        builder = builder.set(name, value);
    }
    builder.start().await
}

/// A send with this `traceparent`; gives the id.
async fn send_in_trace(server: &Server, body: &serde_json::Value, parent: &str) -> String {
    let request = server.api().v1(Method::POST, "/notifications").bearer_auth(&server.project().backend_key);
    let request = request.header("traceparent", parent).header("tracestate", "vendor=some-text-of-theirs");
    let sent = Reply::to(request.json(body)).await.expect(201);
    sent["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_send_is_part_of_its_callers_trace_and_names_nobody() {
    let mut collector = Collector::start().await;
    let mut server = sending_to(&collector.endpoint, NEVER_MS, &[]).await;
    let body = json!({"to": {"users": [USER]}, "title": "A private title", "category": "hush", "url": "/secret-path"});
    let sent = send_in_trace(&server, &body, &format!("00-{TRACE:032x}-{PARENT:016x}-01")).await;
    let session = server.session(USER).await;
    let _ = session.inbox("?limit=5").await;
    let _ = session.patch(&sent, &json!({"read": true})).await.expect(200);
    let support = server.api().v1(Method::GET, &format!("/users/{USER}/inbox"));
    let _ = Reply::to(support.bearer_auth(&server.project().backend_key)).await.expect(200);
    assert_eq!(Reply::to(server.api().v1(Method::GET, &format!("/no/{USER}"))).await.status, 404);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(Reply::to(server.api().request(Method::GET, path)).await.status, 200);
    }
    assert!(collector.all().is_empty(), "nothing is sent before its time");
    // And what has not been sent is sent at the end.
    assert!(server.stop().await.success());
    let mut names: Vec<_> = collector.all().iter().map(|span| span.name.clone()).collect();
    names.retain(|name| name.contains('/') || name == "GET");
    names.sort();
    let requests = [
        "GET",
        "GET /api/v1/inbox",
        "GET /api/v1/users/{id}/inbox",
        "PATCH /api/v1/inbox/{id}",
        "POST /api/v1/notifications",
        "POST /api/v1/session",
    ];
    assert_eq!(names, requests, "and nobody cares who looks whether it is well");

    let request = collector.span("POST /api/v1/notifications").await;
    assert_eq!(request.trace_id, TRACE.to_be_bytes());
    assert_eq!(request.parent_span_id, PARENT.to_be_bytes());
    assert_eq!(request.kind, i32::from(SpanKind::Server));
    let said = texts(&request.attributes);
    let expected = [
        ("http.request.method", "POST"),
        ("http.response.status_code", "201"),
        ("http.route", "/api/v1/notifications"),
    ];
    assert_eq!(said, expected.map(|(name, value)| (name, value.to_owned())).into());
    let system = if server.installation().database().is_some() { "postgresql" } else { "sqlite" };
    let below = collector.below(&request);
    let write = *below.iter().find(|span| span.name == format!("{system} write")).expect("it is written");
    assert_eq!(texts(&write.attributes), [("db.system.name", system.to_owned())].into());
    assert_eq!(write.trace_id, TRACE.to_be_bytes());
    assert!(request.start_time_unix_nano <= write.start_time_unix_nano);
    assert!(write.end_time_unix_nano <= request.end_time_unix_nano);
    let roots = collector.spans.iter().filter(|span| span.parent_span_id.is_empty());
    assert!(roots.clone().count() > 3);
    assert!(!roots.clone().any(|span| span.name.starts_with(system)), "what no request asked is in no trace");

    let project = server.project();
    collector.assert_without(&[
        USER,
        "private title",
        "hush",
        "secret-path",
        "limit=5",
        "some-text-of-theirs",
        &sent,
        &session.token,
        &project.backend_key,
        &project.api_key,
        &project.api_secret_key,
        &project.id,
        &project.name,
    ]);
}

#[tokio::test]
async fn a_trace_that_its_caller_does_not_take_is_not_taken_here() {
    let mut collector = Collector::start().await;
    let mut server = sending_to(&collector.endpoint, NEVER_MS, &[]).await;
    let body = json!({"to": {"users": [USER]}, "title": "Hello"});
    send_in_trace(&server, &body, &format!("00-{TRACE:032x}-{PARENT:016x}-00")).await;
    let _ = server.session(USER).await;
    server.stop().await;
    assert!(collector.all().iter().any(|span| span.name == "POST /api/v1/session"));
    assert!(!collector.spans.iter().any(|span| span.name == "POST /api/v1/notifications"));
    assert!(!collector.spans.iter().any(|span| span.trace_id == TRACE.to_be_bytes()));
}

#[tokio::test]
async fn a_made_up_trace_is_no_trace() {
    let mut collector = Collector::start().await;
    let mut server = sending_to(&collector.endpoint, NEVER_MS, &[]).await;
    let body = json!({"to": {"users": [USER]}, "title": "Hello"});
    let zeros = format!("00-{}-{PARENT:016x}-01", "0".repeat(32));
    let long = format!("00-{TRACE:032x}-{PARENT:016x}-01-{}", "x".repeat(4_000));
    for made_up in ["", "00", "<script>", &zeros, &long, "ff-0-0-01"] {
        send_in_trace(&server, &body, made_up).await;
    }
    server.stop().await;
    let sends = collector.all().iter().filter(|span| span.name == "POST /api/v1/notifications");
    let parents: Vec<_> = sends.map(|span| span.parent_span_id.as_slice()).collect();
    assert_eq!(parents, [b""; 6]);
}

#[tokio::test]
async fn a_stream_is_a_span_until_it_begins() {
    let mut collector = Collector::start().await;
    let server = sending_to(&collector.endpoint, SOON_MS, &[]).await;
    let mut stream = server.session(USER).await.live_stream().await;
    let began = collector.span("GET /api/v1/inbox/stream").await;
    assert_eq!(texts(&began.attributes)["http.response.status_code"], "200");
    server.notify(USER, "Hello").await;
    stream.sync().await;
}

#[tokio::test]
async fn a_webhook_is_told_of_no_trace_and_no_trace_tells_whose_it_is() {
    let (mut collector, mut receiver) = (Collector::start().await, Receiver::start().await);
    let mut server = sending_to(&collector.endpoint, SOON_MS, &[]).await;
    let add = server.api().v1(Method::POST, "/webhooks").bearer_auth(&server.project().backend_key);
    let added = Reply::to(add.json(&json!({"url": receiver.url()}))).await.expect(201);
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let _ = session.patch(&id, &json!({"read": true})).await.expect(200);
    let message = receiver.next().await;
    assert!(!message.has_header("traceparent") && !message.has_header("tracestate"));
    let delivery = collector.span("POST webhook").await;
    assert!(delivery.parent_span_id.is_empty());
    assert_eq!(delivery.kind, i32::from(SpanKind::Client));
    let said = texts(&delivery.attributes);
    assert_eq!((said.len(), said["http.response.status_code"].as_str()), (2, "204"));
    server.stop().await;
    collector.all();
    collector.assert_without(&[&receiver.url(), added["id"].as_str().unwrap(), message.id(), "Hello"]);
}

#[tokio::test]
async fn a_key_set_is_fetched_below_the_request_that_needs_it() {
    let (mut collector, provider) = (Collector::start().await, Provider::start().await);
    let mut server = sending_to(&collector.endpoint, NEVER_MS, &[]).await;
    provider.add_to(server.installation(), "Log-in", &["--for", "users"]).await;
    let key = server.project().api_key.clone();
    let open =
        async |token: &str| server.open_session(&json!({"apiKey": key, "userToken": token})).await.status;
    provider.go_down();
    assert_eq!(open(&provider.token(USER)).await, 503);
    server.stop().await;
    collector.all();
    let request = collector.span("POST /api/v1/session").await;
    let below = collector.below(&request);
    let fetch = *below.iter().find(|span| span.name == "GET key set").expect("it was fetched");
    let said = texts(&fetch.attributes);
    assert_eq!((said["http.response.status_code"].as_str(), said["error.type"].as_str()), ("503", "503"));
    assert_eq!(texts(&request.attributes)["error.type"], "jwks_unavailable");
    collector.assert_without(&[&provider.jwks_url(), provider.issuer(), USER]);
}

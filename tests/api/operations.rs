//! `/healthz`, `/readyz` and `/metrics`.

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, eventually};
use reqwest::Method;

const USER: &str = "user@example.com";

async fn metrics(server: &Server) -> String {
    let reply = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    assert_eq!(reply.status, 200);
    let content_type = reply.header("content-type").unwrap().to_owned();
    let is_known =
        ["text/plain", "application/openmetrics-text"].iter().any(|known| content_type.starts_with(known));
    assert!(is_known, "{content_type}");
    reply.text().to_owned()
}

/// The sum of a metric over its labels.
fn value(metrics: &str, name: &str) -> f64 {
    let of_metric = metrics.lines().filter(|line| {
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ') || rest.starts_with('{'))
    });
    of_metric.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}

fn assert_near(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual} instead of {expected}");
}

#[tokio::test]
async fn a_running_server_is_healthy_and_ready() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        let reply = Reply::to(server.api().request(Method::GET, path)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")), "{path}");
    }
}

#[tokio::test]
async fn the_fixed_metrics_are_there_from_the_start() {
    let server = Server::start().await;
    // A counter with labels is there from the first request on.
    let _ = Reply::to(server.api().request(Method::GET, "/healthz")).await;
    let text = metrics(&server).await;
    for (name, sample) in [
        ("bell_streams_open", "bell_streams_open"),
        ("bell_sends", "bell_sends_total"),
        ("bell_http_requests", "bell_http_requests_total"),
        ("bell_commit_rows", "bell_commit_rows_count"),
        ("bell_commit_seconds", "bell_commit_seconds_count"),
    ] {
        assert!(text.contains(&format!("# TYPE {name}")), "{name} is not declared:\n{text}");
        assert!(text.lines().any(|line| line.starts_with(sample)), "{sample} has no value:\n{text}");
    }
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let server = Server::start().await;
    let before = metrics(&server).await;
    for _ in 0..3 {
        server.notify(USER, "Hello").await;
    }
    let session = server.session(USER).await;
    let streams = [session.live_stream().await, session.live_stream().await];
    let after = metrics(&server).await;
    let rise = |name: &str| value(&after, name) - value(&before, name);
    assert_near(rise("bell_sends_total"), 3.0);
    assert_near(rise("bell_streams_open"), 2.0);
    assert!(rise("bell_http_requests_total") >= 4.0, "{after}");
    assert!(rise("bell_commit_rows_sum") >= 3.0, "{after}");
    assert!(rise("bell_commit_seconds_count") >= 1.0, "{after}");
    drop(streams);
    eventually(ANSWER_LIMIT, "the end of the streams", async || {
        let now = value(&metrics(&server).await, "bell_streams_open");
        (now < 0.5).then_some(())
    })
    .await;
}

#[tokio::test]
async fn strangers_cannot_make_metrics_grow_or_find_a_name_in_them() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let session = server.session(USER).await;
    let _ = session.patch(&id, &serde_json::json!({"read": true})).await;
    let _ = Reply::to(server.api().request(Method::GET, "/stranger-1")).await;
    let lines = metrics(&server).await.lines().count();
    for number in 0..50 {
        let _ = Reply::to(server.api().request(Method::GET, &format!("/stranger-{number}"))).await;
        let method = Method::from_bytes(format!("BREW{number}").as_bytes()).unwrap();
        let _ = Reply::to(server.api().request(method, "/healthz")).await;
    }
    let text = metrics(&server).await;
    assert!(text.lines().count() < lines + 20, "a series for each address or method:\n{text}");
    for private in [USER, &id, "stranger", "BREW", &server.project().api_key] {
        assert!(!text.contains(private), "{private} is in the metrics");
    }
}

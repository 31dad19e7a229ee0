//! What `/metrics` says of streams and limits, and that nobody outside makes it longer.

use std::{collections::BTreeSet, time::Duration};

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, eventually};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

async fn metrics(server: &Server) -> String {
    Reply::to(server.api().request(Method::GET, "/metrics")).await.text().to_owned()
}

/// The value of one sample, which is there.
async fn sample(server: &Server, name: &str) -> f64 {
    let text = metrics(server).await;
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {name} in:\n{text}")).parse().unwrap()
}

async fn reaches(server: &Server, name: &str, least: f64) {
    eventually(ANSWER_LIMIT, name, async || (sample(server, name).await >= least).then_some(())).await;
}

#[tokio::test]
async fn streams_are_counted_by_how_they_began_and_ended() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut first = session.stream(None).await;
    let revision = first.sync().await["revision"].as_str().unwrap().to_owned();
    server.notify(USER, "Hello").await;
    first.sync().await;
    let mut resumed = session.stream(Some(&revision)).await;
    resumed.sync().await;
    let mut reset = session.stream(Some("not one")).await;
    reset.next().await;
    for (at, number) in [("present", 1.0), ("resumed", 1.0), ("reset", 1.0)] {
        reaches(&server, &format!("bell_streams_begun_total{{at=\"{at}\"}}"), number).await;
    }
    reaches(&server, "bell_stream_events_total{event=\"sync\"}", 3.0).await;
    reaches(&server, "bell_stream_events_total{event=\"reset\"}", 1.0).await;
    reaches(&server, "bell_stream_delivery_seconds_count", 1.0).await;
    drop(first);
    reaches(&server, "bell_streams_ended_total{reason=\"client\"}", 1.0).await;
    let _ = Reply::to(session.call(Method::DELETE, "/session")).await;
    reaches(&server, "bell_streams_ended_total{reason=\"revoked\"}", 2.0).await;
    assert!(sample(&server, "bell_connections_open").await >= 1.0);
}

#[tokio::test]
async fn the_files_of_the_database_are_measured() {
    let server = Server::start().await;
    assert!(sample(&server, "bell_database_bytes{file=\"main\"}").await >= 4_096.0);
}

#[tokio::test]
async fn limits_are_counted_by_name() {
    let server = Server::builder().set("BELL_LIMITS", "on").start().await;
    let proof = server.project().proof(USER);
    let body = json!({"apiKey": server.project().api_key, "userId": USER, "userHmac": proof});
    for _ in 0..30 {
        let _ = server.open_session(&body).await;
    }
    reaches(&server, "bell_limits_hit_total{limit=\"sessions\"}", 1.0).await;
    reaches(&server, "bell_problems_total{code=\"rate_limited\"}", 1.0).await;
    let session = server.session("streams").await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(session.live_stream().await);
    }
    assert_eq!(Reply::to(session.stream_request(None)).await.status, 429);
    reaches(&server, "bell_limits_hit_total{limit=\"streams\"}", 1.0).await;
}

#[tokio::test]
async fn what_is_due_later_is_not_late() {
    let server = Server::start().await;
    server.notify_with(USER, &json!({"title": "Soon over", "expiresAt": "2099-01-01T00:00:00Z"})).await;
    assert!(sample(&server, "bell_scheduler_lag_seconds").await < 0.5);
    assert!(sample(&server, "bell_webhook_lag_seconds").await < 0.5);
}

/// The series: lines without their values.
async fn series(server: &Server) -> BTreeSet<String> {
    let text = metrics(server).await;
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect()
}

/// Everything a stranger, a user and a backend may choose the text of.
async fn shout(server: &Server, word: &str) {
    let api = server.api();
    for path in [
        format!("/{word}"),
        format!("/api/v1/{word}"),
        format!("/api/v1/notifications/{word}"),
        format!("/api/v1/inbox?{word}={word}"),
        format!("/api/v1/topics/{word}/subscribers"),
        format!("/api/v1/templates/{word}/{word}"),
        format!("/v/{word}/{word}"),
        format!("/metrics?{word}"),
    ] {
        for method in ["GET", "POST", "OPTIONS", "TRACE", &format!("X{word}")] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = api.request(method, &path).header("origin", format!("https://{word}.example"));
            let request = request.header("accept", format!("{word}/{word}")).header("user-agent", word);
            let _ = Reply::to(request.bearer_auth(format!("ak_{word}")).header("bell-project", word)).await;
        }
    }
    for body in [
        json!({"apiKey": word, "userId": word, "userHmac": word}),
        json!({"apiKey": server.project().api_key, "userId": word, "userHmac": word}),
        json!({"apiKey": server.project().api_key, "userId": word, "userToken": format!("{word}.{word}.{word}")}),
    ] {
        let _ = server.open_session(&body).await;
    }
    let members = json!({"title": word, "type": word, "category": word, "data": {word: word}});
    server.notify_with(word, &members).await;
    let session = server.session(word).await;
    let mut stream = session.stream(Some(word)).await;
    stream.next().await;
    let off = json!({"categories": [{"name": word, "enabled": false}]});
    let _ = Reply::to(session.call(Method::PUT, "/preferences").json(&off)).await;
}

#[tokio::test]
async fn random_paths_types_origins_and_names_make_no_series() {
    let server = Server::start().await;
    // Twice, so that all there can be is there: the second time, some things happen that could not the first time.
    for word in ["alpha", "beta"] {
        shout(&server, word).await;
    }
    let settled = async || {
        eventually(Duration::from_secs(10), "the streams' ends", async || {
            (sample(&server, "bell_streams_open").await < 0.5).then_some(())
        })
        .await;
        series(&server).await
    };
    let before = settled().await;
    for word in ["gamma", "delta", "epsilon"] {
        shout(&server, word).await;
    }
    let after = settled().await;
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{new:?}");
    let text = metrics(&server).await;
    for private in ["alpha", "gamma", "delta", &server.project().api_key, &server.project().id] {
        assert!(!text.contains(private), "{private} is in the metrics");
    }
}

//! OpenTelemetry: where traces are sent, and that nobody waits for a collector.

use axum::{
    Router,
    http::{StatusCode, header},
    routing::post,
};
use notification_bell_tests::{
    ANSWER_LIMIT, Server,
    collector::{Collector, serve, texts},
    eventually, within,
};
use tokio::net::TcpListener;

use super::traces::{NEVER_MS, SOON_MS, sending_to};

const USER: &str = "user@example.com";
const COULD_NOT: &str = "traces could not be sent";

#[tokio::test]
async fn the_variables_of_opentelemetry_count() {
    let mut collector = Collector::start().await;
    let variables = [
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-operator"),
        ("OTEL_SERVICE_NAME", "bell-of-the-shop"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=node-2"),
        ("OTEL_TRACES_SAMPLER", "none-that-there-is"),
    ];
    let mut server = sending_to(&collector.endpoint, SOON_MS, &variables).await;
    server.notify(USER, "Hello").await;
    collector.span("POST /api/v1/notifications").await;
    assert_eq!(collector.headers[header::AUTHORIZATION], "Bearer of-the-operator");
    let resource = texts(&collector.resource);
    assert_eq!(
        (&*resource["service.name"], &*resource["service.instance.id"]),
        ("bell-of-the-shop", "node-2")
    );
    server.stop().await;
    assert!(server.log().contains("OTEL_TRACES_SAMPLER"), "a mistake is told: {}", server.log());
}

#[tokio::test]
async fn without_a_wish_for_traces_there_are_none() {
    let mut collector = Collector::start().await;
    let off = [("OTEL_SDK_DISABLED", "true")];
    let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    let mut said = Vec::new();
    for variables in [&off[..], &grpc] {
        let mut server = sending_to(&collector.endpoint, SOON_MS, variables).await;
        server.notify(USER, "Hello").await;
        assert!(server.stop().await.success());
        assert!(collector.all().is_empty());
        said.push(server.log());
    }
    let mut server = Server::start().await;
    server.notify(USER, "Hello").await;
    server.stop().await;
    said.push(server.log());
    assert!(!said.iter().any(|log| log.contains("go to this collector")), "{said:?}");
    let told: Vec<_> = said.iter().map(|log| log.contains("OTEL_EXPORTER_OTLP_PROTOCOL")).collect();
    assert_eq!(told, [false, true, false], "{said:?}");
}

#[tokio::test]
async fn a_collector_that_is_not_there_is_said_once_and_harms_nobody() {
    // Nobody listens at the first of all ports.
    let mut server = sending_to("http://someone:with-a-password@127.0.0.1:1", SOON_MS, &[]).await;
    for number in 0..20 {
        server.notify(USER, &number.to_string()).await;
    }
    eventually(ANSWER_LIMIT, "a line in the log", async || {
        server.notify(USER, "Hello").await;
        server.log().contains(COULD_NOT).then_some(())
    })
    .await;
    assert!(server.stop().await.success());
    let log = server.log();
    assert_eq!(log.matches(COULD_NOT).count(), 1, "{log}");
    assert!(!log.contains("with-a-password"), "{log}");
}

#[tokio::test]
async fn a_collector_that_never_answers_holds_up_neither_a_send_nor_the_end() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    // Spans that there is no room for are lost, and nobody waits for it.
    let variables = [("OTEL_BSP_MAX_QUEUE_SIZE", "8"), ("OTEL_EXPORTER_OTLP_TIMEOUT", NEVER_MS)];
    let mut server = sending_to(&endpoint, SOON_MS, &variables).await;
    server.notify(USER, "Hello").await;
    let (_held, _) = within(ANSWER_LIMIT, "the first traces", silent.accept()).await.unwrap();
    for number in 0..50 {
        server.notify(USER, &number.to_string()).await;
    }
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["unread"], 51);
    // It waits for far less than the collector may take.
    assert!(server.stop().await.success());
    assert!(server.log().contains("the last traces were not sent"), "{}", server.log());
}

#[tokio::test]
async fn traces_are_not_sent_where_a_collector_points() {
    let mut elsewhere = Collector::start().await;
    let there = format!("{}/v1/traces", elsewhere.endpoint);
    let redirect = post(async move || (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, there)]));
    let address = serve(Router::new().route("/v1/traces", redirect)).await;
    let mut server = sending_to(&format!("http://{address}"), NEVER_MS, &[]).await;
    server.notify(USER, "Hello").await;
    server.stop().await;
    assert!(elsewhere.all().is_empty());
    assert!(server.log().contains("the collector answers 307"), "{}", server.log());
}

//! `/openapi.json`: what is served is what is true.

use std::collections::BTreeSet;

use notification_bell_tests::{Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::Value;

const BASE: &str = "/api/v1";

async fn description(server: &Server) -> Value {
    Reply::to(server.api().request(Method::GET, "/openapi.json")).await.expect(200)
}

#[tokio::test]
async fn the_description_is_served_to_every_page() {
    let server = Server::start().await;
    let request =
        server.api().request(Method::GET, "/openapi.json").header("Origin", "https://elsewhere.example");
    let reply = Reply::to(request).await;
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let description = reply.expect(200);
    assert_eq!(description["openapi"].as_str().map(|version| &version[..4]), Some("3.1."));
    assert!(description["info"]["version"].as_str().is_some_and(|version| !version.is_empty()));
}

#[tokio::test]
async fn the_description_names_the_address_that_the_server_is_reached_at() {
    let server = Server::builder().set("BELL_PUBLIC_URL", "https://bell.example").start().await;
    let description = description(&server).await;
    assert_eq!(description["servers"][0]["url"], "https://bell.example/api/v1");
}

#[tokio::test]
async fn what_is_served_is_what_the_command_prints_and_what_is_checked_in() {
    let server = Server::start().await;
    let mut answered = description(&server).await;
    answered["servers"][0]["url"] = BASE.into();
    let printed: Value = serde_json::from_str(&server.installation().succeed(&["openapi"]).await).unwrap();
    assert_eq!(answered, printed);
    let checked_in: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    assert_eq!(
        answered, checked_in,
        "`cargo run -p notification-bell-server -- openapi > docs/openapi.json` renews it"
    );
}

#[tokio::test]
async fn every_address_has_the_methods_that_are_described_and_no_others() {
    let server = Server::start().await;
    let description = description(&server).await;
    for (path, item) in description["paths"].as_object().unwrap() {
        let segments = path.split('/').map(|segment| if segment.starts_with('{') { "x" } else { segment });
        let address = format!("{BASE}{}", segments.collect::<Vec<_>>().join("/"));
        let reply = Reply::to(server.api().request(Method::from_bytes(b"BREW").unwrap(), &address)).await;
        assert_problem(&reply, 405, "method_not_allowed");
        let allow = reply.header("allow").unwrap_or_default().to_ascii_lowercase();
        let routed: BTreeSet<&str> =
            allow.split(',').map(str::trim).filter(|method| *method != "head").collect();
        let described: BTreeSet<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(described, routed, "{path}");
    }
}

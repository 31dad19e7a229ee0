//! The description holds against the router, and against what is checked in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::describe;

/// What is no part of the API: for the operator, for pages, for whoever reads the description.
const BESIDE_THE_API: &[&str] = &[
    "/docs",
    "/docs/copy.js",
    "/docs/docs.css",
    "/docs/docs.js",
    "/healthz",
    "/metrics",
    "/notification-bell.js",
    "/openapi.json",
    "/readyz",
    "/v/{version}/{*path}",
];

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

fn description() -> Value {
    serde_json::to_value(describe("")).unwrap()
}

/// The addresses of the router with their methods, read from its source: axum does not tell them.
fn routes(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut routes = BTreeMap::new();
    for route in source.split(".route(\"").skip(1) {
        let (path, chain) = route.split_once("\",").expect("a route has an address and its methods");
        let chain = chain.split("\n        .").next().unwrap_or_default();
        let methods = METHODS.into_iter().filter(|method| chain.contains(&format!("{method}(")));
        assert!(routes.insert(path, methods.collect()).is_none(), "{path} is there twice");
    }
    routes
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let mut routes = routes(include_str!("../router.rs"));
    for path in BESIDE_THE_API {
        assert!(routes.remove(path).is_some(), "there is no {path} any more");
    }
    let description = description();
    let described: BTreeMap<&str, BTreeSet<&str>> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, item)| (path.as_str(), item.as_object().unwrap().keys().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        described, routes,
        "left: described, right: routed. Give the handler its #[utoipa::path], and name it in description/mod.rs; what is no part \
         of the API belongs into BESIDE_THE_API"
    );
}

#[test]
fn what_is_checked_in_is_not_stale() {
    let checked_in: Value = serde_json::from_str(include_str!("../../../docs/openapi.json"))
        .unwrap_or_else(|error| panic!("docs/openapi.json is no JSON: {error}"));
    assert!(
        checked_in == description(),
        "docs/openapi.json is stale. Renew it: cargo run -p notification-bell-server -- openapi > docs/openapi.json"
    );
}

#[test]
fn every_refusal_is_told_by_codes_that_there_are() {
    for (path, item) in description()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_refusal = status.starts_with(['4', '5']);
                assert!(
                    !is_refusal || response["$ref"].is_string(),
                    "{method} {path}: none of the codes of {status} is one: {response}"
                );
            }
        }
    }
}

#[test]
fn a_comment_for_rust_is_in_no_description() {
    let text = description().to_string();
    for trace in ["[`", "](crate", "# Errors", "::"] {
        let context = text.find(trace).map(|at| &text[at.saturating_sub(80)..(at + 80).min(text.len())]);
        assert_eq!(context, None, "{trace}");
    }
}

//! The names that dashboards rely on, and that those who operate the server are told of.

use std::{collections::BTreeSet, time::Duration};

use notification_bell_protocol::Code;

use super::{LIMITS, Metrics, ReasonLabel};

const DOCUMENT: &str = include_str!("../../../docs/OPERATING.md");

/// One of everything that is only shown once it was counted.
fn used() -> Metrics {
    let metrics = Metrics::default();
    metrics.request("GET", "/api/v1/inbox", 200, Duration::from_millis(3));
    metrics.failed_proofs.get_or_create(&ReasonLabel { reason: "hmac_mismatch" }).inc();
    metrics.watch_database(std::path::Path::new("no such file"));
    metrics
}

fn text(metrics: &Metrics) -> String {
    metrics.encode(Duration::from_millis(1_500), Duration::ZERO)
}

#[test]
fn the_names_that_dashboards_rely_on_are_there() {
    let metrics = used();
    metrics.sends.inc();
    metrics.problem(Code::RateLimited);
    metrics.commit_observer()(3, Duration::from_millis(2));
    let text = text(&metrics);
    for sample in [
        "bell_streams_open 0",
        "bell_sends_total 1",
        "bell_http_requests_total{method=\"GET\",route=\"/api/v1/inbox\",status=\"200\"} 1",
        "bell_http_request_seconds_bucket{le=\"0.005\",method=\"GET\",route=\"/api/v1/inbox\"} 1",
        "bell_problems_total{code=\"rate_limited\"} 1",
        "bell_commit_rows_sum 3.0",
        "bell_commit_seconds_sum 0.002",
        "bell_scheduler_lag_seconds 1.5",
        "bell_database_bytes{file=\"log\"} 0",
    ] {
        assert!(text.lines().any(|line| line == sample), "{sample} is not in:\n{text}");
    }
}

#[test]
fn every_metric_is_documented_and_every_documented_one_is_there() {
    let text = text(&used());
    // `# TYPE bell_sends counter`: what one asks Prometheus for has the ending of its type.
    let shown: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect();
    let documented: BTreeSet<String> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("| `bell_")?.split_once('`'))
        .map(|(name, _)| format!("bell_{}", name.split('{').next().unwrap_or_default()))
        .collect();
    assert_eq!(shown, documented, "left: what there is, right: the table in docs/OPERATING.md");
}

#[test]
fn the_labels_that_are_documented_are_those_there_are() {
    let text = text(&used());
    for row in DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `bell_")) {
        let (name, _) = row.split_once('`').unwrap();
        let (name, labels) = name.split_once('{').unwrap_or((name, ""));
        let documented: BTreeSet<&str> =
            labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty()).collect();
        let sample = text.lines().find(|line| {
            line.strip_prefix("bell_")
                .and_then(|line| line.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with([' ', '{', '_']))
        });
        let sample = sample.unwrap_or_else(|| panic!("bell_{name} has no sample"));
        let labels =
            sample.split_once('{').map_or("", |(_, rest)| rest.split('}').next().unwrap_or_default());
        let shown: BTreeSet<&str> = labels
            .split("\",")
            .filter_map(|label| label.split_once('=').map(|(label, _)| label))
            .filter(|label| *label != "le")
            .collect();
        assert_eq!(shown, documented, "bell_{name}");
    }
}

#[test]
fn every_quota_has_a_name_that_is_counted() {
    let source = include_str!("../edge/quotas.rs");
    let by_window = source.split("Policy::a_").skip(1).filter_map(|rest| rest.split('"').nth(1));
    let others = source.split("name: \"").skip(1).filter_map(|rest| rest.split('"').next());
    let names: BTreeSet<&str> = by_window.chain(others).collect();
    assert!(names.len() > 5, "{names:?}");
    assert!(names.iter().all(|name| LIMITS.contains(name)), "{names:?}");
}

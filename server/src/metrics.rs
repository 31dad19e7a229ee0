//! What can be counted from outside, in the OpenMetrics text format. Labels are few and bounded: no user, no project.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// The content type of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The counters of one process.
pub struct Metrics {
    registry: Registry,
    /// Streams that are open now.
    pub streams_open: Gauge,
    /// Notifications stored.
    pub sends: Counter,
    /// Attempts to deliver to webhooks, by what came of them.
    pub webhook_attempts: Family<OutcomeLabel, Counter>,
    /// Proofs of users and tokens of backends that failed.
    pub failed_proofs: Family<ReasonLabel, Counter>,
    requests: Family<RequestLabels, Counter>,
    commit_rows: Histogram,
    commit_seconds: Histogram,
}

/// Why something failed: one of a few short names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabel {
    /// The name.
    pub reason: &'static str,
}

/// What came of something: one of a few short names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabel {
    /// The name.
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("bell");
        let streams_open = Gauge::default();
        registry.register("streams_open", "Streams that are open now", streams_open.clone());
        let sends = Counter::default();
        registry.register("sends", "Notifications stored", sends.clone());
        let webhook_attempts = Family::default();
        registry.register(
            "webhook_attempts",
            "Attempts to deliver to webhooks, by what came of them",
            webhook_attempts.clone(),
        );
        let failed_proofs = Family::default();
        registry.register("failed_proofs", "Proofs that failed, by reason", failed_proofs.clone());
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let commit_rows = Histogram::new(exponential_buckets(1.0, 4.0, 9));
        registry.register("commit_rows", "Rows changed by a commit of the database", commit_rows.clone());
        let commit_seconds = Histogram::new(exponential_buckets(0.000_1, 2.0, 16));
        registry.register_with_unit(
            "commit",
            "How long a commit of the database took, to the end of its fsync",
            Unit::Seconds,
            commit_seconds.clone(),
        );
        Self {
            registry,
            streams_open,
            sends,
            webhook_attempts,
            failed_proofs,
            requests,
            commit_rows,
            commit_seconds,
        }
    }
}

impl Metrics {
    /// A request was answered. `route` is the pattern it matched, never the address itself.
    pub fn request(&self, method: &str, route: &str, status: u16) {
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
    }

    /// What a store calls after each commit.
    #[must_use]
    pub fn commit_observer(&self) -> Box<dyn Fn(u64, Duration) + Send> {
        let (rows, seconds) = (self.commit_rows.clone(), self.commit_seconds.clone());
        Box::new(move |changed, took| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a histogram's buckets are coarser than 2^52 rows"
            )]
            rows.observe(changed as f64);
            seconds.observe(took.as_secs_f64());
        })
    }

    /// All of it as text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Metrics;

    #[test]
    fn the_names_that_dashboards_rely_on_are_there() {
        let metrics = Metrics::default();
        metrics.request("GET", "/api/v1/inbox", 200);
        metrics.sends.inc();
        metrics.commit_observer()(3, Duration::from_millis(2));
        let text = metrics.encode();
        for name in [
            "bell_streams_open 0",
            "bell_sends_total 1",
            "bell_http_requests_total{method=\"GET\",route=\"/api/v1/inbox\",status=\"200\"} 1",
            "bell_commit_rows_sum 3.0",
            "bell_commit_seconds_sum 0.002",
        ] {
            assert!(text.contains(name), "{name} is not in:\n{text}");
        }
    }
}

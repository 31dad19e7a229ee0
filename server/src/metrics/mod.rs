//! What can be counted from outside, in the OpenMetrics text format. Labels are few and bounded: no user, no project.
//!
//! What there is stands in `docs/OPERATING.md`, which a test holds against this.

pub mod histogram;
mod requests;
pub mod streams;
pub mod tally;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, atomic::AtomicU64},
    time::Duration,
};

use notification_bell_protocol::Code;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};
use tokio::sync::Semaphore;

pub use self::requests::UNMATCHED;
use self::{histogram::Histogram, requests::Requests, streams::StreamCounts, tally::Tally};
use crate::hub::exchange::BusMetrics;

/// The content type of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The names of limits: those of the quotas, and what the connections have of their own.
const LIMITS: [&str; 10] = [
    "sessions",
    "failures",
    "sends",
    "batched-sends",
    "revocations",
    "declarations",
    "preferences",
    "large-requests",
    "streams",
    CONNECTIONS,
];
/// The limit of connections.
pub const CONNECTIONS: &str = "connections";
const ROWS: &[u64] = &[1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536];
const COMMIT_TIMES_US: &[u64] = &[
    100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 102_400, 204_800, 409_600, 819_200,
    1_638_400, 3_276_800,
];
const ATTEMPT_TIMES_US: &[u64] =
    &[5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000];

type Seconds = Gauge<f64, AtomicU64>;

/// The counters of one process.
pub struct Metrics {
    registry: Registry,
    /// Streams.
    pub streams: StreamCounts,
    /// Notifications stored.
    pub sends: Counter,
    /// Webhooks.
    pub webhooks: WebhookCounts,
    /// Proofs of users and tokens of backends that failed.
    pub failed_proofs: Family<ReasonLabel, Counter>,
    /// Limits that somebody ran into, by name.
    pub limits_hit: Tally,
    /// The bus between several servers.
    pub bus: BusMetrics,
    /// 1 while this process does what one does for all.
    pub lease_held: Gauge,
    requests: Requests,
    problems: Tally,
    commit_rows: Histogram,
    commit_seconds: Histogram,
    measured: Measured,
    places: OnceLock<(Arc<Semaphore>, usize)>,
    database: OnceLock<PathBuf>,
}

/// What is not counted while it happens, but looked at when somebody asks.
#[derive(Default)]
struct Measured {
    scheduler_lag: Seconds,
    webhook_lag: Seconds,
    connections_open: Gauge,
    connections_max: Gauge,
    database_bytes: Family<FileLabel, Gauge>,
}

/// The counters of webhooks.
#[derive(Clone, Debug)]
pub struct WebhookCounts {
    /// Attempts to deliver, by what came of them: `delivered`, `retried` or `failed`.
    pub attempts: Tally,
    /// How long they took.
    pub seconds: Histogram,
}

impl Default for WebhookCounts {
    fn default() -> Self {
        Self {
            attempts: Tally::new("outcome", ["delivered", "retried", "failed"]),
            seconds: Histogram::of_times(ATTEMPT_TIMES_US),
        }
    }
}

/// Why something failed: one of a few short names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabel {
    /// The name.
    pub reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FileLabel {
    file: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("bell"),
            streams: StreamCounts::default(),
            sends: Counter::default(),
            webhooks: WebhookCounts::default(),
            failed_proofs: Family::default(),
            limits_hit: Tally::new("limit", LIMITS),
            bus: BusMetrics::default(),
            lease_held: Gauge::default(),
            requests: Requests::default(),
            problems: Tally::new("code", Code::ALL.iter().map(|code| code.as_str())),
            commit_rows: Histogram::of_numbers(ROWS),
            commit_seconds: Histogram::of_times(COMMIT_TIMES_US),
            measured: Measured::default(),
            places: OnceLock::new(),
            database: OnceLock::new(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of this program", version);
        self.streams.register(registry);
        self.bus.register(registry);
        registry.register("sends", "Notifications stored", self.sends.clone());
        registry.register("http_requests", "Requests answered", self.requests.numbers());
        registry.register_with_unit(
            "http_request",
            "How long a request took, to the head of its answer",
            Unit::Seconds,
            self.requests.times(),
        );
        registry.register(
            "problems",
            "Requests refused or failed, by the code of the answer",
            self.problems.clone(),
        );
        registry.register(
            "limits_hit",
            "Requests and connections refused by a limit",
            self.limits_hit.clone(),
        );
        registry.register("failed_proofs", "Proofs that failed, by reason", self.failed_proofs.clone());
        registry.register(
            "commit_rows",
            "Rows changed by a commit of the database",
            self.commit_rows.clone(),
        );
        registry.register_with_unit(
            "commit",
            "How long a commit of the database took, to the end of its fsync",
            Unit::Seconds,
            self.commit_seconds.clone(),
        );
        registry.register(
            "lease_held",
            "Whether this server does what time brings, for all that share the database",
            self.lease_held.clone(),
        );
        let webhooks = &self.webhooks;
        registry.register(
            "webhook_attempts",
            "Attempts to deliver to webhooks, by what came of them",
            webhooks.attempts.clone(),
        );
        registry.register_with_unit(
            "webhook_attempt",
            "How long an attempt to deliver to a webhook took",
            Unit::Seconds,
            webhooks.seconds.clone(),
        );
        let Measured { scheduler_lag, webhook_lag, connections_open, connections_max, database_bytes } =
            &self.measured;
        registry.register_with_unit(
            "scheduler_lag",
            "For how long something that is to be sent, expire or come back has been due",
            Unit::Seconds,
            scheduler_lag.clone(),
        );
        registry.register_with_unit(
            "webhook_lag",
            "For how long a delivery to a webhook has been due",
            Unit::Seconds,
            webhook_lag.clone(),
        );
        registry.register("connections_open", "Connections that are open now", connections_open.clone());
        registry.register("connections_max", "Connections that there may be", connections_max.clone());
        registry.register_with_unit(
            "database",
            "How large the file of the database is, and the log beside it",
            Unit::Bytes,
            database_bytes.clone(),
        );
    }

    /// A request was answered. `route` is the pattern it matched, never the address itself.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.count(method, route, status, took);
    }

    /// A request was refused or failed.
    pub fn problem(&self, code: Code) {
        self.problems.count(code.as_str());
    }

    /// What a store calls after each commit.
    #[must_use]
    pub fn commit_observer(&self) -> Box<dyn Fn(u64, Duration) + Send> {
        let (rows, seconds) = (self.commit_rows.clone(), self.commit_seconds.clone());
        Box::new(move |changed, took| {
            rows.observe(changed);
            seconds.observe_time(took);
        })
    }

    /// Looks at how many of these places for connections are taken, whenever somebody asks.
    pub fn watch_places(&self, places: Arc<Semaphore>, number: usize) {
        // Set once, when the server begins to listen.
        let _ = self.places.set((places, number));
    }

    /// Looks at how large the files of a database are, whenever somebody asks.
    pub fn watch_database(&self, path: &Path) {
        let _ = self.database.set(path.to_owned());
    }

    /// All of it as text; with how long something has been due for the timekeeper, and for a webhook.
    #[must_use]
    pub fn encode(&self, scheduler_lag: Duration, webhook_lag: Duration) -> String {
        let measured = &self.measured;
        measured.scheduler_lag.set(scheduler_lag.as_secs_f64());
        measured.webhook_lag.set(webhook_lag.as_secs_f64());
        if let Some((places, number)) = self.places.get() {
            let as_number = |places: usize| i64::try_from(places).unwrap_or(i64::MAX);
            measured.connections_open.set(as_number(number - places.available_permits().min(*number)));
            measured.connections_max.set(as_number(*number));
        }
        if let Some(path) = self.database.get() {
            let mut log = path.as_os_str().to_owned();
            log.push("-wal");
            for (file, path) in [("main", path.as_path()), ("log", Path::new(&log))] {
                let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
                let gauge = measured.database_bytes.get_or_create_owned(&FileLabel { file });
                gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
            }
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

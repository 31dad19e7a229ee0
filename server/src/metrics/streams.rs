//! What is counted of streams.

use prometheus_client::{
    metrics::gauge::Gauge,
    registry::{Registry, Unit},
};

use super::{histogram::Histogram, tally::Tally};

/// From the wake-up to the socket. Within one process that is less than a millisecond, across machines a few.
const TIMES_US: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000, 30_000_000,
];

/// The counters of streams. A copy counts into the same.
#[derive(Clone, Debug)]
pub struct StreamCounts {
    /// Streams that are open now.
    pub open: Gauge,
    /// Where streams began: `present`, `resumed`, `reset`.
    pub begun: Tally,
    /// Why streams ended.
    pub ended: Tally,
    /// What was said on them.
    pub events: Tally,
    /// From the wake-up that follows a commit until the event was with the socket.
    pub seconds: Histogram,
}

impl Default for StreamCounts {
    fn default() -> Self {
        Self {
            open: Gauge::default(),
            begun: Tally::new("at", ["present", "resumed", "reset"]),
            ended: Tally::new("reason", ["client", "expired", "revoked", "draining", "failed"]),
            events: Tally::new("event", ["sync", "reset", "session-expiring", "heartbeat", "retry"]),
            seconds: Histogram::of_times(TIMES_US),
        }
    }
}

impl StreamCounts {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("streams_open", "Streams that are open now", self.open.clone());
        registry.register(
            "streams_begun",
            "Streams that began: at the present, resumed where the client was, or with a reset because that was too old",
            self.begun.clone(),
        );
        registry.register("streams_ended", "Streams that ended, by why", self.ended.clone());
        registry.register("stream_events", "Events and comments written to streams", self.events.clone());
        registry.register_with_unit(
            "stream_delivery",
            "From the wake-up that follows a commit until the event was with the socket of a stream, without those whose client was slow",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}

//! How the bus is, in numbers.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::{Registry, Unit},
};

use crate::metrics::histogram::Histogram;

/// From a fifth of a millisecond, as in one data centre, to what is as good as cut off.
const LAGS_US: &[u64] =
    &[200, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000];

/// The counters of the bus. Without other processes they stay at zero. A copy counts into the same.
#[derive(Clone, Debug)]
pub struct BusMetrics {
    pub(super) cut: Gauge,
    pub(super) silent: Gauge,
    pub(super) connections: Counter,
    pub(super) sent: Counter,
    pub(super) heard: Counter,
    pub(super) refused: Counter,
    pub(super) overflows: Counter,
    pub(super) sweeps: Counter,
    pub(super) lag: Histogram,
}

impl Default for BusMetrics {
    fn default() -> Self {
        Self {
            cut: Gauge::default(),
            silent: Gauge::default(),
            connections: Counter::default(),
            sent: Counter::default(),
            heard: Counter::default(),
            refused: Counter::default(),
            overflows: Counter::default(),
            sweeps: Counter::default(),
            lag: Histogram::of_times(LAGS_US),
        }
    }
}

impl BusMetrics {
    /// Has a registry show them.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("bus_cut", "Whether the other servers are not heard", self.cut.clone());
        registry.register(
            "bus_silent",
            "Whether another server has fallen silent or is cut off",
            self.silent.clone(),
        );
        registry.register("bus_connections", "Connections made to the bus", self.connections.clone());
        registry.register("bus_wakes_sent", "Wake-ups told to other servers", self.sent.clone());
        registry.register("bus_wakes_heard", "Wake-ups heard of other servers", self.heard.clone());
        registry.register("bus_refused", "Messages that are none of ours", self.refused.clone());
        registry.register(
            "bus_overflows",
            "Times that there was too much to tell, and everybody was to look",
            self.overflows.clone(),
        );
        registry.register("bus_sweeps", "Times that every stream was to look", self.sweeps.clone());
        registry.register_with_unit(
            "bus_lag",
            "How long a message takes through the bus and back",
            Unit::Seconds,
            self.lag.clone(),
        );
    }
}

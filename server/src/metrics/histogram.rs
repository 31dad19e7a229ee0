//! How often something was how large, in a few steps.
//!
//! The library's own histogram is behind a lock; these are counted where thousands of streams are written at a time.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};

const MICROSECONDS: f64 = 1_000_000.0;

/// Counts values by the first bound that is not below them. A copy counts into the same.
#[derive(Clone, Debug)]
pub struct Histogram(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    bounds: &'static [u64],
    /// So many of what is counted are one of what is shown.
    scale: f64,
    /// One more than there are bounds.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Of times: bounds are in microseconds, and shown in seconds.
    #[must_use]
    pub fn of_times(bounds_us: &'static [u64]) -> Self {
        Self::new(bounds_us, MICROSECONDS)
    }

    /// Of numbers.
    #[must_use]
    pub fn of_numbers(bounds: &'static [u64]) -> Self {
        Self::new(bounds, 1.0)
    }

    fn new(bounds: &'static [u64], scale: f64) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self(Arc::new(Counted { bounds, scale, counts, sum: AtomicU64::new(0) }))
    }

    /// Counts a value.
    pub fn observe(&self, value: u64) {
        let Counted { bounds, counts, sum, .. } = &*self.0;
        let step = bounds.partition_point(|bound| *bound < value);
        counts[step].fetch_add(1, Ordering::Relaxed);
        sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time.
    pub fn observe_time(&self, took: Duration) {
        self.observe(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Whether anything was counted.
    pub(super) fn has_any(&self) -> bool {
        self.0.counts.iter().any(|count| count.load(Ordering::Relaxed) > 0)
    }
}

impl EncodeMetric for Histogram {
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 nobody reads the last digit")]
    fn encode(&self, mut encoder: MetricEncoder) -> fmt::Result {
        let Counted { bounds, scale, counts, sum } = &*self.0;
        let bounds = bounds.iter().map(|bound| *bound as f64 / scale).chain([f64::INFINITY]);
        let steps: Vec<(f64, u64)> =
            bounds.zip(counts.iter().map(|count| count.load(Ordering::Relaxed))).collect();
        // From what is shown, so that the last step is never less than the number of all.
        let count = steps.iter().map(|(_, count)| count).sum();
        let sum = sum.load(Ordering::Relaxed) as f64 / scale;
        encoder.encode_histogram::<NoLabelSet>(sum, count, &steps, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus_client::{encoding::text::encode, registry::Registry};

    use super::Histogram;

    #[test]
    fn a_value_is_counted_at_the_first_bound_that_is_not_below_it() {
        let histogram = Histogram::of_times(&[1_000, 10_000]);
        for micros in [0, 1_000, 1_001, 10_000, 10_001, 5_000_000] {
            histogram.observe_time(Duration::from_micros(micros));
        }
        let mut registry = Registry::default();
        registry.register("took_seconds", "Time", histogram);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "took_seconds_sum 5.022002",
                "took_seconds_count 6",
                "took_seconds_bucket{le=\"0.001\"} 2",
                "took_seconds_bucket{le=\"0.01\"} 4",
                "took_seconds_bucket{le=\"+Inf\"} 6",
            ]
        );
    }
}

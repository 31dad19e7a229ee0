//! A counter for each of a few names, which are known from the start: what a stranger sends never makes another one.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};

/// For a name that is not known, which would be a mistake of this program's.
const OTHER: &str = "other";

/// Counts by name. All names are shown from the start, so that a rate can be taken of the first one that comes. A copy
/// counts into the same.
#[derive(Clone, Debug)]
pub struct Tally(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    label: &'static str,
    cells: Vec<(&'static str, AtomicU64)>,
    other: AtomicU64,
}

impl Tally {
    /// A counter for each of these values of a label.
    #[must_use]
    pub fn new(label: &'static str, values: impl IntoIterator<Item = &'static str>) -> Self {
        let cells = values.into_iter().map(|value| (value, AtomicU64::new(0))).collect();
        Self(Arc::new(Counted { label, cells, other: AtomicU64::new(0) }))
    }

    /// Counts one.
    pub fn count(&self, value: &str) {
        let cell = self.0.cells.iter().find(|(known, _)| *known == value).map(|(_, cell)| cell);
        debug_assert!(cell.is_some(), "{value} is no known {}", self.0.label);
        cell.unwrap_or(&self.0.other).fetch_add(1, Ordering::Relaxed);
    }
}

impl EncodeMetric for Tally {
    fn encode(&self, mut encoder: MetricEncoder) -> fmt::Result {
        let Counted { label, cells, other } = &*self.0;
        let cells = cells.iter().map(|(value, cell)| (*value, cell.load(Ordering::Relaxed)));
        let other = Some((OTHER, other.load(Ordering::Relaxed))).filter(|(_, count)| *count > 0);
        for (value, count) in cells.chain(other) {
            let labels = [(*label, value)];
            encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&count, None)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

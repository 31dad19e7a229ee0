//! Times of one thing that was done often.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What its times were, in microseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Latencies {
    /// How often it was measured.
    pub(crate) times: usize,
    /// Half took longer.
    pub(crate) median_us: u64,
    /// One in a hundred took longer.
    pub(crate) p99_us: u64,
    /// One in a thousand took longer; of few, it is the longest.
    #[serde(default)]
    pub(crate) p999_us: u64,
    /// None took longer.
    pub(crate) max_us: u64,
}

impl Latencies {
    /// Of all times that were measured; there has to be one.
    pub(crate) fn of(mut measured: Vec<Duration>) -> Self {
        measured.sort_unstable();
        let at = |thousandths: usize| {
            let index = (measured.len() * thousandths).div_ceil(1_000).saturating_sub(1);
            u64::try_from(measured[index].as_micros()).unwrap_or(u64::MAX)
        };
        Self {
            times: measured.len(),
            median_us: at(500),
            p99_us: at(990),
            p999_us: at(999),
            max_us: at(1_000),
        }
    }

    /// Does it so often, one after the other.
    pub(crate) async fn measure(times: u32, mut act: impl AsyncFnMut(u32)) -> Self {
        let mut measured = Vec::new();
        for time in 0..times {
            let began = Instant::now();
            act(time).await;
            measured.push(began.elapsed());
        }
        Self::of(measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_hundred_took_longer_than_the_99th_percentile_and_one_in_a_thousand_than_the_next() {
        let latencies = Latencies::of((1..=1_000).rev().map(Duration::from_micros).collect());
        let Latencies { median_us, p99_us, p999_us, max_us, .. } = latencies;
        assert_eq!((median_us, p99_us, p999_us, max_us), (500, 990, 999, 1_000));
    }
}

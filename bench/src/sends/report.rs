//! What was measured of sends, as a table or as JSON.

use serde::Serialize;

use crate::latencies::{Latencies, milliseconds};

/// All that was measured in one run.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// Writing a page over an older one, to its fsync.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) disk: Option<Latencies>,
    pub(super) floods: Vec<Flood>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<Rate>,
    /// nginx with nchan, where it is installed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) nchan: Vec<Flood>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nchan_rate: Option<Rate>,
}

/// As many as were answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Flood {
    pub(super) connections: u64,
    pub(super) per_second: u64,
    /// The time of the server on a processor, for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) processor_us: Option<u64>,
    #[serde(flatten)]
    pub(super) latencies: Latencies,
}

/// So many a second as were asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate {
    pub(super) asked: u64,
    pub(super) per_second: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) processor_us: Option<u64>,
    /// From the moment that each was to be sent at.
    #[serde(flatten)]
    pub(super) latencies: Latencies,
}

impl Report {
    pub(super) fn print(&self, json: bool) {
        if json {
            let printed = serde_json::to_string_pretty(self).unwrap_or_else(|error| error.to_string());
            println!("{printed}");
            return;
        }
        println!(
            "{:36} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}",
            "", "times", "a second", "median", "p99", "max", "CPU us"
        );
        if let Some(disk) = self.disk {
            line("a page to disk (fsync)", disk, None, None);
        }
        for (whose, floods, rate) in
            [("", &self.floods, &self.rate), ("nchan, ", &self.nchan, &self.nchan_rate)]
        {
            for flood in floods {
                let what = format!("{whose}{} connections", flood.connections);
                line(&what, flood.latencies, Some(flood.per_second), flood.processor_us);
            }
            if let Some(rate) = rate {
                let what = format!("{whose}{} a second", rate.asked);
                line(&what, rate.latencies, Some(rate.per_second), rate.processor_us);
            }
        }
        let most = |floods: &[Flood]| floods.iter().map(|flood| flood.per_second).max();
        if let (Some(ours), Some(theirs)) = (most(&self.floods), most(&self.nchan)) {
            println!("at most {}% of what nchan takes without a disk", ours * 100 / theirs.max(1));
        }
    }
}

fn line(what: &str, latencies: Latencies, per_second: Option<u64>, processor_us: Option<u64>) {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    println!(
        "{what:36} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}",
        latencies.times,
        number(per_second),
        milliseconds(latencies.median_us),
        milliseconds(latencies.p99_us),
        milliseconds(latencies.max_us),
        number(processor_us)
    );
}

//! What was measured, as a table or as JSON.

use serde::Serialize;

use crate::latencies::{Latencies, milliseconds};

/// All that was measured in one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Findings {
    database_bytes: u64,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    what: &'static str,
    #[serde(flatten)]
    latencies: Latencies,
    /// How many a second, where several were done at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_second: Option<u64>,
}

impl Findings {
    pub(crate) const fn new(database_bytes: u64) -> Self {
        Self { database_bytes, findings: Vec::new() }
    }

    /// One thing after the other.
    pub(crate) fn add(&mut self, what: &'static str, latencies: Latencies) {
        self.findings.push(Finding { what, latencies, per_second: None });
    }

    /// Many at once.
    pub(crate) fn add_rate(&mut self, what: &'static str, latencies: Latencies, per_second: u64) {
        self.findings.push(Finding { what, latencies, per_second: Some(per_second) });
    }

    pub(crate) fn print(&self, json: bool) {
        if json {
            let printed = serde_json::to_string_pretty(self).unwrap_or_else(|error| error.to_string());
            println!("{printed}");
            return;
        }
        println!("database: {} MB", self.database_bytes / 1_000_000);
        println!("{:44} {:>7} {:>9} {:>9} {:>9} {:>9}", "", "times", "median", "p99", "max", "a second");
        for Finding { what, latencies, per_second } in &self.findings {
            let per_second = per_second.map(|number| number.to_string()).unwrap_or_default();
            println!(
                "{what:44} {:>7} {:>9} {:>9} {:>9} {per_second:>9}",
                latencies.times,
                milliseconds(latencies.median_us),
                milliseconds(latencies.p99_us),
                milliseconds(latencies.max_us),
            );
        }
    }
}

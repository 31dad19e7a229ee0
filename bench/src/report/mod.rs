//! What was measured, in one shape for every load: a table for people, or JSON.

mod goal;
mod table;
mod unit;

use serde::{Deserialize, Serialize};

pub(crate) use self::{
    goal::{Goal, Reached},
    unit::Unit,
};
use crate::latencies::Latencies;

/// All that one load measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The load, as it is called on the command line.
    pub(crate) name: String,
    /// What it was measured with: how many, how long, in which browser.
    pub(crate) setting: String,
    pub(crate) findings: Vec<Finding>,
}

/// One figure.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finding {
    pub(crate) what: String,
    pub(crate) figure: f64,
    pub(crate) unit: Unit,
    /// Of what was done often: its times, of which the figure is the 99th percentile unless `what` says another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<Latencies>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) goal: Option<Goal>,
    /// The same of nginx with nchan, in the same run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nchan: Option<f64>,
}

impl Report {
    pub(crate) fn new(name: &str, setting: String) -> Self {
        Self { name: name.to_owned(), setting, findings: Vec::new() }
    }

    /// Notes a figure, whose goal can be set by what this gives.
    pub(crate) fn add(&mut self, what: impl Into<String>, figure: f64, unit: Unit) -> &mut Finding {
        let finding = Finding { what: what.into(), figure, unit, times: None, goal: None, nchan: None };
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Notes how long something took that was done often.
    pub(crate) fn add_times(&mut self, what: impl Into<String>, times: Latencies) -> &mut Finding {
        let finding = self.add(what, Unit::milliseconds(times.p99_us), Unit::Milliseconds);
        finding.times = Some(times);
        finding
    }

    /// Notes the same figure of nchan.
    pub(crate) fn add_nchan(&mut self, what: &str, figure: f64) {
        if let Some(finding) = self.named(what) {
            finding.nchan = Some(figure);
        }
    }

    /// The figure of that name.
    pub(crate) fn named(&mut self, what: &str) -> Option<&mut Finding> {
        self.findings.iter_mut().find(|finding| finding.what == what)
    }

    pub(crate) fn print(&self, json: bool) {
        if json {
            let printed = serde_json::to_string_pretty(self).unwrap_or_else(|error| error.to_string());
            println!("{printed}");
        } else {
            println!("{}", table::of(self));
        }
    }
}

impl Finding {
    /// Says what it should be.
    pub(crate) fn goal(&mut self, goal: Goal) {
        self.goal = Some(goal);
    }

    /// Whether it is what it should be; `None` without a goal.
    pub(crate) fn reached(&self) -> Option<Reached> {
        self.goal.as_ref().map(|goal| goal.reached_by(self.figure))
    }

    /// The figure by nchan's.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.nchan.filter(|nchan| *nchan > 0.0).map(|nchan| self.figure / nchan)
    }

    /// As it is shown.
    pub(crate) fn shown(&self) -> String {
        self.unit.show(self.figure)
    }
}

/// Counts, of which none is so large that a float would round it.
#[expect(clippy::cast_precision_loss, reason = "what is counted here are millions at most")]
pub(crate) const fn whole(number: usize) -> f64 {
    number as f64
}

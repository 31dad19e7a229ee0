//! What was measured of a page, as a table or as JSON.

use serde::Serialize;

/// All that was measured in one run.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Findings {
    browser: Option<String>,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    what: String,
    value: f64,
    unit: &'static str,
}

impl Findings {
    /// Says which browser it was.
    pub(crate) fn name_browser(&mut self, browser: &str) {
        self.browser = Some(browser.to_owned());
    }

    pub(crate) fn add(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.findings.push(Finding { what: what.into(), value, unit });
    }

    pub(crate) fn print(&self, json: bool) {
        if json {
            let printed = serde_json::to_string_pretty(self).unwrap_or_else(|error| error.to_string());
            println!("{printed}");
            return;
        }
        println!("{}", self.browser.as_deref().unwrap_or_default());
        for Finding { what, value, unit } in &self.findings {
            println!("{what:64} {value:>9.1} {unit}");
        }
    }
}

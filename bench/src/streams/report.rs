//! What was measured of the streams, beside what the other server took for the same.

use serde::Serialize;

/// All of one run.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    streams: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    what: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nchan: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
}

impl Report {
    pub(super) fn add(&mut self, what: &str, value: f64, unit: &'static str) {
        self.streams.push(Row { what: what.to_owned(), value, unit, nchan: None, ratio: None });
    }

    /// The same of nchan.
    pub(super) fn add_nchan(&mut self, what: &str, value: f64) {
        if let Some(row) = self.streams.iter_mut().find(|row| row.what == what) {
            row.nchan = Some(value);
            row.ratio = Some(row.value / value);
        }
    }

    pub(super) fn print(&self, json: bool) {
        if json {
            println!("{}", serde_json::to_string_pretty(self).unwrap_or_else(|error| error.to_string()));
            return;
        }
        println!("{:58} {:>10} {:9} {:>10} {:>6}", "", "", "", "nchan", "ratio");
        for Row { what, value, unit, nchan, ratio } in &self.streams {
            let text = |number: Option<f64>, decimals| {
                number.map(|number| format!("{number:.decimals$}")).unwrap_or_default()
            };
            let (value, nchan, ratio) = (text(Some(*value), 1), text(*nchan, 1), text(*ratio, 2));
            println!("{what:58} {value:>10} {unit:9} {nchan:>10} {ratio:>6}");
        }
    }
}

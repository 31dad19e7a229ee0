//! A report for whoever is at the terminal.

use super::{Reached, Report, Unit};

const HEADINGS: [&str; 8] = ["", "measured", "median", "longest", "target", "reached", "nchan", "ratio"];

/// Lines of columns; those that say nothing in this report are left out.
pub(super) fn of(report: &Report) -> String {
    let mut rows = vec![HEADINGS.map(ToOwned::to_owned)];
    rows.extend(report.findings.iter().map(|finding| {
        let ms = |us: u64| Unit::Milliseconds.show(Unit::milliseconds(us));
        [
            finding.what.clone(),
            finding.shown(),
            finding.times.map(|times| ms(times.median_us)).unwrap_or_default(),
            finding.times.map(|times| ms(times.max_us)).unwrap_or_default(),
            finding.goal.map(|goal| goal.show(goal.target, finding.unit)).unwrap_or_default(),
            finding
                .reached()
                .map(|reached| if reached == Reached::No { "no" } else { "yes" }.to_owned())
                .unwrap_or_default(),
            finding.nchan.map(|nchan| finding.unit.show(nchan)).unwrap_or_default(),
            finding.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        ]
    }));
    let width = |column: usize| rows.iter().skip(1).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|column| match width(column) {
            0 => 0,
            width => width.max(HEADINGS[column].len()),
        })
        .collect();
    let mut text = format!("{}: {}", report.name, report.setting);
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in
            row.iter().zip(&widths).enumerate().filter(|(_, (_, width))| **width > 0)
        {
            let cell = if column == 0 { format!("{cell:width$}") } else { format!("  {cell:>width$}") };
            line.push_str(&cell);
        }
        text.push('\n');
        text.push_str(line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::{
        latencies::Latencies,
        report::{Goal, Report, Unit},
    };

    #[test]
    fn a_column_that_says_nothing_is_left_out() {
        let mut report = Report::new("sends", "two users".to_owned());
        let times = Latencies { times: 9, median_us: 1_000, p99_us: 2_000, p999_us: 3_000, max_us: 3_000 };
        report.add_times("one", times).goal(Goal::at_most(5.0));
        report.add("many", 9_000.0, Unit::PerSecond);
        let text = super::of(&report);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "sends: two users");
        assert!(lines[1].ends_with("target  reached") && !text.contains("nchan"), "{text}");
        assert!(lines[2].contains("2 ms    1 ms     3 ms") && lines[2].ends_with("yes"), "{text}");
    }
}

//! The tables of a page, in Markdown.

use std::fmt::Write as _;

use crate::report::{Finding, Reached, Report, Unit};

/// What has a target, over all loads.
pub(super) fn of_goals(reports: &[Report]) -> String {
    let mut text =
        "| what | measured | target | stretch | reached | nchan | ratio |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    for finding in reports.iter().flat_map(|report| &report.findings) {
        let (Some(goal), Some(reached)) = (finding.goal, finding.reached()) else { continue };
        let stretch = goal.stretch.map(|stretch| goal.show(stretch, finding.unit)).unwrap_or_default();
        let reached = match reached {
            Reached::No => "**no**",
            Reached::Target => "yes",
            Reached::Stretch => "stretch",
        };
        let (nchan, ratio) = beside(finding);
        let (what, shown, target) = (&finding.what, finding.shown(), goal.show(goal.target, finding.unit));
        let _ = writeln!(text, "| {what} | {shown} | {target} | {stretch} | {reached} | {nchan} | {ratio} |");
    }
    text.trim_end().to_owned()
}

/// Everything, a table for each load.
pub(super) fn of_all(reports: &[Report]) -> String {
    let tables: Vec<String> = reports.iter().map(of_one).collect();
    tables.join("\n\n")
}

fn of_one(report: &Report) -> String {
    let has_times = report.findings.iter().any(|finding| finding.times.is_some());
    let has_nchan = report.findings.iter().any(|finding| finding.nchan.is_some());
    let line = |cells: [String; 6]| {
        let wanted = [true, true, has_times, has_times, has_nchan, has_nchan];
        let cells: Vec<String> =
            cells.into_iter().zip(wanted).filter(|(_, is)| *is).map(|(cell, _)| cell).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let heading = ["what", "measured", "median", "longest", "nchan", "ratio"].map(ToOwned::to_owned);
    let mut text =
        format!("### `cargo xtask bench -- {}`\n\n{}.\n\n", report.name, capitalised(&report.setting));
    text += &line(heading);
    text += &line(["---"; 6].map(ToOwned::to_owned)).replace(' ', "");
    for finding in &report.findings {
        let ms = |us: u64| Unit::Milliseconds.show(Unit::milliseconds(us));
        let (nchan, ratio) = beside(finding);
        text += &line([
            finding.what.clone(),
            finding.shown(),
            finding.times.map(|times| ms(times.median_us)).unwrap_or_default(),
            finding.times.map(|times| ms(times.max_us)).unwrap_or_default(),
            nchan,
            ratio,
        ]);
    }
    text.trim_end().to_owned()
}

fn beside(finding: &Finding) -> (String, String) {
    (
        finding.nchan.map(|nchan| finding.unit.show(nchan)).unwrap_or_default(),
        finding.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
    )
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::report::{Goal, Report, Unit};

    #[test]
    fn what_has_a_target_is_told_with_what_was_reached() {
        let mut report = Report::new("streams", "ten streams".to_owned());
        report.add("memory", 2_400.0, Unit::Bytes).goal(Goal::at_most(6_000.0).stretch(2_500.0));
        report.add_nchan("memory", 12_000.0);
        report.add("speed", 3.0, Unit::PerSecond).goal(Goal::at_least(4.0));
        report.add("other", 3.0, Unit::Count);
        let text = super::of_goals(&[report]);
        let rows: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| memory | 2.4 KB | ≤ 6 KB | ≤ 2.5 KB | stretch | 12 KB | 0.20 |",
                "| speed | 3/s | ≥ 4/s |  | **no** |  |  |"
            ]
        );
    }
}

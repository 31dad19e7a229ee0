//! The picture of the targets: how many times better than its target each figure is, on one scale for all of them.
//!
//! SVG by hand. The libraries that draw charts write colours and sizes into each shape: their pictures have no style
//! that follows the reader's dark or light, no title and no description, and this one is lines, dots and text.

use std::fmt::Write as _;

use crate::report::{Finding, Goal, Reached, Report};

pub(super) const TITLE: &str = "How many times better than its target each figure is";

const WIDTH: f64 = 950.0;
/// Where the scale begins and ends, beside the names and the figures.
const LEFT: f64 = 404.0;
const RIGHT: f64 = 780.0;
const TOP: f64 = 92.0;
const ROW: f64 = 27.0;
const GROUP: f64 = 34.0;
/// What is further out is drawn at the edge.
const LEAST: f64 = 0.1;
const MOST: f64 = 20.0;
const STEPS: [(f64, &str); 7] =
    [(0.1, "⅒"), (0.2, "⅕"), (0.5, "½"), (1.0, "target"), (2.0, "2 ×"), (5.0, "5 ×"), (10.0, "10 ×")];

const STYLE: &str = "\
svg { --page: #ffffff; --text: #1f2328; --quiet: #59636e; --line: #d8dee4; --good: #0b6bcb; --poor: #b35900; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --text: #e6edf3; --quiet: #9198a1; --line: #30363d; --good: #58a6ff; --poor: #f0a04b; }
}
text { font: 13px system-ui, sans-serif; fill: var(--text); }
.page { fill: var(--page); }
.title { font-size: 17px; font-weight: 600; }
.group { font-weight: 600; }
.quiet { fill: var(--quiet); font-size: 12px; }
.grid { stroke: var(--line); }
.target { stroke: var(--quiet); stroke-width: 1.5; }
.bar { stroke-width: 6; stroke-opacity: .3; }
.stretch { stroke: var(--quiet); stroke-width: 2; }
.nchan { fill: var(--page); stroke: var(--quiet); stroke-width: 1.5; }
.good { fill: var(--good); stroke: var(--good); }
.poor { fill: var(--poor); stroke: var(--poor); }
";

/// The picture as a file.
pub(super) fn draw(reports: &[Report]) -> String {
    let mut shapes = String::new();
    let mut description = Vec::new();
    let mut y = TOP;
    for report in reports {
        let drawn: Vec<_> = report.findings.iter().filter_map(drawable).collect();
        if drawn.is_empty() {
            continue;
        }
        y += GROUP;
        let _ = writeln!(shapes, r#"<text class="group" x="16" y="{y}">{}</text>"#, heading(&report.name));
        for (finding, goal, reached) in drawn {
            y += ROW;
            row(&mut shapes, y, finding, goal, reached);
            description.push(told(finding, goal));
        }
    }
    let height = y + 40.0;
    let mut grid = String::new();
    for (value, name) in STEPS {
        let x = place(value);
        let class = if (value - 1.0).abs() < f64::EPSILON { "target" } else { "grid" };
        let (from, to) = (TOP - 6.0, height - 16.0);
        let _ = writeln!(grid, r#"<line class="{class}" x1="{x:.1}" y1="{from}" x2="{x:.1}" y2="{to}"/>"#);
        let _ = writeln!(
            grid,
            r#"<text class="quiet" x="{x:.1}" y="{}" text-anchor="middle">{name}</text>"#,
            TOP - 14.0
        );
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">{TITLE}</title>\n<desc id=\"description\">{}</desc>\n<style>\n{STYLE}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n\
         <text class=\"title\" x=\"16\" y=\"32\">{TITLE}</text>\n{}{grid}{shapes}</svg>\n",
        escaped(&description.join(" ")),
        legend()
    )
}

/// What can be drawn: a goal of nothing at all has no scale.
fn drawable(finding: &Finding) -> Option<(&Finding, Goal, Reached)> {
    let goal = finding.goal.filter(|goal| goal.target > 0.0 && finding.figure > 0.0)?;
    Some((finding, goal, finding.reached()?))
}

fn row(shapes: &mut String, y: f64, finding: &Finding, goal: Goal, reached: Reached) {
    let middle = y - 4.5;
    let class = if reached == Reached::No { "poor" } else { "good" };
    let (one, own) = (place(1.0), place(goal.times_better(finding.figure)));
    let _ = writeln!(shapes, r#"<text x="28" y="{y}">{}</text>"#, escaped(&short(&finding.what)));
    let _ = writeln!(
        shapes,
        r#"<line class="bar {class}" x1="{one:.1}" y1="{middle}" x2="{own:.1}" y2="{middle}"/>"#
    );
    if let Some(stretch) = goal.stretch {
        shapes.push_str(&tick(place(goal.times_better(stretch)), middle));
    }
    if let Some(nchan) = finding.nchan.filter(|nchan| *nchan > 0.0) {
        shapes.push_str(&diamond(place(goal.times_better(nchan)), middle));
    }
    let _ = writeln!(shapes, r#"<circle class="{class}" cx="{own:.1}" cy="{middle}" r="5"/>"#);
    let _ = writeln!(
        shapes,
        r#"<text x="{}" y="{y}">{} <tspan class="quiet">of {}</tspan></text>"#,
        RIGHT + 18.0,
        escaped(&finding.shown()),
        escaped(&goal.show(goal.target, finding.unit))
    );
}

fn legend() -> String {
    let mut text = String::new();
    let _ =
        writeln!(text, r#"<circle class="good" cx="22" cy="54" r="5"/><text x="34" y="58">reached</text>"#);
    let _ = writeln!(
        text,
        r#"<circle class="poor" cx="108" cy="54" r="5"/><text x="120" y="58">not reached</text>"#
    );
    let _ = writeln!(text, r#"{}<text x="228" y="58">stretch</text>"#, tick(219.0, 54.0));
    let _ = writeln!(text, r#"{}<text x="304" y="58">nginx with nchan</text>"#, diamond(292.0, 54.0));
    text
}

fn tick(x: f64, y: f64) -> String {
    format!("<line class=\"stretch\" x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{}\"/>\n", y - 8.0, y + 8.0)
}

fn diamond(x: f64, y: f64) -> String {
    format!("<path class=\"nchan\" d=\"M{x:.1} {} l6 6 l-6 6 l-6 -6 z\"/>\n", y - 6.0)
}

/// Where on the scale, which is logarithmic.
fn place(times_better: f64) -> f64 {
    let within = times_better.clamp(LEAST, MOST);
    LEFT + (RIGHT - LEFT) * (within / LEAST).ln() / (MOST / LEAST).ln()
}

fn told(finding: &Finding, goal: Goal) -> String {
    let nchan =
        finding.nchan.map(|nchan| format!(", nchan {}", finding.unit.show(nchan))).unwrap_or_default();
    let target = goal.show(goal.target, finding.unit);
    format!("{}: {}, target {target}{nchan}.", finding.what, finding.shown())
}

fn heading(name: &str) -> &str {
    match name {
        "streams" => "Streams",
        "sends" => "Sends",
        "inboxes" => "Inboxes",
        "element" => "The element",
        other => other,
    }
}

/// What fits beside the scale.
fn short(what: &str) -> String {
    const LETTERS: usize = 51;
    if what.chars().count() <= LETTERS {
        return what.to_owned();
    }
    let cut: String = what.chars().take(LETTERS - 1).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole).trim_end_matches([',', ':']))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::report::{Goal, Report, Unit};

    #[test]
    fn the_picture_says_in_words_what_it_shows() {
        let mut report = Report::new("streams", String::new());
        report.add("memory & more", 2_400.0, Unit::Bytes).goal(Goal::at_most(6_000.0));
        report.add("nothing at all", 0.0, Unit::Count).goal(Goal::at_most(0.0));
        let picture = super::draw(&[report]);
        assert!(picture.contains("memory &amp; more: 2.4 KB, target ≤ 6 KB."), "{picture}");
        assert!(picture.contains("prefers-color-scheme: dark") && !picture.contains("nothing at all"));
    }

    #[test]
    fn better_is_further_to_the_right_and_nothing_leaves_the_scale() {
        assert!(super::place(2.0) > super::place(1.0) && super::place(1.0) > super::place(0.5));
        assert!(
            (super::place(1e9) - super::RIGHT).abs() < 1e-6
                && (super::place(1e-9) - super::LEFT).abs() < 1e-6
        );
    }
}

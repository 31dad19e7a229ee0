//! The files in `deploy/` that no proxy reads: held against what they speak of, and checked by their own tools.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

const DOCUMENT: &str = include_str!("../../docs/OPERATING.md");
const DASHBOARD: &str = include_str!("../../deploy/grafana/dashboard.json");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

/// Says that something is not tested here.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know what they did not test")]
pub(crate) fn leave_out(why: &str) {
    eprintln!("left out: {why}");
}

/// Runs a tool on files of the folder; what it says if it is not content. Where everything is tested it has to be there.
fn check(variable: &str, name: &str, arguments: &[&str], within: &Path) {
    let program = env::var_os(variable).unwrap_or_else(|| name.into());
    let mut command = Command::new(&program);
    command.args(arguments).current_dir(within).stdin(Stdio::null());
    match command.output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            assert!(output.status.success(), "{name} {arguments:?}:\n{}", String::from_utf8_lossy(&said));
        }
        Err(error) => {
            assert!(
                env::var_os("CI").is_none(),
                "{name} cannot be run: {error}. Install it, or name it in {variable}"
            );
            leave_out(&format!("{name} is not there"));
        }
    }
}

/// The metrics that there are, by the table that the server's own test holds against them.
fn metrics() -> BTreeSet<&'static str> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let names: BTreeSet<_> = rows
        .filter(|(name, _)| name.starts_with("bell_"))
        .filter_map(|(name, _)| name.split('{').next())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

/// Every name of a metric in a text, without the endings that the parts of a histogram have.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    let names = words.filter(|word| word.starts_with("bell_"));
    names
        .map(|name| {
            ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
        })
        .collect()
}

/// The queries of the dashboard.
fn queries() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_dashboard_and_the_alerts_name_no_metric_that_is_not_there() {
    let known = metrics();
    for text in [
        DASHBOARD,
        include_str!("../../deploy/prometheus/alerts.yml"),
        include_str!("../../deploy/prometheus/alerts.test.yml"),
    ] {
        let unknown: Vec<_> = named(text).difference(&known).copied().collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

#[test]
fn the_dashboard_shows_every_metric() {
    let queries = queries().join("\n");
    let shown = named(&queries);
    let missing: Vec<_> = metrics().into_iter().filter(|name| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_dashboard_is_one() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "ids are there once each");
    let mut taken = BTreeSet::new();
    for panel in panels {
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|name| panel["gridPos"][name].as_u64().unwrap());
        assert!(x + w <= 24, "{}: the grid is 24 wide", panel["title"]);
        for place in (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y))) {
            assert!(taken.insert(place), "{}: lies over another", panel["title"]);
        }
        assert!(panel["title"].is_string() && panel["type"].is_string());
    }
}

#[test]
fn prometheus_reads_the_configuration_and_the_alerts_fire_when_they_should() {
    let folder = folder().join("prometheus");
    for arguments in [
        &["check", "config", "prometheus.yml"][..],
        &["check", "rules", "alerts.yml"],
        &["test", "rules", "alerts.test.yml"],
    ] {
        check("BELL_PROMTOOL", "promtool", arguments, &folder);
    }
}

#[test]
fn prometheus_reads_every_query_of_the_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let rules: Vec<String> = queries()
        .iter()
        .enumerate()
        .map(|(number, query)| {
            let query = query.replace("$__rate_interval", "5m");
            format!("      - record: dashboard:query{number}\n        expr: {}\n", Value::from(query))
        })
        .collect();
    let text = format!("groups:\n  - name: dashboard\n    rules:\n{}", rules.concat());
    fs::write(folder.path().join("rules.yml"), text).unwrap();
    check("BELL_PROMTOOL", "promtool", &["check", "rules", "rules.yml"], folder.path());
}

#[test]
fn the_yaml_files_are_well_formed() {
    check("BELL_YAMLLINT", "yamllint", &["--strict", "--config-file", ".yamllint", "."], &folder());
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_reads_the_unit_and_finds_it_well_closed() {
    let analyze = |arguments: &[&str], within: &Path| {
        if Path::new("/usr/bin/systemd-analyze").is_file() {
            check("BELL_SYSTEMD_ANALYZE", "systemd-analyze", arguments, within);
        } else {
            leave_out("there is no systemd here");
        }
    };
    let copy = tempfile::tempdir().unwrap();
    let unit = fs::read_to_string(folder().join("notification-bell.service")).unwrap();
    // The program has to be there.
    let unit = unit.replace("/usr/local/bin/notification-bell-server", "/bin/true");
    fs::write(copy.path().join("notification-bell.service"), unit).unwrap();
    analyze(&["verify", "./notification-bell.service"], copy.path());
    // In tenths: below 2.0 of 10, where 0 may do nothing at all.
    analyze(&["security", "--offline=true", "--threshold=20", "./notification-bell.service"], copy.path());
}

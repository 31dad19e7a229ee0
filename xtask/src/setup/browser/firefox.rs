//! Firefox and its driver: the ones named, the ones there, Debian's browser, and the driver from crates.io.

use std::path::PathBuf;

use super::Programs;
use crate::process;
use crate::setup::{apt, rust_tools::GECKODRIVER};
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The variable that names the browser, for us and for the tests.
const FIREFOX: &str = "BELL_FIREFOX";
/// The variable that names its driver.
const DRIVER: &str = "BELL_GECKODRIVER";

/// Finds Firefox, or installs it; none if neither works, and that is said. Its driver is compiled where there is a
/// browser for it, and without one the browser is of no use.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> (Outcome, Option<Programs>) {
    let mut outcome = Outcome::UpToDate;
    let firefox = find(workspace).or_else(|| {
        outcome = Outcome::Done;
        apt::install(workspace, terminal, &["firefox-esr"]).then(|| find(workspace)).flatten()
    });
    let Some(firefox) = firefox else {
        terminal.note(&format!(
            "there is no Firefox: install it (Debian: apt-get install firefox-esr), or name it in {FIREFOX}"
        ));
        return (Outcome::LeftOut, None);
    };
    if let Some(driver) = std::env::var_os(DRIVER).map(PathBuf::from) {
        return (outcome, Some(vec![(FIREFOX, firefox), (DRIVER, driver)]));
    }
    match GECKODRIVER.ensure(workspace, terminal) {
        Ok(Outcome::Done) => outcome = Outcome::Done,
        Ok(_) => {}
        Err(failure) => {
            terminal.error(&failure);
            terminal.note(&format!(
                "Firefox is left out without geckodriver: install it, or name it in {DRIVER}"
            ));
            return (Outcome::LeftOut, None);
        }
    }
    let driver = workspace.find_program("geckodriver").map(|driver| (DRIVER, driver));
    (outcome, Some([(FIREFOX, firefox)].into_iter().chain(driver).collect()))
}

fn find(workspace: &Workspace) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(FIREFOX) {
        return Some(named.into());
    }
    let mut found = ["firefox-esr", "firefox"].iter().filter_map(|name| workspace.find_program(name));
    // Ubuntu's package of this name is a reference to another store, which answers with advice.
    found.find(|firefox| process::version_of(firefox).is_some_and(|answer| answer.starts_with("Mozilla")))
}

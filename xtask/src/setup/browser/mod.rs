//! The browsers of the tests and their drivers: those named, those there, or those that can be installed.
//!
//! Chromium, which all tests run in, is here, with its driver in the same version; there are no browser tests without
//! it. Firefox and `WebKitGTK` have a file each; without them their runs are left out, and that is said.

pub(crate) mod firefox;
mod install;
pub(crate) mod webkit;

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::versions;
use crate::workspace::Workspace;

/// The variable that names the browser, for us and for the tests.
const CHROMIUM: &str = "BELL_CHROMIUM";
/// The variable that names its driver.
const CHROMEDRIVER: &str = "BELL_CHROMEDRIVER";

/// What the browser is called by those who package it.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/// Programs that tests are told of, each with the variable that names it.
pub(crate) type Programs = Vec<(&'static str, PathBuf)>;

/// A browser and the driver that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
}

impl Browser {
    /// Both, for the tests.
    pub(crate) fn programs(self) -> Programs {
        vec![(CHROMIUM, self.chromium), (CHROMEDRIVER, self.chromedriver)]
    }

    /// Whether both work and are of the same major version, without which the driver refuses the browser.
    fn matches(&self) -> bool {
        let major = |program: &Path| process::version_of(program).as_deref().and_then(versions::major);
        major(&self.chromium).is_some_and(|version| major(&self.chromedriver) == Some(version))
    }
}

/// Finds a browser, or installs one.
///
/// # Errors
/// If the one that was named does not work, or none can be had; says what to install.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<(Outcome, Browser), Failure> {
    if let Some(browser) = named(|variable| std::env::var_os(variable).map(PathBuf::from)) {
        return if browser.matches() { Ok((Outcome::UpToDate, browser)) } else { Err(unusable(&browser)) };
    }
    if let Some(browser) = on_path(workspace).or_else(|| install::earlier(workspace)) {
        return Ok((Outcome::UpToDate, browser));
    }
    let installed = install::with_apt(workspace, terminal).then(|| on_path(workspace)).flatten();
    let installed = installed.or_else(|| install::with_npx(workspace, terminal));
    installed.map(|browser| (Outcome::Done, browser)).ok_or_else(missing)
}

/// The browser that the environment names, if it names both parts.
fn named(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<Browser> {
    Some(Browser { chromium: variable(CHROMIUM)?, chromedriver: variable(CHROMEDRIVER)? })
}

fn on_path(workspace: &Workspace) -> Option<Browser> {
    let chromedriver = workspace.find_program("chromedriver")?;
    let found = NAMES.iter().filter_map(|name| workspace.find_program(name));
    found.map(|chromium| Browser { chromium, chromedriver: chromedriver.clone() }).find(Browser::matches)
}

fn unusable(browser: &Browser) -> Failure {
    Failure::Missing {
        what: format!(
            "{CHROMIUM} ({}) and {CHROMEDRIVER} ({}) do not both work, or differ in their major version.",
            browser.chromium.display(),
            browser.chromedriver.display(),
        ),
        remedy: "Name a browser and its own driver, or unset both variables to have them looked for."
            .to_owned(),
    }
}

fn missing() -> Failure {
    Failure::Missing {
        what: "The browser tests need Chromium or Chrome and the chromedriver of the same major version."
            .to_owned(),
        remedy: format!(
            "Install them (Debian: apt-get install chromium chromium-driver), or name them in {CHROMIUM} and \
             {CHROMEDRIVER}.\nThe other tests need no browser: cargo xtask test --only unit, api, crash or proxy."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_name_is_no_browser() {
        let only_one = |variable: &str| (variable == CHROMIUM).then(|| PathBuf::from("chromium"));
        assert_eq!(named(only_one), None);
    }

    #[test]
    fn programs_that_do_not_work_do_not_match() {
        let browser =
            Browser { chromium: PathBuf::from("no-such-browser"), chromedriver: PathBuf::from("none") };
        assert!(!browser.matches());
    }

    #[test]
    fn the_message_says_what_to_install_and_what_works_without() {
        let message = missing().to_string();
        assert!(message.contains("chromium-driver") && message.contains("--only unit"), "{message}");
    }
}

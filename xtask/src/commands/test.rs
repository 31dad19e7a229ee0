//! `cargo xtask test`: every test, in groups, from the quickest to the slowest.

use std::path::Path;
use std::process::Command;

use super::build;
use crate::cli::Group;
use crate::failure::Failure;
use crate::process;
use crate::server::Profile;
use crate::setup;
use crate::setup::browser::{Browser, CHROMEDRIVER, CHROMIUM};
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The package of the tests from outside; a group's name is the name of its test target.
const TESTS: &str = "notification-bell-tests";
/// The variable by which these tests find the server.
const SERVER_BIN: &str = "BELL_SERVER_BIN";

/// Runs one group, or all of them; a failed one does not keep the next from running.
///
/// # Errors
/// If something cannot be set up or built, or if a group failed.
pub(crate) fn test(workspace: &Workspace, steps: &mut Steps, only: Option<Group>) -> Result<(), Failure> {
    let wanted = |group| only.is_none_or(|only| only == group);
    // First, because a missing browser should be known before minutes of compiling.
    let browser = if wanted(Group::Browser) { Some(setup::browser(workspace, steps)?) } else { None };
    // Before the unit tests, because the server's are compiled with the component that they find.
    let server = if only == Some(Group::Unit) {
        None
    } else {
        setup::build_tools(workspace, steps)?;
        Some(build(workspace, steps, Profile::Dev)?)
    };
    if wanted(Group::Unit) {
        steps.check("unit tests", |_| {
            let everything = ["test", "--workspace", "--exclude", TESTS, "--no-fail-fast"];
            process::run(&mut workspace.cargo(&everything)).map(|()| Outcome::Done)
        });
    }
    for (group, target) in [(Group::Api, "api"), (Group::Crash, "crash"), (Group::Browser, "browser")] {
        if let Some(server) = server.as_deref().filter(|_| wanted(group)) {
            let mut cargo = from_outside(workspace, target, server, browser.as_ref());
            steps.check(&format!("{target} tests"), |_| process::run(&mut cargo).map(|()| Outcome::Done));
        }
    }
    steps.summary()
}

/// A group of tests from outside, told which programs to use.
fn from_outside(workspace: &Workspace, target: &str, server: &Path, browser: Option<&Browser>) -> Command {
    let mut cargo = workspace.cargo(&["test", "--package", TESTS, "--test", target]);
    cargo.env(SERVER_BIN, server);
    if target == "api" {
        // These mostly wait for a server's deadlines, whatever the number of cores.
        cargo.env("RUST_TEST_THREADS", "8");
    }
    if let Some(Browser { chromium, chromedriver }) = browser {
        cargo.env(CHROMIUM, chromium).env(CHROMEDRIVER, chromedriver);
    }
    cargo
}

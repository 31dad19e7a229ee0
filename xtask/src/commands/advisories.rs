//! `cargo xtask advisories`: whether a dependency has a known fault. Not part of `lint`, because its answer depends
//! on the day and on the network, not on the code.

use crate::failure::Failure;
use crate::process;
use crate::setup;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// Fetches the advisory database and compares it with Cargo.lock.
///
/// # Errors
/// If a dependency has an advisory, or if the database could not be had.
pub(crate) fn advisories(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    setup::cargo_deny(workspace, steps)?;
    // By itself first, although the check would fetch it too: its failure there looks like that of the check.
    steps.step("advisory database", |_| {
        let fetched = process::run_quietly(&mut workspace.cargo(&["deny", "fetch", "db"]));
        fetched.map(|_| (Outcome::Done, ())).map_err(|_| Failure::Missing {
            what: "The advisory database could not be fetched, so nothing was checked.".to_owned(),
            remedy: "It comes from github.com: is there a network, and does it reach that?".to_owned(),
        })
    })?;
    steps.check("advisories", |_| {
        let check = ["deny", "check", "advisories"];
        process::run(&mut workspace.cargo(&check)).map(|()| Outcome::Done)
    });
    steps.summary()
}

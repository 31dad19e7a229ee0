//! `cargo xtask test`: every test, in groups, from the quickest to the slowest.

use std::ffi::OsStr;
use std::process::Command;
use std::slice;

use super::build;
use crate::cli::Group;
use crate::component::Library;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::limits;
use crate::process;
use crate::server::Profile;
use crate::setup;
use crate::setup::nginx::NGINX;
use crate::sizes;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The package of the tests from outside; a group's name is the name of its test target.
const TESTS: &str = "notification-bell-tests";
/// The variable by which these tests find the server.
const SERVER_BIN: &str = "BELL_SERVER_BIN";

/// Runs one group, or all of them, in all browsers or in one; a failed one does not keep the next from running.
///
/// # Errors
/// If something cannot be set up or built, or if a group failed.
pub(crate) fn test(
    workspace: &Workspace,
    steps: &mut Steps,
    only: Option<Group>,
    browser: Option<Engine>,
    library: Library,
) -> Result<(), Failure> {
    let wanted = |group| only.is_none_or(|only| only == group);
    // First, because a missing browser should be known before minutes of compiling.
    let browsers = if wanted(Group::Browser) {
        setup::browsers(workspace, steps, browser.as_ref().map_or(&Engine::USUAL, slice::from_ref))?
    } else {
        Vec::new()
    };
    let nginx = if wanted(Group::Proxy) { setup::nginx(workspace, steps)? } else { None };
    // Before the unit tests, because the server's are compiled with the component that they find.
    let server = if only == Some(Group::Unit) {
        None
    } else {
        setup::build_tools(workspace, steps)?;
        let server = build(workspace, steps, library, Profile::Dev)?;
        if library == Library::Smallest {
            steps.check("sizes", |_| {
                let files = sizes::of_element(&workspace.root.join("dist"))?;
                limits::check(workspace, &files).map(|()| Outcome::Done)
            });
        }
        Some(server)
    };
    if wanted(Group::Unit) {
        steps.check("unit tests", |_| {
            let everything = ["test", "--workspace", "--exclude", TESTS, "--no-fail-fast"];
            process::run(&mut workspace.cargo(&everything)).map(|()| Outcome::Done)
        });
    }
    let mut programs: Vec<(&str, &OsStr)> = Vec::new();
    if let Some(server) = &server {
        programs.push((SERVER_BIN, server.as_os_str()));
    }
    if let Some(nginx) = &nginx {
        programs.push((NGINX, nginx.as_os_str()));
    }
    let groups = [(Group::Api, "api"), (Group::Crash, "crash"), (Group::Proxy, "proxy")];
    for (group, target) in groups.into_iter().filter(|(group, _)| wanted(*group) && server.is_some()) {
        steps.check(&format!("{target} tests"), |_| {
            if group == Group::Proxy && nginx.is_none() {
                return Ok(Outcome::LeftOut);
            }
            process::run(&mut from_outside(workspace, target, &programs)).map(|()| Outcome::Done)
        });
    }
    for (engine, own) in &browsers {
        steps.check(&format!("browser tests ({})", engine.name()), |_| {
            let Some(own) = own else { return Ok(Outcome::LeftOut) };
            let mut cargo = from_outside(workspace, "browser", &programs);
            cargo.envs(own.iter().map(|(variable, program)| (variable, program)));
            process::run(engine.choose(&mut cargo)).map(|()| Outcome::Done)
        });
    }
    steps.summary()
}

/// A group of tests from outside, told which programs to use.
fn from_outside(workspace: &Workspace, target: &str, programs: &[(&str, &OsStr)]) -> Command {
    let mut cargo = workspace.cargo(&["test", "--package", TESTS, "--test", target]);
    cargo.envs(programs.iter().copied());
    if target == "api" {
        // These mostly wait for a server's deadlines, whatever the number of cores.
        cargo.env("RUST_TEST_THREADS", "8");
    }
    cargo
}

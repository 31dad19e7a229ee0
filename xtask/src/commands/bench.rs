//! `cargo xtask bench`: how quick the server is on this machine.

use std::env;

use super::build;
use crate::component::Library;
use crate::failure::Failure;
use crate::process;
use crate::server::Profile;
use crate::setup;
use crate::setup::postgres::POSTGRES;
use crate::setup::redis::REDIS;
use crate::setup::wasm_target::TARGET;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The package and its program.
const BENCH: &str = "notification-bell-bench";
/// The package of what is measured as wasm.
const FEED_BENCH: &str = "notification-bell-feed-bench";

/// Builds the release and measures it; `arguments` are those of the measuring program, of which none means everything.
///
/// # Errors
/// If something cannot be set up or built, or the server does not do what is asked of it.
pub(crate) fn bench(workspace: &Workspace, steps: &mut Steps, arguments: &[String]) -> Result<(), Failure> {
    // One that runs already is measured as it is.
    let is_theirs = arguments.iter().any(|argument| argument == "--url" || argument.starts_with("--url="));
    let server = if is_theirs {
        None
    } else {
        setup::build_tools(workspace, steps)?;
        Some(build(workspace, steps, Library::Toolchain, Profile::Release)?)
    };
    steps.step("bench", |_| {
        process::run(&mut workspace.cargo(&["build", "--release", "--package", BENCH]))?;
        Ok((Outcome::Done, ()))
    })?;
    let program = format!("{BENCH}{}", env::consts::EXE_SUFFIX);
    let mut measuring = workspace.command(workspace.target.join("release").join(program));
    measuring.envs(server.map(|server| ("BELL_SERVER_BIN", server)));
    if arguments.is_empty() {
        measuring.arg("all");
    }
    // The one load that needs them. Without them it says so.
    if arguments.first().is_some_and(|load| load == "nodes") {
        measuring.envs(setup::postgres(workspace, steps)?.map(|programs| (POSTGRES, programs)));
        measuring.envs(setup::redis(workspace, steps)?.map(|program| (REDIS, program)));
    }
    process::run(measuring.args(arguments))
}

/// Measures the inner parts with criterion: natively, and the feed's merge as wasm, in Node.js.
///
/// # Errors
/// If something cannot be set up, built or run.
pub(crate) fn inner(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    setup::build_tools(workspace, steps)?;
    process::run(&mut workspace.cargo(&["bench", "--package", BENCH, "--bench", "hot_paths"]))?;
    let mut cargo = workspace.cargo(&["bench", "--package", FEED_BENCH, "--target", TARGET]);
    // It comes with wasm-bindgen, and starts Node.js.
    process::run(cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner"))
}

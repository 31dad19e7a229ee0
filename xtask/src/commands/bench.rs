//! `cargo xtask bench`: how quick the server is on this machine.

use std::env;

use super::build;
use crate::component::Library;
use crate::failure::Failure;
use crate::process;
use crate::server::Profile;
use crate::setup;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The package and its program.
const BENCH: &str = "notification-bell-bench";

/// Builds the release and measures it; `arguments` are those of the measuring program.
///
/// # Errors
/// If something cannot be set up or built, or the server does not do what is asked of it.
pub(crate) fn bench(workspace: &Workspace, steps: &mut Steps, arguments: &[String]) -> Result<(), Failure> {
    setup::build_tools(workspace, steps)?;
    let server = build(workspace, steps, Library::Toolchain, Profile::Release)?;
    steps.step("bench", |_| {
        process::run(&mut workspace.cargo(&["build", "--release", "--package", BENCH]))?;
        Ok((Outcome::Done, ()))
    })?;
    let program = server.with_file_name(format!("{BENCH}{}", env::consts::EXE_SUFFIX));
    process::run(workspace.command(program).env("BELL_SERVER_BIN", &server).args(arguments))
}

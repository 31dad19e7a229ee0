//! `cargo xtask run`: the demo, from source to address.

use std::fs;
use std::process::Command;

use super::build;
use crate::component::Library;
use crate::failure::Failure;
use crate::server::Profile;
use crate::setup;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// Builds everything and becomes the server.
///
/// # Errors
/// If something cannot be set up, built or started.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &mut Steps,
    port: u16,
    library: Library,
) -> Result<(), Failure> {
    setup::build_tools(workspace, steps)?;
    let server = build(workspace, steps, library, Profile::Dev)?;
    let folder = workspace.target.join("demo");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    let terminal = steps.terminal;
    let database = folder.join("bell.db");
    terminal.line(&format!("\nThe demo comes up on http://localhost:{port}; Ctrl-C ends it.\n"));
    let mut command = workspace.command(server);
    command.args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}"), "--database"]);
    command.arg(format!("sqlite:{}", workspace.shown(&database)));
    become_program(&mut command)
}

/// Replaces this process by the program, so that every signal reaches it, and its exit code is ours.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt as _;

    let source = command.exec();
    Err(Failure::Start { command: command.get_program().to_string_lossy().into_owned(), source })
}

/// Where a process cannot be replaced, the console sends Ctrl-C to both.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<(), Failure> {
    crate::process::run(command)
}

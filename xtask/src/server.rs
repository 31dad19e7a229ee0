//! Building the server, which takes the component's files from dist/ into itself.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// The package and its program.
pub(crate) const SERVER: &str = "notification-bell-server";

/// Which server is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds the server and returns its path.
///
/// # Errors
/// If it does not compile.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf, Failure> {
    let mut cargo = workspace.cargo(&["build", "--package", SERVER]);
    let folder = match profile {
        Profile::Dev => workspace.built.clone(),
        Profile::Release => {
            // A release without the element is an error. Not said in the dev profile: `cargo test` and an editor's
            // checks do not say it, and the server would be compiled anew at each change between them and us.
            cargo.arg("--release").env("BELL_COMPONENT", "required");
            workspace.built.with_file_name("release")
        }
    };
    process::run(&mut cargo)?;
    Ok(folder.join(format!("{SERVER}{}", std::env::consts::EXE_SUFFIX)))
}

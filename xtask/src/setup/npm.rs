//! Packages from npm: into a folder of their own, without a package.json of ours.

use std::path::PathBuf;

use super::staging;
use crate::failure::Failure;
use crate::process;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Fetches a package; gives the `node_modules` it is in, which waits to be moved to its place.
///
/// # Errors
/// If npm is missing or fails.
pub(super) fn fetch(
    workspace: &Workspace,
    terminal: Terminal,
    package: &str,
    version: &str,
) -> Result<PathBuf, Failure> {
    let Some(npm) = workspace.find_program("npm") else {
        return Err(Failure::Missing {
            what: format!("{package} comes from npm, and npm is not on the PATH."),
            remedy: "Install Node.js 20 or later, which has it (https://nodejs.org).".to_owned(),
        });
    };
    terminal.note(&format!("fetching {package} {version} from npm"));
    let stage = staging(workspace, package)?;
    let mut install = workspace.command(npm);
    install.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(&stage);
    process::run_quietly(install.arg(format!("{package}@{version}")))?;
    Ok(stage.join("node_modules"))
}

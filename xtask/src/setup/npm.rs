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
    fetch_all(workspace, terminal, &[(package, version)])
}

/// Fetches packages into one `node_modules`.
///
/// # Errors
/// If npm is missing or fails.
pub(super) fn fetch_all(
    workspace: &Workspace,
    terminal: Terminal,
    packages: &[(&str, &str)],
) -> Result<PathBuf, Failure> {
    let named = |between: &str| {
        let one = |(package, version): &(&str, &str)| [package, between, version].concat();
        packages.iter().map(one).collect::<Vec<_>>()
    };
    let shown = named(" ").join(", ");
    let Some(npm) = workspace.find_program("npm") else {
        return Err(Failure::Missing {
            what: format!("{shown} comes from npm, and npm is not on the PATH."),
            remedy: "Install Node.js 20 or later, which has it (https://nodejs.org).".to_owned(),
        });
    };
    terminal.note(&format!("fetching {shown} from npm"));
    let stage = staging(workspace, "npm")?;
    let mut install = workspace.command(npm);
    install.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(&stage);
    process::run_quietly(install.args(named("@")))?;
    Ok(stage.join("node_modules"))
}

//! esbuild, which takes the white space, the comments and the long names out of the element's scripts.

use super::{ALREADY_THERE, npm, remove, rename};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

const VERSION: &str = "0.28.2";
/// Where it is among the tools: apart from what else npm installs, which is replaced as a whole.
pub(crate) const FOLDER: &str = "esbuild";

/// Installs esbuild, unless it is there: another version may write more, or other names.
///
/// # Errors
/// If npm is missing or fails.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    let answers =
        |program: &std::path::Path| process::version_of(program).is_some_and(|answer| answer == VERSION);
    if workspace.find_program("esbuild").is_some_and(|program| answers(&program)) {
        return Ok(ALREADY_THERE);
    }
    let modules = npm::fetch(workspace, terminal, "esbuild", VERSION)?;
    let program = modules.join(".bin").join("esbuild");
    if !answers(&program) {
        return Err(Failure::NotWorking { name: "esbuild".to_owned(), program, wanted: VERSION.to_owned() });
    }
    let place = workspace.tools.join(FOLDER);
    remove(&place)?;
    rename(&modules, &place)?;
    remove(&workspace.tools.join("staging"))?;
    Ok(Outcome::Done)
}

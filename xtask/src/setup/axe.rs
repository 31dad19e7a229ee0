//! axe-core, the accessibility checker that the browser tests run in the page.

use std::fs;

use super::{ALREADY_THERE, npm, remove, rename};
use crate::failure::Failure;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

const VERSION: &str = "4.14.1";

/// Fetches axe-core, unless it is there.
///
/// # Errors
/// If npm is missing or fails.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    let place = workspace.tools.join("axe-core");
    let description = fs::read_to_string(place.join("package.json")).unwrap_or_default();
    if description.contains(&format!("\"version\": \"{VERSION}\"")) {
        return Ok(ALREADY_THERE);
    }
    let modules = npm::fetch(workspace, terminal, "axe-core", VERSION)?;
    remove(&place)?;
    rename(&modules.join("axe-core"), &place)?;
    remove(&workspace.tools.join("staging"))?;
    Ok(Outcome::Done)
}

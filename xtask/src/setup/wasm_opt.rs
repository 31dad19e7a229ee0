//! wasm-opt, from the npm package of its authors: the same program for every system, and nothing to compile.

use std::fs;

use super::{ALREADY_THERE, npm, remove, rename};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::versions;
use crate::workspace::Workspace;

/// Installs wasm-opt in the version that Trunk.toml asks for, unless it is there.
///
/// # Errors
/// If npm is missing or fails.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    let file = workspace.root.join("Trunk.toml");
    let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
    let version = versions::in_toml(&text, "wasm_opt")
        .and_then(|value| value.strip_prefix("version_"))
        .ok_or_else(|| Failure::NoVersion { name: "wasm_opt".to_owned(), file: file.clone() })?;
    let answers = |program: &std::path::Path| {
        process::version_of(program).is_some_and(|answer| versions::is(&answer, version))
    };
    if workspace.find_program("wasm-opt").is_some_and(|program| answers(&program)) {
        return Ok(ALREADY_THERE);
    }
    let modules = npm::fetch(workspace, terminal, "binaryen", version)?;
    let program = modules.join(".bin").join("wasm-opt");
    if !answers(&program) {
        let name = "binaryen".to_owned();
        return Err(Failure::NotWorking { name, program, wanted: version.to_owned() });
    }
    let place = workspace.tools.join("node_modules");
    remove(&place)?;
    rename(&modules, &place)?;
    remove(&workspace.tools.join("staging"))?;
    Ok(Outcome::Done)
}

//! Building the component and the demo page into dist/ with Trunk, unless that was done already.

use std::fs;

use crate::failure::Failure;
use crate::fingerprint;
use crate::lock::Lock;
use crate::process;
use crate::setup::wasm_target::TARGET;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// All that dist/ is made from.
const INPUTS: [&str; 7] =
    ["component", "protocol", "public", "Trunk.toml", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Builds dist/ if its inputs, or it itself, are not what they were when it was last built.
///
/// # Errors
/// If the build fails; all that Trunk said is then on standard error.
pub(crate) fn build(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    let _lock = Lock::acquire(workspace, terminal)?;
    // Taken before the build: a file that is edited meanwhile is then seen as changed.
    let inputs = fingerprint::of(&workspace.root, &INPUTS)?;
    let stamp = workspace.target.join("xtask").join("component.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|kept| Some(kept) == stamp_text(workspace, &inputs).ok()) {
        return Ok(Outcome::UpToDate);
    }
    terminal.note("compiling to WebAssembly and optimising for size");
    // Trunk is kept off the network, and cargo within it too.
    process::run_quietly(&mut workspace.cargo(&["fetch", "--target", TARGET]))?;
    let mut trunk = workspace.command("trunk");
    // Trunk takes `NO_COLOR=1`, as many set it, for a wrong value of its own option.
    trunk.args(["build", "--release", "--offline=true", "--color=never"]).env_remove("NO_COLOR");
    process::run_quietly(&mut trunk)?;
    let folder = workspace.target.join("xtask");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    fs::write(&stamp, stamp_text(workspace, &inputs)?).map_err(Failure::file("write", &stamp))?;
    Ok(Outcome::Done)
}

/// The fingerprint of dist/ is part of it, so that a half-made, edited or removed dist/ is not taken for the whole.
fn stamp_text(workspace: &Workspace, inputs: &str) -> Result<String, Failure> {
    Ok(format!("{inputs}\n{}\n", fingerprint::of(&workspace.root, &["dist"])?))
}

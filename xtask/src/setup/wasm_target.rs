//! The standard library for WebAssembly, which belongs to the toolchain.

use std::path::PathBuf;
use std::process::Stdio;

use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// What the component is compiled to.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Has rustup add the target. It is named in rust-toolchain.toml, but that is only read when rustup installs the
/// toolchain itself: one that was there before, or that installs nothing by itself, lacks it.
///
/// # Errors
/// If it is missing and rustup is missing too or fails.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    if is_installed(workspace) {
        return Ok(Outcome::UpToDate);
    }
    if workspace.find_program("rustup").is_none() {
        return Err(Failure::Missing {
            what: format!("This Rust toolchain has no standard library for {TARGET}."),
            remedy:
                "Install Rust with rustup (https://rustup.rs), or that library as your distribution names it."
                    .to_owned(),
        });
    }
    terminal.note(&format!("adding {TARGET}"));
    process::run_quietly(workspace.command("rustup").args(["target", "add", TARGET]))?;
    Ok(Outcome::Done)
}

fn is_installed(workspace: &Workspace) -> bool {
    let mut rustc = workspace.command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).stderr(Stdio::null());
    rustc.output().is_ok_and(|output| {
        output.status.success() && PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

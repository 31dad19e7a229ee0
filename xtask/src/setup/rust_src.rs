//! The source of the standard library, which belongs to the toolchain: the smallest element is built with a library of its own.

use std::process::Stdio;

use super::ALREADY_THERE;
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Has rustup add it. It is named in rust-toolchain.toml, but that is only read when rustup installs the toolchain.
///
/// # Errors
/// If it is missing and rustup is missing too or fails.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    if is_installed(workspace) {
        return Ok(ALREADY_THERE);
    }
    if workspace.find_program("rustup").is_none() {
        return Err(Failure::Missing {
            what: "This Rust toolchain has no source of its standard library.".to_owned(),
            remedy: "Install Rust with rustup (https://rustup.rs), or add --ordinary to the command."
                .to_owned(),
        });
    }
    terminal.note("adding rust-src");
    process::run_quietly(workspace.command("rustup").args(["component", "add", "rust-src"]))?;
    Ok(Outcome::Done)
}

fn is_installed(workspace: &Workspace) -> bool {
    let mut rustc = workspace.command("rustc");
    rustc.args(["--print", "sysroot"]).stderr(Stdio::null());
    rustc.output().is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let library = std::path::Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock");
        output.status.success() && library.is_file()
    })
}

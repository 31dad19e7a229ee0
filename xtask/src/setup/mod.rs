//! Set-up: everything a build or a test needs and a fresh machine lacks.
//!
//! Nothing is remembered about what was installed. Each tool is asked for its version every time, which takes
//! milliseconds; so an interrupted installation or a removed file is simply seen. Tools come into their place by
//! one rename, after they have worked in another.

mod apt;
mod axe;
pub(crate) mod browser;
mod esbuild;
pub(crate) mod nginx;
mod npm;
mod rust_src;
mod rust_tools;
mod wasm_opt;
pub(crate) mod wasm_target;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::lock::Lock;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

pub(crate) use esbuild::FOLDER as ESBUILD;
pub(crate) use rust_tools::CARGO_DENY;

/// Sets up what the component is built with.
///
/// # Errors
/// With the first tool that can neither be found nor installed.
pub(crate) fn build_tools(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("wasm target", |terminal| Ok((wasm_target::ensure(workspace, terminal)?, ())))?;
    steps.step("Trunk", |terminal| Ok((rust_tools::TRUNK.ensure(workspace, terminal)?, ())))?;
    steps.step("wasm-bindgen", |terminal| {
        let tool = rust_tools::wasm_bindgen(workspace)?;
        Ok((tool.ensure(workspace, terminal)?, ()))
    })?;
    steps.step("wasm-opt", |terminal| Ok((wasm_opt::ensure(workspace, terminal)?, ())))?;
    steps.step("esbuild", |terminal| Ok((esbuild::ensure(workspace, terminal)?, ())))
}

/// Sets up what the smallest component needs besides.
///
/// # Errors
/// If it can neither be found nor installed.
pub(crate) fn rust_src(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("source of the standard library", |terminal| Ok((rust_src::ensure(workspace, terminal)?, ())))
}

/// Sets up cargo-deny.
///
/// # Errors
/// If it can neither be found nor installed.
pub(crate) fn cargo_deny(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("cargo-deny", |terminal| Ok((CARGO_DENY.ensure(workspace, terminal)?, ())))
}

/// Sets up cargo-fuzz.
///
/// # Errors
/// If it can neither be found nor installed.
pub(crate) fn cargo_fuzz(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("cargo-fuzz", |terminal| Ok((rust_tools::CARGO_FUZZ.ensure(workspace, terminal)?, ())))
}

/// Sets up a browser, and what the tests run in it.
///
/// # Errors
/// If there is none and none can be installed.
pub(crate) fn browser(workspace: &Workspace, steps: &mut Steps) -> Result<browser::Browser, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("axe-core", |terminal| Ok((axe::ensure(workspace, terminal)?, ())))?;
    steps.step("browser", |terminal| browser::ensure(workspace, terminal))
}

/// Sets up nginx; none if there is none and it cannot be installed.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn nginx(workspace: &Workspace, steps: &mut Steps) -> Result<Option<PathBuf>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("nginx", |terminal| nginx::ensure(workspace, terminal))
}

/// An empty folder to install one tool in before it is moved to its place.
fn staging(workspace: &Workspace, tool: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.tools.join("staging").join(tool);
    remove(&folder)?;
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    Ok(folder)
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file("remove", folder)(error))
        }
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::rename(from, to).map_err(Failure::file("move a tool to", to))
}

/// How a tool that needed no installation is reported.
const ALREADY_THERE: Outcome = Outcome::UpToDate;

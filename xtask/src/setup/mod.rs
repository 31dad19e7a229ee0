//! Set-up: everything a build or a test needs and a fresh machine lacks.
//!
//! Nothing is remembered about what was installed. Each tool is asked for its version every time, which takes
//! milliseconds; so an interrupted installation or a removed file is simply seen. Tools come into their place by
//! one rename, after they have worked in another.

mod apt;
mod axe;
pub(crate) mod browser;
mod deploy_linters;
mod esbuild;
mod from_debian;
pub(crate) mod libfaketime;
pub(crate) mod nginx;
mod npm;
mod operators;
pub(crate) mod postgres;
pub(crate) mod redis;
mod rust_src;
mod rust_tools;
mod valgrind;
mod wasm_opt;
pub(crate) mod wasm_target;

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::failure::Failure;
use crate::lock::Lock;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

pub(crate) use deploy_linters::DeployLinters;
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

/// Sets up what the smallest component, which is the usual one, needs besides.
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

/// Sets up what reads the files in `deploy/`, as far as that is possible.
///
/// # Errors
/// If the folder of the tools cannot be written.
pub(crate) fn deploy_linters(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("linters of deploy/", |terminal| Ok((deploy_linters::ensure(workspace, terminal)?, ())))
}

/// Sets up cargo-fuzz.
///
/// # Errors
/// If it can neither be found nor installed.
pub(crate) fn cargo_fuzz(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("cargo-fuzz", |terminal| Ok((rust_tools::CARGO_FUZZ.ensure(workspace, terminal)?, ())))
}

/// Sets up browsers, and what the tests run in them. For one that can be done without and cannot be had there is none.
///
/// # Errors
/// If it is one that cannot be done without.
pub(crate) fn browsers(
    workspace: &Workspace,
    steps: &mut Steps,
    engines: &[Engine],
) -> Result<Vec<(Engine, Option<browser::Programs>)>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("axe-core", |terminal| Ok((axe::ensure(workspace, terminal)?, ())))?;
    let mut one = |engine: Engine| {
        let programs = steps.step(engine.name(), |terminal| match engine {
            Engine::Chromium => {
                let (outcome, browser) = browser::ensure(workspace, terminal)?;
                Ok((outcome, Some(browser.programs())))
            }
            Engine::Firefox => Ok(browser::firefox::ensure(workspace, terminal)),
            Engine::Webkit => Ok(browser::webkit::ensure(workspace, terminal)),
        })?;
        Ok((engine, programs))
    };
    engines.iter().map(|engine| one(*engine)).collect()
}

/// Sets up nginx; none if there is none and it cannot be installed.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn nginx(workspace: &Workspace, steps: &mut Steps) -> Result<Option<PathBuf>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("nginx", |terminal| nginx::ensure(workspace, terminal))
}

/// Sets up PostgreSQL; none if there is none and it cannot be installed.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn postgres(workspace: &Workspace, steps: &mut Steps) -> Result<Option<PathBuf>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("PostgreSQL", |terminal| postgres::ensure(workspace, terminal))
}

/// Sets up Redis; none if there is none and it cannot be installed.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn redis(workspace: &Workspace, steps: &mut Steps) -> Result<Option<PathBuf>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("Redis", |terminal| redis::ensure(workspace, terminal))
}

/// Sets up libfaketime; none if there is none and it cannot be installed.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn libfaketime(workspace: &Workspace, steps: &mut Steps) -> Result<Option<PathBuf>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("libfaketime", |terminal| libfaketime::ensure(workspace, terminal))
}

/// Sets up the other programs that the files in `deploy/` are for, as far as that is possible.
///
/// # Errors
/// If somebody else is at it, and does not end.
pub(crate) fn operators(
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("HAProxy, Caddy, promtool, yamllint", |terminal| Ok(operators::ensure(workspace, terminal)))
}

/// Sets up valgrind; false if there is none and it cannot be installed.
///
/// # Errors
/// If the lock on the tools cannot be had.
pub(crate) fn valgrind(workspace: &Workspace, steps: &mut Steps) -> Result<bool, Failure> {
    let _lock = Lock::acquire(workspace, steps.terminal)?;
    steps.step("valgrind", |terminal| Ok(valgrind::ensure(workspace, terminal)))
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

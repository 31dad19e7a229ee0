//! Where things are in this repository, and the search path with our own tools in front.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process::{self, PATH};
use crate::setup::ESBUILD;

/// The folders of the workspace. All paths are absolute.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Cargo's folder for what it builds in the dev profile: the one this program was built into.
    pub(crate) built: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// The tools that set-up installed.
    pub(crate) tools: PathBuf,
    /// `PATH`, with our tools in front of whatever else has their names.
    pub(crate) search_path: OsString,
}

impl Workspace {
    /// Finds them from what cargo says about this program.
    ///
    /// The target folder is taken from where this program lies rather than from `CARGO_TARGET_DIR`: it can also be
    /// set in several configuration files, and cargo puts the server where it put us.
    ///
    /// # Errors
    /// If this program was not started by cargo.
    pub(crate) fn find() -> Result<Self, Failure> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let program = std::env::current_exe().ok();
        let root = manifest.as_deref().and_then(Path::parent);
        let built = program.as_deref().and_then(Path::parent);
        let (Some(root), Some(built), Some(target)) = (root, built, built.and_then(Path::parent)) else {
            return Err(Failure::Missing {
                what: "This program does not know which workspace it belongs to.".to_owned(),
                remedy: "Start it as `cargo xtask`, inside the workspace.".to_owned(),
            });
        };
        let tools = root.join(".tools");
        let folders =
            [tools.join("bin"), tools.join("node_modules").join(".bin"), tools.join(ESBUILD).join(".bin")];
        let search_path = process::prepend(&folders, &std::env::var_os(PATH).unwrap_or_default());
        Ok(Self {
            built: built.to_owned(),
            target: target.to_owned(),
            root: root.to_owned(),
            tools,
            search_path,
        })
    }

    /// A program, to be run at the root and to find our tools.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env(PATH, &self.search_path);
        command
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// The program of that name that a command of ours would start.
    pub(crate) fn find_program(&self, name: &str) -> Option<PathBuf> {
        process::find_on_path(name, &self.search_path)
    }

    /// A path as one would type it at the root.
    pub(crate) fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

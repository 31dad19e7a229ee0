//! Tools that are written in Rust: a prebuilt one where the user has cargo-binstall, else compiled here.

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{ALREADY_THERE, remove, rename, staging};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::versions;
use crate::workspace::Workspace;

/// A tool on crates.io, in the one version that we use.
#[derive(Debug)]
pub(crate) struct RustTool {
    package: &'static str,
    program: &'static str,
    version: Cow<'static, str>,
    /// Further arguments for `cargo install`.
    arguments: &'static [&'static str],
    /// How far it is optimised: the less, the sooner it is ready.
    opt_level: &'static str,
    /// How long it takes to compile on two cores, for whoever waits.
    takes: &'static str,
}

/// Builds the component. Its default features would have it look for newer versions of itself.
pub(crate) const TRUNK: RustTool = RustTool {
    package: "trunk",
    program: "trunk",
    version: Cow::Borrowed("0.21.14"),
    arguments: &["--locked", "--no-default-features", "--features", "rustls"],
    opt_level: "1",
    takes: "up to five minutes",
};

/// Checks licences, bans, sources and advisories.
pub(crate) const CARGO_DENY: RustTool = RustTool {
    package: "cargo-deny",
    program: "cargo-deny",
    version: Cow::Borrowed("0.20.2"),
    arguments: &["--locked"],
    opt_level: "1",
    takes: "about a minute",
};

/// Builds the fuzz targets.
pub(crate) const CARGO_FUZZ: RustTool = RustTool {
    package: "cargo-fuzz",
    program: "cargo-fuzz",
    version: Cow::Borrowed("0.13.1"),
    arguments: &["--locked"],
    opt_level: "1",
    takes: "about a minute",
};

/// Drives Firefox. It hands on what it is told, and waits: nothing of it is worth optimising.
pub(crate) const GECKODRIVER: RustTool = RustTool {
    package: "geckodriver",
    program: "geckodriver",
    version: Cow::Borrowed("0.37.1"),
    arguments: &["--locked"],
    opt_level: "0",
    takes: "about a minute",
};

/// wasm-bindgen-cli in the version of the crate.
///
/// # Errors
/// If Cargo.lock cannot be read or does not have the crate.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<RustTool, Failure> {
    let file = workspace.root.join("Cargo.lock");
    let lock = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
    let version = versions::in_cargo_lock(&lock, "wasm-bindgen")
        .ok_or_else(|| Failure::NoVersion { name: "wasm-bindgen".to_owned(), file })?;
    Ok(RustTool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: Cow::Owned(version.to_owned()),
        // Not --locked: its lock file names releases from the day it came out, which a registry mirror that holds
        // new releases back for a while does not have.
        arguments: &[],
        opt_level: "1",
        takes: "about two minutes",
    })
}

/// A tool runs for seconds and is compiled for minutes: less optimised it is ready much sooner.
const QUICK_BUILD: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

impl RustTool {
    /// Installs the tool, unless the one that would be started is already of the right version.
    ///
    /// # Errors
    /// If it cannot be installed, or does not work then.
    pub(crate) fn ensure(&self, workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
        if self.is_installed(workspace) {
            return Ok(ALREADY_THERE);
        }
        let stage = staging(workspace, self.package)?;
        self.install(workspace, terminal, &stage)?;
        let programs = stage.join("bin");
        let program = programs.join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX));
        if !self.answers(&program) {
            let wanted = self.version.clone().into_owned();
            return Err(Failure::NotWorking { name: self.package.to_owned(), program, wanted });
        }
        let place = workspace.tools.join("bin");
        fs::create_dir_all(&place).map_err(Failure::file("create", &place))?;
        for entry in fs::read_dir(&programs).map_err(Failure::file("read", &programs))? {
            let entry = entry.map_err(Failure::file("read", &programs))?;
            rename(&entry.path(), &place.join(entry.file_name()))?;
        }
        remove(&workspace.tools.join("staging"))?;
        remove(&workspace.tools.join("build"))?;
        Ok(Outcome::Done)
    }

    /// Whether the tool is there in the wanted version.
    pub(crate) fn is_installed(&self, workspace: &Workspace) -> bool {
        workspace.find_program(self.program).is_some_and(|program| self.answers(&program))
    }

    fn answers(&self, program: &Path) -> bool {
        process::version_of(program).is_some_and(|answer| versions::is(&answer, &self.version))
    }

    fn install(&self, workspace: &Workspace, terminal: Terminal, stage: &Path) -> Result<(), Failure> {
        let Self { package, version, .. } = self;
        if workspace.find_program("cargo-binstall").is_some() {
            terminal.note(&format!("fetching {package} {version} with cargo-binstall"));
            let mut binstall =
                workspace.cargo(&["binstall", "--no-confirm", "--disable-strategies", "compile"]);
            binstall.arg("--root").arg(stage).arg(format!("{package}@={version}"));
            if process::run_quietly(&mut binstall).is_ok() {
                return Ok(());
            }
        }
        terminal.note(&format!("compiling {package} {version} ({} on two cores)", self.takes));
        process::run_quietly(&mut self.compile(workspace, stage)).map(drop)
    }

    fn compile(&self, workspace: &Workspace, stage: &Path) -> Command {
        let mut cargo = workspace.cargo(&["install", self.package, "--version", &self.version]);
        cargo.args(self.arguments).arg("--root").arg(stage);
        // A folder of its own: an interrupted build is taken up again, and a finished one can be removed.
        cargo.arg("--target-dir").arg(workspace.tools.join("build")).envs(QUICK_BUILD);
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level);
        cargo
    }
}

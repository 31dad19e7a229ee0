//! The files in `deploy/` that no test can run: read by their own linters, and held against the schemas of the programs
//! that they are for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::setup::DeployLinters;
use crate::workspace::Workspace;

/// Grafana's type of a dashboard, as what it is in JSON.
const TYPE_OF_DASHBOARD: &str = include_str!("deploy_files/dashboard.ts");

/// Checks all of them, also those after one that is wrong.
///
/// # Errors
/// With those that are wrong; why has been written out.
pub(crate) fn check(workspace: &Workspace, linters: &DeployLinters) -> Result<(), Failure> {
    let deploy = workspace.root.join("deploy");
    let compose = yaml_in(&deploy, "compose")?;
    let manifests = yaml_in(&deploy.join("kubernetes"), "")?;
    let quietly = |command: &mut Command| process::run_quietly(command).map(drop);
    let outcomes = [
        process::run(linters.hadolint(workspace).arg("--no-color").arg(deploy.join("Dockerfile"))),
        quietly(
            linters
                .check_jsonschema(workspace)
                .args(["--builtin-schema", "vendor.compose-spec"])
                .args(compose),
        ),
        quietly(linters.kubernetes_validate(workspace).arg("--strict").args(manifests)),
        check_dashboard(workspace, linters, &deploy.join("grafana").join("dashboard.json")),
    ];
    let wrong: Vec<_> =
        outcomes.into_iter().filter_map(Result::err).map(|failure| failure.to_string()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Checks(wrong)) }
}

/// Has TypeScript compare the dashboard with Grafana's type of it: JSON is an expression there.
fn check_dashboard(workspace: &Workspace, linters: &DeployLinters, dashboard: &Path) -> Result<(), Failure> {
    let json = fs::read_to_string(dashboard).map_err(Failure::file("read", dashboard))?;
    let module = linters.types.join("dashboard.ts");
    let text = TYPE_OF_DASHBOARD.replace("{} /* the dashboard */", &json);
    fs::write(&module, text).map_err(Failure::file("write", &module))?;
    let strict = ["--noEmit", "--strict", "--skipLibCheck", "--pretty", "false", "--target", "es2022"];
    let modules = ["--module", "esnext", "--moduleResolution", "bundler"];
    process::run(linters.typescript(workspace).args(strict).args(modules).arg(module))
}

/// The files of YAML in a folder whose names begin like this.
fn yaml_in(folder: &Path, start: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(start)))
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    Ok(files)
}

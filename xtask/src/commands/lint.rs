//! `cargo xtask lint`: what can be said about the code without running it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::attacks;
use crate::deploy_files;
use crate::failure::Failure;
use crate::process;
use crate::setup::wasm_target::{self, TARGET};
use crate::setup::{CARGO_DENY, DeployLinters};
use crate::steps::{Outcome, Steps};
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Where the hand-written JavaScript is.
const SCRIPTS: [&str; 5] =
    ["component/js", "public/demo", "public/gallery", "public/gallery/states", "server/src/description/page"];

/// Runs all checks, also those after one that failed.
///
/// # Errors
/// If a check failed.
pub(crate) fn lint(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let cargo = |arguments: &[&str]| process::run(&mut workspace.cargo(arguments)).map(|()| Outcome::Done);
    steps.check("format", |terminal| {
        // rustfmt, alone among these programs, shows its differences in colour to whoever does not forbid it.
        let colour = if terminal.has_colour() { "auto" } else { "never" };
        cargo(&["fmt", "--all", "--check", "--", "--color", colour])?;
        cargo(&["fmt", "--manifest-path", "server/fuzz/Cargo.toml", "--check", "--", "--color", colour])
    });
    steps.check("clippy", |_| cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]));
    steps.check("clippy for wasm", |terminal| {
        wasm_target::ensure(workspace, terminal)?;
        let component = ["clippy", "--package", "notification-bell-component", "--target", TARGET];
        cargo(&[component.as_slice(), &["--", "--deny", "warnings"]].concat())
    });
    steps.check("JavaScript", |terminal| check_scripts(workspace, terminal));
    steps.check("attack table", |_| match attacks::without_a_test(workspace)? {
        missing if missing.is_empty() => Ok(Outcome::Done),
        missing => Err(Failure::Checks(missing)),
    });
    steps.check("files in deploy/", |terminal| {
        let Some(linters) = DeployLinters::find(workspace) else {
            terminal.note("their linters are not there; `cargo xtask setup --lint` installs them");
            return Ok(Outcome::LeftOut);
        };
        deploy_files::check(workspace, &linters).map(|()| Outcome::Done)
    });
    steps.check("cargo deny", |terminal| {
        if CARGO_DENY.is_installed(workspace) {
            return cargo(&["deny", "check", "licenses", "bans", "sources"]);
        }
        terminal.note("cargo-deny is not there; `cargo xtask setup --lint` installs it");
        Ok(Outcome::LeftOut)
    });
    steps.summary()
}

/// Has Node read every script as a module, without running it.
fn check_scripts(workspace: &Workspace, terminal: Terminal) -> Result<Outcome, Failure> {
    let Some(node) = workspace.find_program("node") else {
        return Err(Failure::Missing {
            what: "The scripts are checked by Node.js, and node is not on the PATH.".to_owned(),
            remedy: "Install Node.js 20 or later (https://nodejs.org).".to_owned(),
        });
    };
    let mut wrong = Vec::new();
    for folder in SCRIPTS {
        for script in scripts_in(&workspace.root.join(folder))? {
            // On standard input, because Node takes a file named .js for a module only if a package.json says so.
            let input = File::open(&script).map_err(Failure::file("read", &script))?;
            let mut check = workspace.command(&node);
            check.args(["--input-type=module", "--check"]).stdin(Stdio::from(input));
            if process::run(&mut check).is_err() {
                terminal.note(&format!("that was {}", workspace.shown(&script)));
                wrong.push(workspace.shown(&script).to_string());
            }
        }
    }
    if wrong.is_empty() { Ok(Outcome::Done) } else { Err(Failure::Checks(wrong)) }
}

fn scripts_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(Failure::file("read", folder))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "js"));
    paths.sort();
    Ok(paths)
}

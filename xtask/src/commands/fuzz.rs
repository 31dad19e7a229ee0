//! `cargo xtask fuzz`: what holds for every input, tried on as many as there is time for.
//!
//! The targets are in `server/fuzz/`. They run on the toolchain that everything else does: what cargo-fuzz asks for
//! beyond it are the sanitizers, which look for faults of memory, and no code of ours may have an `unsafe` in it. The
//! fuzzer's own instrumentation is made with flags that every rustc takes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::setup;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// The crate of the targets; each is a file in `targets/`, and its first inputs are in a folder of `seeds/`.
const CRATE: &str = "server/fuzz";
/// An input that takes longer than this is a fault too.
const INPUT_TIMEOUT_SECONDS: u32 = 5;

/// Builds all targets at once and runs each, or the one that is named: for so many seconds, or else with its seeds alone,
/// which hold again if they held once. A search is another one in each run, from one fixed number too: the fuzzer goes by
/// addresses and by what a build has to be covered.
///
/// # Errors
/// If something cannot be set up or built, there is no such target, or one found a fault.
pub(crate) fn fuzz(
    workspace: &Workspace,
    steps: &mut Steps,
    seconds: Option<u32>,
    only: Option<&str>,
) -> Result<(), Failure> {
    let targets = wanted(targets(&workspace.root.join(CRATE).join("targets"))?, only)?;
    setup::cargo_fuzz(workspace, steps)?;
    let programs = steps.step("fuzz targets", |_| Ok((Outcome::Done, build(workspace)?)))?;
    for target in targets {
        steps.check(&format!("fuzz {target}"), |terminal| {
            let said = run(workspace, &programs, &target, seconds)?;
            if let Some(done) = said.lines().rev().find(|line| line.starts_with("Done ")) {
                terminal.note(done);
            }
            Ok(Outcome::Done)
        });
    }
    steps.summary()
}

/// Builds them, next to everything else so that what runs while compiling is shared, and returns their folder.
fn build(workspace: &Workspace) -> Result<PathBuf, Failure> {
    // The profile of `--dev` is chosen in the crate for a quick build with the checks for overflow on.
    let mut cargo = workspace.cargo(&["fuzz", "build", "--dev", "--sanitizer", "none", "--fuzz-dir", CRATE]);
    process::run(cargo.arg("--target-dir").arg(&workspace.target))?;
    let said = process::run_quietly(workspace.command("rustc").arg("-vV"))?;
    // cargo-fuzz names the platform even if it is this one, which gives it a folder of its own.
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    Ok(workspace.target.join(host).join("debug"))
}

/// Runs a target itself, and not through cargo-fuzz, which would keep its finds among the sources.
fn run(
    workspace: &Workspace,
    programs: &Path,
    target: &str,
    seconds: Option<u32>,
) -> Result<String, Failure> {
    let found = workspace.target.join("fuzz");
    let (inputs, faults) = (found.join("inputs").join(target), found.join("faults").join(target));
    let seeds = workspace.root.join(CRATE).join("seeds").join(target);
    fs::create_dir_all(&faults).map_err(Failure::file("create", &faults))?;
    let mut fuzzer = workspace.command(programs.join(target));
    fuzzer
        .arg(format!("-timeout={INPUT_TIMEOUT_SECONDS}"))
        // A path that ends in a separator is a folder to the fuzzer, and else the beginning of a name.
        .arg(format!("-artifact_prefix={}/", faults.display()));
    match seconds {
        Some(seconds) => {
            fs::create_dir_all(&inputs).map_err(Failure::file("create", &inputs))?;
            // What is new is kept in the first folder for the next time; the second one is only read.
            fuzzer.arg(format!("-max_total_time={seconds}")).arg(inputs)
        }
        None => fuzzer.arg("-runs=0"),
    };
    process::run_quietly(fuzzer.arg(seeds))
}

/// The names of all targets, in order.
fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let paths = paths.map_err(Failure::file("read", folder))?;
    let names = paths.iter().filter_map(|path| path.file_stem()?.to_str());
    let mut names: Vec<String> = names.map(ToOwned::to_owned).collect();
    names.sort();
    Ok(names)
}

fn wanted(targets: Vec<String>, only: Option<&str>) -> Result<Vec<String>, Failure> {
    let Some(only) = only else { return Ok(targets) };
    if targets.iter().any(|target| target == only) {
        return Ok(vec![only.to_owned()]);
    }
    Err(Failure::Missing {
        what: format!("There is no fuzz target {only}."),
        remedy: format!("There are {}.", targets.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_target_is_answered_with_those_there_are() {
        let targets = || vec!["origin".to_owned(), "proof".to_owned()];
        assert_eq!(wanted(targets(), Some("proof")).unwrap(), ["proof"]);
        assert_eq!(wanted(targets(), None).unwrap(), targets());
        assert!(wanted(targets(), Some("proofs")).unwrap_err().to_string().contains("origin, proof"));
    }

    #[test]
    fn every_target_is_declared_and_has_seeds() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(CRATE);
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
        for target in targets(&fuzz.join("targets")).unwrap() {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
            assert!(fs::read_dir(fuzz.join("seeds").join(&target)).unwrap().count() > 0, "{target}");
        }
    }
}

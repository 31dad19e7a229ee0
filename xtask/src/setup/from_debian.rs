//! A program that only some tests need: the one named, the one there, or Debian's.

use std::path::PathBuf;

use super::apt;
use crate::failure::Failure;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// What is looked for, and how to get it.
pub(super) struct Wanted {
    /// As one speaks of it: "nginx", "redis-server".
    pub(super) name: &'static str,
    /// The variable that names one, for us and for the tests.
    pub(super) variable: &'static str,
    /// What that variable names: "an nginx".
    pub(super) named: &'static str,
    /// What is said of the variable where there is none: "name it in".
    pub(super) name_it: &'static str,
    pub(super) package: &'static str,
}

/// Finds it, or installs it. Without one its tests are left out, and that is said: whoever has no Debian and is not root
/// can still run all the others.
///
/// # Errors
/// If the one that was named does not work.
pub(super) fn ensure(
    wanted: &Wanted,
    workspace: &Workspace,
    terminal: Terminal,
    find: impl Fn() -> Option<PathBuf>,
    works: impl Fn(&PathBuf) -> bool,
) -> Result<(Outcome, Option<PathBuf>), Failure> {
    let Wanted { name, variable, named, name_it, package } = wanted;
    if let Some(given) = std::env::var_os(variable).map(PathBuf::from) {
        return if works(&given) {
            Ok((Outcome::UpToDate, Some(given)))
        } else {
            Err(Failure::Missing {
                what: format!("{variable} ({}) does not work.", given.display()),
                remedy: format!("Name {named}, or unset the variable to have one looked for."),
            })
        };
    }
    let usable = || find().filter(&works);
    if let Some(found) = usable() {
        return Ok((Outcome::UpToDate, Some(found)));
    }
    // A package may start a service where services are run; only its program is wanted.
    let installed = apt::install(workspace, terminal, &[package]).then(usable).flatten();
    if installed.is_none() {
        terminal.note(&format!(
            "there is no {name}: install it (Debian: apt-get install {package}), or {name_it} {variable}"
        ));
        return Ok((Outcome::LeftOut, None));
    }
    Ok((Outcome::Done, installed))
}

//! PostgreSQL, for the tests of the database: the one named, or Debian's.

use std::path::{Path, PathBuf};

use super::from_debian::{self, Wanted};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The variable that names the folder with PostgreSQL's programs, for us and for the tests.
pub(crate) const POSTGRES: &str = "BELL_POSTGRES";

const WANTED: Wanted = Wanted {
    name: "PostgreSQL",
    variable: POSTGRES,
    named: "the folder with its programs",
    name_it: "name its folder in",
    package: "postgresql",
};

/// The programs that the tests start.
const PROGRAMS: [&str; 2] = ["initdb", "pg_ctl"];

/// Finds PostgreSQL, or installs it. Without it its tests are left out, and that is said: whoever has no Debian and is not
/// root can still run all the others.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn ensure(
    workspace: &Workspace,
    terminal: Terminal,
) -> Result<(Outcome, Option<PathBuf>), Failure> {
    from_debian::ensure(&WANTED, workspace, terminal, find, |programs| works(workspace, programs))
}

/// Where Debian has it, which is on nobody's path: the newest there is.
fn find() -> Option<PathBuf> {
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(|folder| version(folder))?;
    Some(newest.join("bin"))
}

fn works(workspace: &Workspace, programs: &Path) -> bool {
    PROGRAMS
        .iter()
        .all(|name| process::run_quietly(workspace.command(programs.join(name)).arg("--version")).is_ok())
}

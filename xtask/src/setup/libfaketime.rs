//! libfaketime, for the test with servers whose clocks are wrong: the one named, the one there, or Debian's.

use std::fs;
use std::path::PathBuf;

use super::from_debian::{self, Wanted};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The variable that names the library, for us and for the tests.
pub(crate) const LIBFAKETIME: &str = "BELL_LIBFAKETIME";

const WANTED: Wanted = Wanted {
    name: "libfaketime",
    variable: LIBFAKETIME,
    named: "a libfaketime for programs with threads",
    name_it: "name its file in",
    package: "libfaketime",
};

/// Finds libfaketime, or installs it. Without it that one test is left out, and that is said.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn ensure(
    workspace: &Workspace,
    terminal: Terminal,
) -> Result<(Outcome, Option<PathBuf>), Failure> {
    from_debian::ensure(&WANTED, workspace, terminal, find, |library| works(workspace, library))
}

/// Where Debian has it: below a folder that is named after the processor.
fn find() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}

fn works(workspace: &Workspace, library: &PathBuf) -> bool {
    let mut date = workspace.command("date");
    date.env("LD_PRELOAD", library).env("FAKETIME", "1999-06-01 12:00:00").arg("+%Y");
    process::run_quietly(&mut date).is_ok_and(|said| said.trim() == "1999")
}

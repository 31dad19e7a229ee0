//! Valgrind, which counts instructions: the one there, or Debian's.

use super::apt;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Finds it, or installs it, and says whether it is there. Without one nothing is counted, and that is said: it is on no
/// machine that is not Linux, and no part of the product needs it.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> (Outcome, bool) {
    if works(workspace) {
        return (Outcome::UpToDate, true);
    }
    if apt::install(workspace, terminal, &["valgrind"]) && works(workspace) {
        return (Outcome::Done, true);
    }
    terminal.note("there is no valgrind: install it (Debian: apt-get install valgrind)");
    (Outcome::LeftOut, false)
}

fn works(workspace: &Workspace) -> bool {
    workspace.find_program("valgrind").as_deref().and_then(process::version_of).is_some()
}

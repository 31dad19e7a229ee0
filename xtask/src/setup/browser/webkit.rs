//! `WebKitGTK`: its driver, which brings a browser, and a screen that nobody sees, without which it shows nothing.

use std::path::PathBuf;

use super::Programs;
use crate::setup::apt;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Each program, and the variable that names it, for us and for the tests.
const PROGRAMS: [(&str, &str); 2] = [("BELL_WEBKITDRIVER", "WebKitWebDriver"), ("BELL_XVFB", "Xvfb")];

/// Finds them, or installs them; none if neither works, and that is said.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> (Outcome, Option<Programs>) {
    if let Some(programs) = find(workspace) {
        return (Outcome::UpToDate, Some(programs));
    }
    let packages = ["webkit2gtk-driver", "xvfb"];
    let installed = apt::install(workspace, terminal, &packages).then(|| find(workspace)).flatten();
    if installed.is_none() {
        terminal.note("there is no WebKitGTK: install it (Debian: apt-get install webkit2gtk-driver xvfb)");
        return (Outcome::LeftOut, None);
    }
    (Outcome::Done, installed)
}

fn find(workspace: &Workspace) -> Option<Programs> {
    let one = |(variable, name)| {
        let named = std::env::var_os(variable).map(PathBuf::from);
        Some((variable, named.or_else(|| workspace.find_program(name))?))
    };
    PROGRAMS.into_iter().map(one).collect()
}

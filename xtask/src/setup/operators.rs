//! The operators' programs for which there are files in `deploy/`: the ones named, the ones there, or Debian's.

use std::path::PathBuf;

use super::apt;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// A program, the variable that names it, Debian's package, and how it says its version.
struct Program {
    name: &'static str,
    variable: &'static str,
    package: &'static str,
    version: &'static str,
}

/// nginx is not among them: without it, more is left out.
const PROGRAMS: [Program; 4] = [
    Program { name: "haproxy", variable: "BELL_HAPROXY", package: "haproxy", version: "-v" },
    Program { name: "caddy", variable: "BELL_CADDY", package: "caddy", version: "version" },
    Program { name: "promtool", variable: "BELL_PROMTOOL", package: "prometheus", version: "--version" },
    Program { name: "yamllint", variable: "BELL_YAMLLINT", package: "yamllint", version: "--version" },
];

/// The variables that name those that are there. What is missing is installed, and where that is not possible its tests
/// are left out, which is said: they test files for operators and not the product.
pub(crate) fn ensure(workspace: &Workspace, terminal: Terminal) -> (Outcome, Vec<(&'static str, PathBuf)>) {
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|program| program.find(workspace).is_none())
        .map(|program| program.package)
        .collect();
    // The packages start services where services are run; only their programs are wanted.
    let is_new = !missing.is_empty() && apt::install(workspace, terminal, &missing);
    let found: Vec<_> =
        PROGRAMS.iter().filter_map(|program| Some((program.variable, program.find(workspace)?))).collect();
    if found.len() < PROGRAMS.len() {
        terminal.note(&format!(
            "some of what tests the files in deploy/ is not there: apt-get install {}",
            missing.join(" ")
        ));
        return (Outcome::LeftOut, found);
    }
    (if is_new { Outcome::Done } else { Outcome::UpToDate }, found)
}

impl Program {
    /// The one named, on the search path, or where Debian has it, which is not on every user's path.
    fn find(&self, workspace: &Workspace) -> Option<PathBuf> {
        let named = std::env::var_os(self.variable).map(PathBuf::from);
        let usual = || Some(PathBuf::from("/usr/sbin").join(self.name)).filter(|program| program.is_file());
        let found = named.or_else(|| workspace.find_program(self.name)).or_else(usual);
        found.filter(|program| process::run_quietly(workspace.command(program).arg(self.version)).is_ok())
    }
}

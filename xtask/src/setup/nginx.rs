//! nginx, for the tests of `deploy/nginx.conf`: the one named, the one there, or Debian's.

use std::path::PathBuf;

use super::from_debian::{self, Wanted};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The variable that names nginx, for us and for the tests.
pub(crate) const NGINX: &str = "BELL_NGINX";

const WANTED: Wanted = Wanted {
    name: "nginx",
    variable: NGINX,
    named: "an nginx",
    name_it: "name it in",
    package: "nginx-light",
};

/// Finds nginx, or installs it. Without one its tests are left out, and that is said: unlike a browser, it tests a
/// file for operators and not the product, and whoever has no Debian and is not root can still run all of that.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn ensure(
    workspace: &Workspace,
    terminal: Terminal,
) -> Result<(Outcome, Option<PathBuf>), Failure> {
    from_debian::ensure(&WANTED, workspace, terminal, || find(workspace), |nginx| works(workspace, nginx))
}

/// On the search path, or where Debian has it, which is not on every user's path.
fn find(workspace: &Workspace) -> Option<PathBuf> {
    let usual = PathBuf::from("/usr/sbin/nginx");
    workspace.find_program("nginx").or_else(|| usual.is_file().then_some(usual))
}

/// nginx alone among these programs has no `--version`. It may lack what the file takes, where somebody built it.
fn works(workspace: &Workspace, nginx: &PathBuf) -> bool {
    process::run_quietly(workspace.command(nginx).arg("-V"))
        .is_ok_and(|said| ["http_ssl_module", "http_v2_module"].iter().all(|module| said.contains(module)))
}

//! nginx, for the tests of `deploy/nginx.conf`: the one named, the one there, or Debian's.

use std::path::PathBuf;

use super::apt;
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The variable that names nginx, for us and for the tests.
pub(crate) const NGINX: &str = "BELL_NGINX";

/// Finds nginx, or installs it. Without one its tests are left out, and that is said: unlike a browser, it tests a
/// file for operators and not the product, and whoever has no Debian and is not root can still run all of that.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn ensure(
    workspace: &Workspace,
    terminal: Terminal,
) -> Result<(Outcome, Option<PathBuf>), Failure> {
    if let Some(named) = std::env::var_os(NGINX).map(PathBuf::from) {
        return if works(workspace, &named) {
            Ok((Outcome::UpToDate, Some(named)))
        } else {
            Err(Failure::Missing {
                what: format!("{NGINX} ({}) does not work.", named.display()),
                remedy: "Name an nginx, or unset the variable to have one looked for.".to_owned(),
            })
        };
    }
    if let Some(nginx) = find(workspace) {
        return Ok((Outcome::UpToDate, Some(nginx)));
    }
    // The package starts a service on port 80 where services are run; only its program is wanted.
    let installed = apt::install(workspace, terminal, &["nginx-light"]).then(|| find(workspace)).flatten();
    if installed.is_none() {
        terminal.note(&format!(
            "there is no nginx: install it (Debian: apt-get install nginx-light), or name it in {NGINX}"
        ));
        return Ok((Outcome::LeftOut, None));
    }
    Ok((Outcome::Done, installed))
}

/// On the search path, or where Debian has it, which is not on every user's path.
fn find(workspace: &Workspace) -> Option<PathBuf> {
    let usual = PathBuf::from("/usr/sbin/nginx");
    let found = workspace.find_program("nginx").or_else(|| usual.is_file().then_some(usual));
    found.filter(|nginx| works(workspace, nginx))
}

/// nginx alone among these programs has no `--version`. It may lack what the file takes, where somebody built it.
fn works(workspace: &Workspace, nginx: &PathBuf) -> bool {
    process::run_quietly(workspace.command(nginx).arg("-V"))
        .is_ok_and(|said| ["http_ssl_module", "http_v2_module"].iter().all(|module| said.contains(module)))
}

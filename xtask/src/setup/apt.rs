//! Installing a distribution's packages, where that is possible without asking anybody.

use crate::process;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// Installs Debian's packages and returns whether that worked: there has to be apt, and only root may.
pub(super) fn install(workspace: &Workspace, terminal: Terminal, packages: &[&str]) -> bool {
    if workspace.find_program("apt-get").is_none() || !is_root(workspace) {
        return false;
    }
    terminal.note(&format!("installing {} with apt-get", packages.join(", ")));
    let apt = |arguments: &[&str]| {
        let mut apt = workspace.command("apt-get");
        // Another apt may be at work: machines start it themselves soon after they have come up.
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--option", "DPkg::Lock::Timeout=120"]);
        process::run_quietly(apt.args(arguments)).is_ok()
    };
    let install = [["install", "--yes", "--no-install-recommends"].as_slice(), packages].concat();
    apt(&["update"]) && apt(&install)
}

fn is_root(workspace: &Workspace) -> bool {
    workspace.command("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

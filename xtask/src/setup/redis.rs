//! Redis, for the tests with several servers: the one named, the one there, or Debian's.

use std::path::PathBuf;

use super::from_debian::{self, Wanted};
use crate::failure::Failure;
use crate::process;
use crate::steps::Outcome;
use crate::terminal::Terminal;
use crate::workspace::Workspace;

/// The variable that names redis-server, for us and for the tests.
pub(crate) const REDIS: &str = "BELL_REDIS_SERVER";

const WANTED: Wanted = Wanted {
    name: "redis-server",
    variable: REDIS,
    named: "a redis-server",
    name_it: "name it in",
    package: "redis-server",
};

/// Finds redis-server, or installs it. Without one its tests are left out, and that is said, as those of nginx are.
///
/// # Errors
/// If the one that was named does not work.
pub(crate) fn ensure(
    workspace: &Workspace,
    terminal: Terminal,
) -> Result<(Outcome, Option<PathBuf>), Failure> {
    let find = || workspace.find_program("redis-server");
    from_debian::ensure(&WANTED, workspace, terminal, find, |redis| works(workspace, redis))
}

fn works(workspace: &Workspace, redis: &PathBuf) -> bool {
    process::run_quietly(workspace.command(redis).arg("--version")).is_ok()
}

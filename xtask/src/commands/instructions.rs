//! `cargo xtask instructions`: what the hot paths of the server cost, counted and not timed, so that a busy machine makes
//! no difference.
//!
//! Valgrind is a processor of its own, which says of itself what it can do: libc and the cryptography, which choose their
//! code by the processor, choose the same on every x86-64 machine with AVX2. On others nothing is counted.

use crate::failure::Failure;
use crate::limits;
use crate::process;
use crate::setup;
use crate::steps::{Outcome, Steps};
use crate::workspace::Workspace;

/// What is compiled anew, and optimised as all that is foreign is for the tests, which is there already. As in the release
/// it would take four minutes for numbers that say no more: what costs less here costs less there.
const OWN: [&str; 4] = [
    "notification-bell-protocol",
    "notification-bell-server",
    "notification-bell-bench",
    "notification-bell-feed-bench",
];
/// Everything that the unit tests are compiled with is the same here, and not compiled again.
const COUNTING: [&str; 11] = [
    "bench",
    "--quiet",
    "--workspace",
    "--exclude",
    "notification-bell-tests",
    "--profile",
    "dev",
    "--bench",
    "hot_paths",
    "--",
    "--instructions",
];

/// Counts, and holds the numbers against their limits.
///
/// # Errors
/// If something cannot be built or counted, or takes more than its limit.
pub(crate) fn instructions(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let can_count = setup::valgrind(workspace, steps)?;
    steps.check("instructions", |terminal| {
        if !can_count || !is_like_others() {
            return Ok(Outcome::LeftOut);
        }
        let mut cargo = workspace.cargo(&[]);
        for package in OWN {
            for setting in ["opt-level=1", "codegen-units=4"] {
                cargo.arg("--config").arg(format!("profile.dev.package.{package}.{setting}"));
            }
        }
        let said = process::run_quietly(cargo.args(COUNTING))?;
        let counted: Vec<(String, usize)> = said.lines().filter_map(counted).collect();
        for (name, number) in &counted {
            terminal.note(&format!("{name:16} {number:>10}"));
        }
        limits::check_instructions(workspace, &counted).map(|()| Outcome::Done)
    });
    steps.summary()
}

/// Whether this machine's numbers are those of others.
fn is_like_others() -> bool {
    #[cfg(target_arch = "x86_64")]
    let is = cfg!(target_os = "linux") && std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let is = false;
    is
}

/// A name and a number.
fn counted(line: &str) -> Option<(String, usize)> {
    let (name, number) = line.split_once(' ')?;
    Some((name.to_owned(), number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_has_a_name_and_a_number() {
        assert_eq!(super::counted("proof-check 4711"), Some(("proof-check".to_owned(), 4711)));
        assert_eq!(super::counted("something else"), None);
    }
}

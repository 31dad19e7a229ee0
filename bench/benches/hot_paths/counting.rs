//! How many instructions each path takes, by callgrind.
//!
//! The program is run twice for each, doing it a few times and many times: the difference, by the number, is what one
//! takes, whatever its preparation took. So the work of other threads counts, such as the one that writes to the
//! database, which counting from one function's begin to its end (as gungraun does, with a runner to be installed
//! beside it) would miss.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it counted")]

use std::{
    env,
    process::{Command, ExitCode, Stdio},
    thread,
};

use crate::paths;

/// Asks this program to do one path so often.
pub(crate) const DO: &str = "--do";
/// Caches are warm by then, and tables of hashes have their size.
const FEW: u32 = 100;
const MANY: u32 = 600;

/// Prints a line for each path.
pub(crate) fn count_all() -> ExitCode {
    let counted = thread::scope(|scope| {
        let one =
            |name| move || Some((count(name, MANY)?.checked_sub(count(name, FEW)?)?) / u64::from(MANY - FEW));
        let threads: Vec<_> = paths::ALL.iter().map(|(name, _)| (*name, scope.spawn(one(name)))).collect();
        threads.into_iter().map(|(name, thread)| (name, thread.join().ok().flatten())).collect::<Vec<_>>()
    });
    let mut outcome = ExitCode::SUCCESS;
    for (name, number) in counted {
        if let Some(number) = number {
            println!("{name} {number}");
        } else {
            eprintln!("{name} could not be counted");
            outcome = ExitCode::FAILURE;
        }
    }
    outcome
}

/// All instructions of this program while it does one path so often.
fn count(name: &str, times: u32) -> Option<u64> {
    let valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .args([DO, name, &times.to_string()])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&valgrind.stderr);
    let number = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    if number.is_none() || !valgrind.status.success() {
        eprintln!("{said}");
        return None;
    }
    number
}

/// Does one path so often.
pub(crate) fn do_it(name: &str, times: &str) -> ExitCode {
    let prepare = paths::ALL.iter().find(|(known, _)| *known == name).map(|(_, prepare)| prepare);
    let (Some(prepare), Ok(times)) = (prepare, times.parse::<u32>()) else { return ExitCode::FAILURE };
    let mut act = prepare();
    for _ in 0..times {
        act();
    }
    ExitCode::SUCCESS
}

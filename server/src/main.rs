//! The program: reads the command line, does what it says, and ends with 0, 1 (it failed, or the answer is no) or
//! 2 (wrong usage).

use std::process::ExitCode;

fn main() -> ExitCode {
    notification_bell_server::cli::run()
}

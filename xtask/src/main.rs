//! `cargo xtask`: everything one does with this repository, as commands that do their own set-up.
//!
//! A program rather than shell scripts, so that it needs nothing but the Rust toolchain that the project needs anyway,
//! and can be tested. The commands are in [`commands`]; what they share is one file for each thing.

mod attacks;
mod cli;
mod commands;
mod component;
mod deploy_files;
mod engine;
mod failure;
mod fallback;
mod fingerprint;
mod glue;
mod limits;
mod lock;
mod pages;
mod postgres;
mod process;
mod reorder;
mod server;
mod setup;
mod shrink;
mod sizes;
mod split;
mod steps;
mod terminal;
mod versions;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Task};
use component::Library;
use steps::Steps;
use terminal::Terminal;
use workspace::Workspace;

/// Exits with 0 if everything worked, 1 if something failed and 2 (from clap) on wrong usage.
fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::detect();
    let mut steps = Steps::new(terminal);
    let outcome = Workspace::find().and_then(|workspace| match cli.task {
        Task::Run { port, build } => commands::run::run(&workspace, &mut steps, port, Library::of(build)),
        Task::Test { only, browser, build } => {
            commands::test::test(&workspace, &mut steps, only, browser, Library::of(build))
        }
        Task::Dist { build } => commands::dist::dist(&workspace, &mut steps, Library::of(build)),
        Task::FirstPart => commands::first_part::first_part(&workspace, &mut steps),
        Task::Bench { inner: true, .. } => commands::bench::inner(&workspace, &mut steps),
        Task::Bench { arguments, .. } => commands::bench::bench(&workspace, &mut steps, &arguments),
        Task::Instructions => commands::instructions::instructions(&workspace, &mut steps),
        Task::Fuzz { seconds, seeds, target } => {
            let seconds = (!seeds).then_some(seconds);
            commands::fuzz::fuzz(&workspace, &mut steps, seconds, target.as_deref())
        }
        Task::Lint => commands::lint::lint(&workspace, &mut steps),
        Task::Advisories => commands::advisories::advisories(&workspace, &mut steps),
        Task::Setup { lint } => commands::setup::setup(&workspace, &mut steps, lint),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.error(&failure);
            ExitCode::FAILURE
        }
    }
}

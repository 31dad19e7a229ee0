//! Measures the release from outside, on loopback, with everything switched on but its quotas.
//!
//! It says what was reached of the targets and fails for none of them: times of one machine say little about another, and
//! a check of them would fail by chance. What has to stay quick is held by counts, of rows and statements beside the code
//! and of instructions by `cargo xtask instructions`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its findings")]

mod element;
mod inboxes;
mod latencies;
mod nchan;
mod nodes;
mod page;
mod progress;
mod report;
mod sends;
mod streams;
mod theirs;
mod whole_run;

use std::{error::Error, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use tokio::time::timeout;

/// Measures Notification Bell on this machine
#[derive(Debug, Parser)]
#[command(after_help = "Example: cargo xtask bench -- all --rows 10000000")]
struct Arguments {
    #[command(subcommand)]
    load: Load,
    /// End it after so many seconds, with the servers that it started
    #[arg(long, global = true)]
    limit: Option<u64>,
}

#[derive(Debug, Subcommand)]
enum Load {
    /// All of them one after the other, and the page of what they measured: some minutes
    #[command(after_help = "Example: cargo xtask bench -- all --without-page")]
    All(whole_run::Arguments),
    /// Sends, lists and syncs with a database that is as full as asked for
    #[command(after_help = "Example: cargo xtask bench -- inboxes --rows 10000000")]
    Inboxes(inboxes::Arguments),
    /// Durable sends to single users: how many a second, and how long each takes
    #[command(after_help = "Example: cargo xtask bench -- sends --connections 64,256")]
    Sends(sends::Arguments),
    /// Several servers on one PostgreSQL with a Redis: sends, and the way from one to the streams at another
    #[command(after_help = "Example: cargo xtask bench -- nodes --nodes 1,3")]
    Nodes(nodes::Arguments),
    /// Open streams: their memory, how quickly they open, and how what is sent reaches them
    #[command(after_help = "Example: cargo xtask bench -- streams --streams 10000")]
    Streams(streams::Arguments),
    /// The element in Chromium: how soon it is there, and what many items cost its page
    #[command(after_help = "Example: cargo xtask bench -- element --times 9")]
    Element(element::Arguments),
    /// Write the page of what was measured before, one by one
    #[command(after_help = "Example: cargo xtask bench -- page streams.json sends.json")]
    Page(page::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { load, limit } = Arguments::parse();
    // Each stream is an open file. Where there are too few all the same, what could not be opened says so.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let outcome = match limit {
        Some(seconds) => timeout(Duration::from_secs(seconds), run(load))
            .await
            .unwrap_or_else(|_| Err(format!("it was not done after {seconds} s").into())),
        None => run(load).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(load: Load) -> Result<(), Box<dyn Error>> {
    match load {
        Load::All(arguments) => whole_run::run(arguments).await,
        Load::Inboxes(arguments) => inboxes::run(arguments).await,
        Load::Sends(arguments) => sends::run(arguments).await,
        Load::Nodes(arguments) => nodes::run(arguments).await,
        Load::Streams(arguments) => streams::run(arguments).await,
        Load::Element(arguments) => element::run(arguments).await,
        Load::Page(arguments) => page::run(&arguments),
    }
}

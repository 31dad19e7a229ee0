//! Measures the release from outside, on loopback, with everything switched on but its quotas.
//!
//! It prints what it measured and judges nothing: times of one machine say little about another, and a check of them
//! would fail by chance. What has to stay quick is held by counts of rows and of statements, beside the code.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its findings")]

mod element;
mod findings;
mod inboxes;
mod latencies;
mod nchan;
mod sends;
mod streams;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures Notification Bell on this machine
#[derive(Debug, Parser)]
#[command(after_help = "Example: cargo xtask bench -- inboxes --rows 10000000")]
struct Arguments {
    #[command(subcommand)]
    load: Load,
}

#[derive(Debug, Subcommand)]
enum Load {
    /// Sends, lists and syncs with a database that is as full as asked for
    #[command(after_help = "Example: cargo xtask bench -- inboxes --rows 10000000")]
    Inboxes(inboxes::Arguments),
    /// Durable sends to single users: how many a second, and how long each takes
    #[command(after_help = "Example: cargo xtask bench -- sends --connections 64,256")]
    Sends(sends::Arguments),
    /// Open streams: their memory, how quickly they open, and how what is sent reaches them
    #[command(after_help = "Example: cargo xtask bench -- streams --streams 10000")]
    Streams(streams::Arguments),
    /// The element in Chromium: how soon it is there, and what many items cost its page
    #[command(after_help = "Example: cargo xtask bench -- element --times 9")]
    Element(element::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().load {
        Load::Inboxes(arguments) => inboxes::run(arguments).await,
        Load::Sends(arguments) => sends::run(arguments).await,
        Load::Streams(arguments) => streams::run(arguments).await,
        Load::Element(arguments) => element::run(arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

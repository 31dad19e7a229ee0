//! What can be asked of `cargo xtask`: its commands, options and help texts.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::engine::Engine;

/// Everything one does with this repository. Each command sets up what it needs, and is quick the second time.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Build everything and serve the demo until Ctrl-C
    ///
    /// The demo's database is kept in target/demo/; remove that folder to start anew.
    #[command(after_help = "Example: cargo xtask run --port 8080")]
    Run {
        /// The port on loopback
        #[arg(long, default_value_t = 3001, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        #[command(flatten)]
        build: Build,
    },
    /// Run every test: unit tests, then the real server from outside, then behind nginx and in real browsers
    #[command(after_help = "Example: cargo xtask test --only api")]
    Test {
        /// Run one group only; `unit` needs no set-up, and all but `browser` need no browser
        #[arg(long)]
        only: Option<Group>,
        /// Use this browser alone
        #[arg(long)]
        browser: Option<Engine>,
        #[command(flatten)]
        build: Build,
    },
    /// Make the release: target/dist/notification-bell-server, with the element's files inside it
    #[command(after_help = "Example: cargo xtask dist && target/dist/notification-bell-server --help")]
    Dist {
        #[command(flatten)]
        build: Build,
    },
    /// See anew in Chromium which functions of the element's wasm opening the panel runs: xtask/first-part.txt
    #[command(after_help = "Example: cargo xtask first-part")]
    FirstPart,
    /// Measure how quick the release is on this machine, and write docs/PERFORMANCE.md
    ///
    /// Without arguments everything is measured, beside nginx with nchan where both are installed, in some minutes;
    /// with them one load, and nothing is written.
    #[command(after_help = "Example: cargo xtask bench -- streams --streams 1000")]
    Bench {
        /// Only the inner parts, by criterion: proof, token, send, sync, frame, and the merge of the element's feed, which is
        /// measured as wasm in Node.js too
        #[arg(long, conflicts_with = "arguments")]
        inner: bool,
        /// A load and its options; `--help` lists them
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Count the instructions of what a busy server does most, and hold them against xtask/instruction-limits.txt
    ///
    /// By valgrind, and so the same on a busy machine; left out where there is none.
    #[command(after_help = "Example: cargo xtask instructions")]
    Instructions,
    /// Try what has to hold for every input on as many as there is time for
    ///
    /// What is found lies in target/fuzz/faults/; run the target's program with such a file to see it again.
    #[command(after_help = "Example: cargo xtask fuzz --target proof --seconds 600")]
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        seconds: u32,
        /// Make up nothing, and try the inputs of server/fuzz/seeds/ alone, which are the same every time
        #[arg(long, conflicts_with = "seconds")]
        seeds: bool,
        /// Run one target only: a file of server/fuzz/targets/ without its ending
        #[arg(long)]
        target: Option<String>,
    },
    /// Check formatting, lints, licences, the syntax of the JavaScript and the files in `deploy/`
    #[command(after_help = "Example: cargo xtask lint")]
    Lint,
    /// Ask the advisory database whether a dependency has a known fault (needs network)
    #[command(after_help = "Example: cargo xtask advisories")]
    Advisories,
    /// Only set up: wasm target, Trunk, wasm-bindgen, wasm-opt, nginx and what else operators use, valgrind, browsers
    ///
    /// Tools go to .tools/ in the workspace; nothing is installed twice, and nothing that is on the PATH already.
    #[command(after_help = "Example: cargo xtask setup")]
    Setup {
        /// Install cargo-deny and the linters of `deploy/` too, so that `lint` can check everything
        #[arg(long)]
        lint: bool,
    },
}

/// How the element is built.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Build {
    /// Leave the element's standard library as the toolchain has it, and make no translation for pages that block
    /// WebAssembly: quicker, a tenth larger, no flags of a nightly toolchain, and a panic says what it was
    #[arg(long)]
    pub(crate) ordinary: bool,
}

/// A group of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// Tests beside the code
    Unit,
    /// The HTTP contract, through the real binary
    Api,
    /// The same on PostgreSQL
    Postgres,
    /// Nothing acknowledged is lost when the server is killed
    Crash,
    /// Several servers on one `PostgreSQL` that wake each other's streams through Redis, and lose each other
    Nodes,
    /// The server behind nginx, with the file that operators use
    Proxy,
    /// The element and the demo page in Chromium, the element in Firefox and `WebKitGTK` too
    Browser,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let example = format!("Example: cargo xtask {}", command.get_name());
            assert!(help.starts_with(&example), "{}: {help:?}", command.get_name());
        }
    }

    #[test]
    fn port_zero_is_wrong_usage() {
        let error = Cli::try_parse_from(["xtask", "run", "--port", "0"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }
}

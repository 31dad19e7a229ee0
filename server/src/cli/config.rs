//! `config`: show settings.

use clap::Subcommand;

use super::output;
use crate::config::DEFAULT;

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every setting with its default and what it means
    #[command(after_help = "Example:
  notification-bell-server config print-default > bell.toml")]
    PrintDefault,
}

impl ConfigCommand {
    pub(super) fn run(&self) {
        match self {
            Self::PrintDefault => output::line(DEFAULT.trim_end()),
        }
    }
}

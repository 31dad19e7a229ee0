//! `openapi`: the description of the API, without a server.

use clap::Args;

use super::{CommandError, output};
use crate::description;

/// Print the description of the API.
#[derive(Args)]
#[command(after_help = "Example:
  notification-bell-server openapi > openapi.json")]
pub(super) struct OpenapiCommand {}

impl OpenapiCommand {
    #[expect(clippy::unused_self, reason = "every command runs in this way")]
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let text = description::describe("").to_pretty_json();
        output::line(&text.map_err(|error| CommandError::Failed(error.to_string()))?);
        Ok(())
    }
}

//! `project rotate-secret`.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::{
    cli::{CommandError, office::Office, output},
    project::{self, Rotation},
    store::Actor,
};

#[derive(Args)]
pub(in crate::cli) struct RotateSecret {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// How long the present secret is still accepted; 0s ends it, and every session, at once
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = humantime::parse_duration)]
    previous_valid_for: Duration,
    /// Rotate although the secret before the present one is still accepted
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl RotateSecret {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let previous_valid_for_ms = i64::try_from(self.previous_valid_for.as_millis()).unwrap_or(i64::MAX);
        let secret = project::rotate_secret(
            &*office.store,
            &office.master_key,
            &*office.randomness,
            &project,
            office.clock.now(),
            Rotation { previous_valid_for_ms, force: self.force },
            Actor::CommandLine,
        )
        .await?;
        let project = office.project(Some(&project.id)).await?;
        let previous_until =
            project.previous_secret.map(|previous| previous.until).filter(|_| previous_valid_for_ms > 0);
        if self.json {
            output::json(
                &json!({ "id": project.id, "apiSecretKey": secret, "previousValidUntil": previous_until }),
            );
            return Ok(());
        }
        output::fields(&[
            ("apiSecretKey", secret),
            ("previous until", previous_until.map_or("ended".to_owned(), |until| until.to_string())),
        ]);
        Ok(())
    }
}

//! `project create`.

use clap::Args;
use serde_json::json;

use super::{UserIds, retention};
use crate::{
    auth::{origin::AllowedOrigin, proofs::ProofKind},
    cli::{CommandError, input, office::Office, output},
    languages::Locale,
    project::{self, ProjectRequest},
    store::{Actor, Retention},
};

/// Fewer characters are guessed by whoever sees one proof.
const SHORT_SECRET: usize = 16;

#[derive(Args)]
pub(in crate::cli) struct Create {
    /// A name that no other project has
    #[arg(long)]
    name: String,
    /// Use a public key that pages have already
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Use a secret that backends have already; - reads it from standard input, where no list of processes shows it
    #[arg(long, value_name = "SECRET")]
    api_secret_key: Option<String>,
    /// Allow pages of this origin; may be repeated. Without any, every page is allowed
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<AllowedOrigin>,
    /// How its user ids are written
    #[arg(long, value_enum, default_value = "lowercase")]
    user_ids: UserIds,
    /// Accept this kind of proof; may be repeated. Without any, all of them
    #[arg(long = "proof", value_enum, value_name = "KIND")]
    proofs: Vec<ProofKind>,
    /// The language of those whose own a notification does not have, such as pt-BR
    #[arg(long, default_value_t)]
    locale: Locale,
    /// For how long what was sent is kept: whole days, such as 90d, or off
    #[arg(long, value_name = "DAYS", default_value = "180d", value_parser = retention::parse)]
    retention: Retention,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Create {
    pub(super) async fn run(self, office: &Office) -> Result<(), CommandError> {
        let api_secret_key = self.api_secret_key.map(input::line_or_standard_input).transpose()?;
        if api_secret_key.as_ref().is_some_and(|secret| secret.len() < SHORT_SECRET) {
            output::warning(
                "the imported secret is so short that it can be guessed: rotate it soon (project rotate-secret)",
            );
        }
        let request = ProjectRequest {
            name: self.name,
            api_key: self.api_key,
            api_secret_key,
            origins: self.origins,
            proofs: self.proofs,
            user_id_rule: self.user_ids.into(),
            locale: self.locale,
            retention: self.retention,
        };
        let made = project::create(
            &*office.store,
            &office.master_key,
            &office.ids,
            &*office.randomness,
            request,
            Actor::CommandLine,
        )
        .await?;
        if self.json {
            output::json(&json!({
                "id": made.project.id,
                "name": made.project.name,
                "apiKey": made.project.api_key,
                "apiSecretKey": made.api_secret_key,
                "backendKey": made.backend_key,
                "origins": made.project.origins,
                "createdAt": made.project.created_at,
            }));
            return Ok(());
        }
        output::fields(&[
            ("id", made.project.id),
            ("name", made.project.name),
            ("apiKey", made.project.api_key),
            ("apiSecretKey", made.api_secret_key),
            ("backendKey", made.backend_key),
        ]);
        output::line("");
        output::line(
            "apiKey goes into the page. apiSecretKey makes the proofs and backendKey sends: both stay in your backend.",
        );
        output::line("backendKey is not kept and cannot be shown again.");
        if made.project.origins.is_empty() {
            output::line(
                "Pages of any origin may use this project: name yours with --origin when it goes live.",
            );
        }
        Ok(())
    }
}

//! `hmac` and `check-hmac`: make a proof, and find out why one does not hold.

use std::time::Duration;

use clap::Args;
use notification_bell_protocol::Timestamp;
use serde_json::json;

use super::{CommandError, input, office::Office, output};
use crate::{
    auth::{
        diagnosis::{Case, diagnose},
        grant, project_secret,
        proofs::{self, ProofFault, ProofKind, Proved, Secrets, expiring, plain},
        user_id::UserId,
    },
    config::Settings,
    store::Project,
};

#[derive(Args)]
#[command(after_help = "Example:
  notification-bell-server hmac --project Shop --expires-in 1h -- user@example.com")]
pub(super) struct HmacCommand {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// Make a proof that ends, such as 1h; at most 7d
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    expires_in: Option<Duration>,
    /// The user id
    #[arg(value_name = "USER_ID")]
    user_id: String,
}

#[derive(Args)]
#[command(after_help = "Example:
  notification-bell-server check-hmac --project Shop -- user@example.com 'Cj69krrGeL1LxdFXbEh8H5rRPjIheOJ9n93Cx8lQRkM='")]
pub(super) struct CheckHmacCommand {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The user id, as the page has it
    #[arg(value_name = "USER_ID")]
    user_id: String,
    /// The proof, as the page has it; - reads it from standard input
    #[arg(value_name = "USER_HMAC")]
    user_hmac: String,
}

impl HmacCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| self.prove(office).await).await
    }

    async fn prove(&self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        UserId::parse(&self.user_id, project.user_id_rule)
            .map_err(|fault| CommandError::Failed(format!("this is no user id of the project: {fault}")))?;
        if self
            .expires_in
            .is_some_and(|wait| wait.as_millis() > u128::from(expiring::MAX_AHEAD_MS.unsigned_abs()))
        {
            return Err(CommandError::Usage(
                "a proof lasts 7 days at most: make it shorter, and anew for each page".to_owned(),
            ));
        }
        let kind = if self.expires_in.is_some() { ProofKind::HmacV2 } else { ProofKind::Hmac };
        if !project.proofs.contains(&kind) {
            return Err(CommandError::Failed(format!(
                "this project does not accept proofs of the kind {}: see `project set --proof`",
                kind.as_str()
            )));
        }
        let secret = office.secrets(&project)?.current;
        let proof = match self.expires_in {
            None => plain::prove(&secret, &self.user_id),
            Some(wait) => {
                let expires_at =
                    office.clock.now().plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                expiring::prove(&secret, &self.user_id, expires_at)
            }
        };
        output::line(&proof);
        Ok(())
    }
}

impl CheckHmacCommand {
    pub(super) async fn run(mut self, settings: &Settings) -> Result<(), CommandError> {
        self.user_hmac = input::argument_or_standard_input(self.user_hmac)?;
        Office::work(settings, async |office| self.check(office).await).await
    }

    async fn check(&self, office: &Office) -> Result<(), CommandError> {
        let project = office.project(self.project.as_deref()).await?;
        let secrets = office.secrets(&project)?;
        let mistake = self.mistake(office, &project, &secrets).await?;
        if self.json {
            output::json(&json!({ "holds": mistake.is_none(), "mistake": mistake }));
        } else {
            let text = mistake.as_ref().map_or("the proof holds".to_owned(), |mistake| {
                format!("the proof does not hold: {mistake}")
            });
            output::line(&text);
        }
        if mistake.is_none() { Ok(()) } else { Err(CommandError::No) }
    }

    /// What is wrong with the proof; `None` if it holds.
    async fn mistake(
        &self,
        office: &Office,
        project: &Project,
        secrets: &Secrets,
    ) -> Result<Option<String>, CommandError> {
        if let Err(fault) = UserId::parse(&self.user_id, project.user_id_rule) {
            return Ok(Some(fault.to_string()));
        }
        if !project.proofs.contains(&ProofKind::of(&self.user_hmac)) {
            return Ok(Some("this project does not accept this kind of proof".to_owned()));
        }
        match proofs::verify(secrets, &self.user_id, &self.user_hmac, office.clock.now()) {
            Ok(proved) => return self.refusal(office, project, &proved).await,
            Err(ProofFault::Expired) => {
                let end = self.user_hmac.split('.').nth(1).and_then(|end| end.parse().ok()).unwrap_or(0_i64);
                let end = Timestamp::from_unix_ms(end.saturating_mul(1_000));
                return Ok(Some(format!("it was right until {end}: the page needs a fresh one")));
            }
            Err(ProofFault::TooFarAhead) => {
                return Ok(Some(
                    "its end is more than 7 days ahead: make it shorter, and anew for each page".to_owned(),
                ));
            }
            Err(ProofFault::Unreadable | ProofFault::Mismatch) => {}
        }
        let mut others = Vec::new();
        for other in office.store.projects().await? {
            if other.key != project.key {
                others.push((other.name.clone(), office.secrets(&other)?.current));
            }
        }
        let ended = project_secret::open_ended(&office.master_key, project, office.clock.now())?;
        let case = Case {
            secret: &secrets.current,
            ended: ended.as_ref(),
            api_key: &project.api_key,
            others: &others,
            user_id: &self.user_id,
            proof: &self.user_hmac,
        };
        let unknown = || {
            format!(
                "it has the form of a proof, but of another user id or under another secret than this project's. Compare \
                 what your backend makes with `hmac`, and have it print the id in quotes and the length of the secret, \
                 which is {}",
                secrets.current.len()
            )
        };
        Ok(Some(diagnose(&case).unwrap_or_else(unknown)))
    }

    /// Why a proof that holds opens no session.
    async fn refusal(
        &self,
        office: &Office,
        project: &Project,
        proved: &Proved,
    ) -> Result<Option<String>, CommandError> {
        let Ok(user) = UserId::parse(&self.user_id, project.user_id_rule) else { return Ok(None) };
        let standing = office.store.session_standing(&project.id, &user, "").await?;
        let refused = standing.and_then(|standing| grant::check(&standing, proved).err());
        Ok(refused.map(|error| format!("it is right, and refused: {error}")))
    }
}

//! `hmac` and `check-hmac`: make a proof, and find out why one does not hold.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::{CommandError, office::Office, output};
use crate::{
    auth::{
        diagnosis::{Case, diagnose},
        proofs::{self, ProofFault, ProofKind, Secrets, expiring, plain},
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
    /// The proof, as the page has it
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
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
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
            Ok(_) => return Ok(None),
            Err(ProofFault::Expired) => return Ok(Some("it was right and has expired".to_owned())),
            Err(ProofFault::Invalid) => {}
        }
        let mut others = Vec::new();
        for other in office.store.projects().await? {
            if other.key != project.key {
                others.push((other.name.clone(), office.secrets(&other)?.current));
            }
        }
        let case = Case {
            secret: &secrets.current,
            api_key: &project.api_key,
            others: &others,
            user_id: &self.user_id,
            proof: &self.user_hmac,
        };
        let unknown =
            "it has the form of a proof, but of another user id or under another secret than this project's";
        Ok(Some(diagnose(&case).unwrap_or_else(|| unknown.to_owned())))
    }
}

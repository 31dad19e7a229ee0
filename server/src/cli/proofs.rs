//! `hmac` and `check-hmac`: make a proof, and find out why one does not hold.

use clap::Args;
use serde_json::json;

use super::{CommandError, office::Office, output};
use crate::{
    auth::{
        diagnosis::{Case, diagnose},
        proof,
        user_id::UserId,
    },
    config::Settings,
};

#[derive(Args)]
#[command(after_help = "Example:
  notification-bell-server hmac --project Shop -- user@example.com")]
pub(super) struct HmacCommand {
    /// The project's id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
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
        let office = Office::open(settings)?;
        let project = office.project(self.project.as_deref()).await?;
        UserId::parse(&self.user_id, project.user_id_rule)
            .map_err(|fault| CommandError::Failed(format!("this is no user id of the project: {fault}")))?;
        output::line(&proof::prove(&office.secret(&project)?, &self.user_id));
        Ok(())
    }
}

impl CheckHmacCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let office = Office::open(settings)?;
        let project = office.project(self.project.as_deref()).await?;
        let secret = office.secret(&project)?;
        let mut others = Vec::new();
        for other in office.store.projects().await? {
            if other.key != project.key {
                others.push((other.name.clone(), office.secret(&other)?));
            }
        }
        let mistake = match UserId::parse(&self.user_id, project.user_id_rule) {
            Err(fault) => Some(fault.to_string()),
            Ok(_) if proof::verify(&secret, &self.user_id, &self.user_hmac).is_ok() => None,
            Ok(_) => Some(
                diagnose(&Case {
                    secret: &secret,
                    api_key: &project.api_key,
                    others: &others,
                    user_id: &self.user_id,
                    proof: &self.user_hmac,
                })
                .unwrap_or_else(|| {
                    "it has the form of a proof, but of another user id or under another secret than this project's".to_owned()
                }),
            ),
        };
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
}

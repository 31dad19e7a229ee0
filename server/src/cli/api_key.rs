//! `api-key`: make, show and revoke the keys of backends.

use std::time::Duration;

use clap::{Args, Subcommand};
use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};

use super::{CommandError, office::Office, output};
use crate::{
    auth::scope::Scope,
    config::Settings,
    project::{BackendKeyRequest, create_backend_key},
    store::{Actor, AuditAction, BackendKey},
};

#[derive(Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Make a key; it is shown this once
    #[command(after_help = "Example:
  notification-bell-server api-key create --project Shop --name Mailer --scope notifications:write --expires-in 90d")]
    Create(Create),
    /// List the keys of a project, never the keys themselves
    #[command(after_help = "Example:
  notification-bell-server api-key list --project Shop --json")]
    List {
        /// Its id, name or apiKey; with one project it may be left out
        #[arg(long)]
        project: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key: it stops working with the next request
    #[command(after_help = "Example:
  notification-bell-server api-key revoke 019a9f2e-7c1b-7b1a-8c53-2b7f4a1d9e10")]
    Revoke {
        /// The key's id, as `api-key list` shows it
        id: String,
    },
}

#[derive(Args)]
pub(super) struct Create {
    /// Its id, name or apiKey; with one project it may be left out
    #[arg(long)]
    project: Option<String>,
    /// What the key is for
    #[arg(long)]
    name: String,
    /// What it may do; may be repeated. Without any, everything
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<Scope>,
    /// When it stops working by itself, such as 90d or 12h
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    expires_in: Option<Duration>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ApiKeyCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| match self {
            Self::Create(create) => create.run(office).await,
            Self::List { project, json } => list(office, project.as_deref(), json).await,
            Self::Revoke { id } => {
                if revoke(office, &id).await? {
                    return Ok(());
                }
                Err(CommandError::Failed(format!("no key has the id {id}: see `api-key list`")))
            }
        })
        .await
    }
}

impl Create {
    async fn run(self, office: &Office) -> Result<(), CommandError> {
        if self.name.trim().is_empty() || self.name.chars().any(char::is_control) {
            return Err(CommandError::Usage("a key needs a name without control characters".to_owned()));
        }
        if self.expires_in.is_some_and(|wait| wait.is_zero()) {
            return Err(CommandError::Usage("a key that expires at once is of no use".to_owned()));
        }
        let project = office.project(self.project.as_deref()).await?;
        let scopes = if self.scopes.is_empty() { Scope::ALL.to_vec() } else { self.scopes };
        let expires_at = self
            .expires_in
            .map(|wait| office.clock.now().plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
        let (kept, key) = create_backend_key(
            &*office.store,
            &office.ids,
            &*office.randomness,
            &project,
            BackendKeyRequest { name: self.name, scopes, expires_at },
            Actor::CommandLine,
        )
        .await?;
        if self.json {
            let mut value = describe(&kept);
            value["key"] = key.into();
            output::json(&value);
            return Ok(());
        }
        output::fields(&[
            ("id", kept.id),
            ("name", kept.name),
            ("key", key),
            ("scopes", texts(&kept.scopes)),
            ("expires", moment(kept.expires_at)),
        ]);
        output::line("");
        output::line("The key is not kept and cannot be shown again.");
        Ok(())
    }
}

async fn revoke(office: &Office, id: &str) -> Result<bool, CommandError> {
    let mut audit = office.audit(AuditAction::ApiKeyRevoked).about(id);
    for project in office.store.projects().await? {
        if office.store.backend_keys(project.key).await?.iter().any(|key| key.id == id) {
            audit = audit.in_project(&project.id);
        }
    }
    Ok(office.store.revoke_backend_key(id, audit).await?)
}

async fn list(office: &Office, project: Option<&str>, json: bool) -> Result<(), CommandError> {
    let project = office.project(project).await?;
    let keys = office.store.backend_keys(project.key).await?;
    if json {
        output::json(&keys.iter().map(describe).collect());
        return Ok(());
    }
    let rows: Vec<Vec<String>> = keys
        .into_iter()
        .map(|key| {
            vec![
                key.id,
                key.name,
                texts(&key.scopes),
                moment(key.expires_at),
                moment(key.last_used_at),
                moment(key.revoked_at),
            ]
        })
        .collect();
    output::table(&["id", "name", "scopes", "expires", "last used", "revoked"], &rows);
    Ok(())
}

fn describe(key: &BackendKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "lastUsedAt": key.last_used_at,
        "revokedAt": key.revoked_at,
    })
}

fn texts(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_string())
}

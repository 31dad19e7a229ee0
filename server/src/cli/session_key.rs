//! `session-key`: show and renew the keys that session tokens are made with.

use std::sync::Arc;

use clap::Subcommand;
use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};

use super::{CommandError, office::Office, output};
use crate::{
    auth::{session_key_rotation::verifies_until, session_keys::SessionKeys},
    config::Settings,
    store::{Actor, StoredSessionKey},
};

#[derive(Subcommand)]
pub(super) enum SessionKeyCommand {
    /// List the keys, never the keys themselves; the newest makes tokens
    #[command(after_help = "Example:
  notification-bell-server session-key list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new key now, as the server does every 30 days; open sessions go on
    #[command(after_help = "Examples:
  notification-bell-server session-key rotate
  notification-bell-server session-key rotate --end-sessions")]
    Rotate {
        /// Remove all other keys at once, because one may have leaked: every session and stream ends
        #[arg(long)]
        end_sessions: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl SessionKeyCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        Office::work(settings, async |office| match self {
            Self::List { json } => list(office, json).await,
            Self::Rotate { end_sessions, json } => rotate(office, end_sessions, json).await,
        })
        .await
    }
}

async fn list(office: &Office, json: bool) -> Result<(), CommandError> {
    let keys = office.store.session_keys().await?;
    if json {
        output::json(&with_end(&keys).map(|(key, end)| describe(key, end)).collect());
        return Ok(());
    }
    let rows: Vec<Vec<String>> = with_end(&keys)
        .map(|(key, end)| {
            let end = end.map_or_else(|| "makes tokens".to_owned(), |at| at.to_string());
            vec![key.id.clone(), key.created_at.to_string(), end]
        })
        .collect();
    output::table(&["id", "created", "verifies until"], &rows);
    Ok(())
}

/// Each key with the time until which it verifies tokens; the first and newest has none yet.
fn with_end(keys: &[StoredSessionKey]) -> impl Iterator<Item = (&StoredSessionKey, Option<Timestamp>)> {
    let ends = keys.iter().map(|successor| Some(verifies_until(successor.created_at)));
    keys.iter().zip(std::iter::once(None).chain(ends))
}

fn describe(key: &StoredSessionKey, verifies_until: Option<Timestamp>) -> Value {
    json!({ "id": key.id, "createdAt": key.created_at, "verifiesUntil": verifies_until })
}

async fn rotate(office: &Office, end_sessions: bool, json: bool) -> Result<(), CommandError> {
    // Read first: a key sealed under another master key than the server's would be of no use to it.
    let keys = SessionKeys::load(Arc::clone(&office.store), Arc::clone(&office.master_key)).await?;
    let id = keys.rotate(end_sessions, &*office.clock, &*office.randomness, Actor::CommandLine).await?;
    if json {
        output::json(&json!({ "id": id }));
        return Ok(());
    }
    output::fields(&[("id", id)]);
    if end_sessions {
        output::line("");
        output::line("Every session has ended. Pages open new ones by themselves.");
    }
    Ok(())
}

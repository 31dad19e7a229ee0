//! `restore`: a backup in the place of the database, once it was found to be sound.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{CommandError, output};
use crate::{
    auth::{project_secret, session_keys},
    clock::{Clock, SystemClock},
    config::{Database, Settings},
    randomness::SystemRandomness,
    store::{
        Actor, AuditAction, AuditEntry,
        sqlite::{BackupError, Restoration},
    },
};

#[derive(Args)]
#[command(after_help = "Example:
  notification-bell-server restore /backups/bell-2027-01-31.db

Stop the server first, and put the master key of the backup in its place. Pages load their lists again afterwards.")]
pub(super) struct RestoreCommand {
    /// The backup
    file: PathBuf,
    /// Replace the database that is there
    #[arg(long)]
    force: bool,
    /// Go on delivering what waited for webhooks when the backup was made. Without it, that is left as failed, and can be
    /// replayed one by one: most of it was told long ago
    #[arg(long)]
    keep_deliveries: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl RestoreCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Self { file, force, keep_deliveries, json } = self;
        let settings = settings.clone();
        let work = tokio::task::spawn_blocking(move || restore(&settings, &file, force, keep_deliveries));
        let Restored { database, projects, ended_deliveries } =
            work.await.map_err(|error| CommandError::Failed(error.to_string()))??;
        if json {
            output::json(
                &json!({ "database": database, "projects": projects, "endedDeliveries": ended_deliveries }),
            );
        } else {
            output::fields(&[
                ("database", database.display().to_string()),
                ("projects", projects.join(", ")),
                ("deliveries not tried again", ended_deliveries.to_string()),
            ]);
        }
        Ok(())
    }
}

struct Restored {
    database: PathBuf,
    /// Their names.
    projects: Vec<String>,
    ended_deliveries: usize,
}

fn restore(
    settings: &Settings,
    file: &Path,
    force: bool,
    keep_deliveries: bool,
) -> Result<Restored, CommandError> {
    let Database::Sqlite(database) = settings.database() else {
        return Err(CommandError::Usage(
            "PostgreSQL is restored by its own tools: see what they say of pg_restore".to_owned(),
        ));
    };
    let restoration = Restoration::prepare(file, database, force, &SystemRandomness)?;
    let projects = restoration.projects()?;
    check_secrets(settings, &restoration)?;
    let ended_deliveries = if keep_deliveries { 0 } else { restoration.end_deliveries()? };
    let audit = AuditEntry::new(SystemClock.now(), Actor::CommandLine, AuditAction::DatabaseRestored)
        .with("endedDeliveries", ended_deliveries);
    restoration.put_in_place(&audit)?;
    let projects = projects.into_iter().map(|project| project.name).collect();
    Ok(Restored { database: database.to_owned(), projects, ended_deliveries })
}

/// A database whose secrets cannot be opened would let nobody in.
fn check_secrets(settings: &Settings, restoration: &Restoration) -> Result<(), CommandError> {
    let (projects, session_keys) = (restoration.projects()?, restoration.session_keys()?);
    if projects.is_empty() && session_keys.is_empty() {
        return Ok(());
    }
    let Some(master_key) = settings.present_master_key(&SystemRandomness)? else {
        return Err(CommandError::Failed(format!(
            "there is no master key at {}, and a backup has none: put the one there that the backup was made with, or \
             set BELL_MASTER_KEY",
            settings.master_key_path().display()
        )));
    };
    let refused = |what: String| {
        CommandError::Failed(format!(
            "the master key does not open {what}: the backup was made with another one. Nothing was changed"
        ))
    };
    for project in projects {
        project_secret::open(&master_key, &project, SystemClock.now())
            .map_err(|_| refused(format!("the secret of the project \"{}\"", project.name)))?;
    }
    for key in session_keys {
        if !session_keys::opens(&master_key, &key) {
            return Err(refused(format!("the session key {}", key.id)));
        }
    }
    Ok(())
}

impl From<BackupError> for CommandError {
    fn from(error: BackupError) -> Self {
        Self::Backup(error)
    }
}

//! `backup`: a copy of the database, while a server may be using it.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::{CommandError, output};
use crate::{
    config::{Database, Settings},
    randomness::SystemRandomness,
    store::sqlite::{Backup, BackupError},
};

/// How often to look how far it has come.
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Args)]
#[command(after_help = "Example:
  notification-bell-server backup /backups/bell-2027-01-31.db

The master key is not in it. Keep that one too, in another place: without it the backup is of no use.")]
pub(super) struct BackupCommand {
    /// Where to write it
    file: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl BackupCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Database::Sqlite(database) = settings.database() else {
            return Err(CommandError::Usage(
                "PostgreSQL is backed up by its own tools: pg_dump, or a base backup with its log".to_owned(),
            ));
        };
        let backup = Backup::prepare(database, &self.file, self.force, &SystemRandomness)?;
        let (draft, expected_bytes) = backup.progress()?;
        let interrupt = backup.interrupt();
        let mut making = tokio::task::spawn_blocking(move || backup.make());
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut progress = Progress::default();
        let made = loop {
            tokio::select! {
                made = &mut making => break made,
                // What was begun is removed before the program ends.
                _ = tokio::signal::ctrl_c() => interrupt.interrupt(),
                _ = look.tick() => progress.show(&draft, expected_bytes),
            }
        };
        progress.end();
        let bytes: u64 = made
            .map_err(|error| CommandError::Failed(error.to_string()))?
            .map_err(|error: BackupError| CommandError::Backup(error))?;
        if self.json {
            output::json(&json!({ "file": self.file, "bytes": bytes }));
        } else {
            output::fields(&[("file", self.file.display().to_string()), ("bytes", bytes.to_string())]);
        }
        Ok(())
    }
}

/// How far a file has grown, for who looks at a terminal.
#[derive(Default)]
struct Progress {
    is_shown: bool,
}

impl Progress {
    fn show(&mut self, file: &Path, expected_bytes: u64) {
        if !io::stderr().is_terminal() {
            return;
        }
        let bytes = fs::metadata(file).map_or(0, |metadata| metadata.len());
        let percent = bytes.saturating_mul(100).checked_div(expected_bytes).unwrap_or(0).min(100);
        let _ = write!(io::stderr(), "\r{percent:3} %");
        self.is_shown = true;
    }

    fn end(&self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r     \r");
        }
    }
}

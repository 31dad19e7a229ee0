//! `migrate`: an installation from its file into PostgreSQL.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

use clap::Args;
use serde_json::{Map, json};

use super::{CommandError, output};
use crate::{
    clock::{Clock, SystemClock},
    config::{Database, Settings},
    randomness::SystemRandomness,
    store::{Actor, AuditAction, AuditEntry, MoveProgress, Moved, move_to_postgres},
};

/// How often to say how far it has come: to who looks at a terminal, and into a log.
const SAY_EVERY: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(10)];

#[derive(Args)]
#[command(after_help = "Example:
  export BELL_DATABASE=postgres://bell:PASSWORD@db.example/bell
  notification-bell-server migrate --from sqlite:bell-data/bell.db

Stop the server first, and afterwards start it with this BELL_DATABASE and the master key of before
(BELL_MASTER_KEY_FILE=bell-data/master.key). Pages go on where they were. The file stays as it is. With --to, others on
this machine can read the password in the list of processes.

How long it takes can be tried while the server runs, with what `backup` makes of it. It can be repeated: if it was
interrupted, nothing was moved; and what was moved before is moved anew, as long as nothing has changed in the new database
since. Exit codes: 0 all of it is there; 1 it failed, or both have changed since, and nothing was done; 2 it was asked for
something that makes no sense.")]
pub(super) struct MigrateCommand {
    /// The database in a file, as `BELL_DATABASE` names it
    #[arg(long, value_name = "sqlite:PATH")]
    from: String,
    /// A database in PostgreSQL, empty or moved to before [default: that of the settings, `BELL_DATABASE`]
    #[arg(long, value_name = "postgres://…")]
    to: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl MigrateCommand {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CommandError> {
        let Some(Database::Sqlite(from)) = Database::parse(&self.from) else {
            return Err(CommandError::Usage("--from: must be sqlite: and a path".to_owned()));
        };
        let to = match self.to.as_deref().map(Database::parse) {
            Some(Some(to)) => to,
            Some(None) => return Err(not_postgres()),
            None => settings.database(),
        };
        let Database::Postgres(to) = to else { return Err(not_postgres()) };
        let entry = AuditEntry::new(SystemClock.now(), Actor::CommandLine, AuditAction::DatabaseMoved);
        let progress = Progress::default();
        let moved = move_to_postgres(from, to, &SystemRandomness, &entry, &|at| progress.show(at)).await;
        progress.end();
        let moved = moved?;
        self.say(&moved, from);
        if moved == Moved::Outdated { Err(CommandError::No) } else { Ok(()) }
    }

    fn say(&self, moved: &Moved, from: &Path) {
        match moved {
            Moved::Before if self.json => output::json(&json!({ "moved": false, "movedBefore": true })),
            Moved::Before => output::line(&format!(
                "{} had been moved before, and has not changed since: nothing was done",
                from.display()
            )),
            Moved::Outdated if self.json => {
                output::json(&json!({ "moved": false, "movedBefore": true, "changedSince": true }));
            }
            Moved::Outdated => output::line(&format!(
                "{} had been moved before, and both have changed since: moving it again would lose what is new there. To move \
                 it as it is now all the same, make the new database anew",
                from.display()
            )),
            Moved::Now(tables) if self.json => {
                let tables: Map<_, _> =
                    tables.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows))).collect();
                output::json(&json!({ "moved": true, "movedBefore": false, "rows": tables }));
            }
            Moved::Now(tables) => {
                let tables: Vec<(&str, String)> =
                    tables.iter().map(|(table, rows)| (*table, rows.to_string())).collect();
                output::fields(&tables);
                output::line("all of it is there, with the same numbers and revisions");
            }
        }
    }
}

fn not_postgres() -> CommandError {
    CommandError::Usage("--to: must be the address of a PostgreSQL database, postgres://…".to_owned())
}

/// Says how far it has come, on standard error.
#[derive(Default)]
struct Progress(Mutex<Option<Instant>>);

impl Progress {
    fn show(&self, MoveProgress { table, rows, of }: MoveProgress) {
        let is_terminal = io::stderr().is_terminal();
        let Ok(mut last) = self.0.lock() else { return };
        // Short work says nothing.
        let began = *last.get_or_insert_with(Instant::now);
        if began.elapsed() < SAY_EVERY[usize::from(!is_terminal)] {
            return;
        }
        *last = Some(Instant::now());
        let (before, after) = if is_terminal { ("\r\x1b[K", "") } else { ("", "\n") };
        let _ = write!(io::stderr(), "{before}{table}: {rows} of {of}{after}");
    }

    fn end(&self) {
        let was_shown = self.0.lock().is_ok_and(|last| last.is_some());
        if was_shown && io::stderr().is_terminal() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

//! Putting a backup in the place of the database.
//!
//! Everything is looked at in a copy beside that place, so that what was found to be sound is what is put there. It
//! gets a new incarnation: whoever has seen a later state is told to start again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension};

use super::{
    audit,
    backup::{BackupError, is_same},
    deliveries,
    draft::Draft,
    keys,
    occupancy::{Occupancy, Occupied},
    projects, schema,
};
use crate::{
    randomness::Randomness,
    store::{AuditEntry, Project, StoredSessionKey, revision::Incarnation},
};

/// A backup that was found to be sound, on its way into the place of the database.
pub struct Restoration {
    draft: Draft,
    database: PathBuf,
    incarnation: Incarnation,
    occupancy: Occupancy,
}

impl Restoration {
    /// Copies a backup and verifies the copy: that it is of this program and not of a newer one, whole, and without
    /// loose ends. Then brings its tables up to date.
    ///
    /// # Errors
    /// What is wrong with it; or that the database is in use, or there and not to be replaced.
    pub fn prepare(
        backup: &Path,
        database: &Path,
        replace: bool,
        randomness: &dyn Randomness,
    ) -> Result<Self, BackupError> {
        if is_same(backup, database) {
            return Err(BackupError::IsDatabase(backup.to_owned()));
        }
        if !replace && database.exists() {
            return Err(BackupError::IsThere(database.to_owned()));
        }
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| BackupError::File(path, error)
        };
        // Before anything is made, for the message to name the backup.
        let mut source = fs::File::open(backup).map_err(failed(backup))?;
        schema::make_folder(database).map_err(failed(database))?;
        let occupancy = Occupancy::alone(database).map_err(|occupied| match occupied {
            Occupied::ByOthers => BackupError::InUse(database.to_owned()),
            Occupied::Unknown(error) => BackupError::File(database.to_owned(), error),
        })?;
        let draft = Draft::new(database, randomness).map_err(failed(database))?;
        let mut copy = fs::OpenOptions::new().write(true).open(draft.path()).map_err(failed(database))?;
        std::io::copy(&mut source, &mut copy).map_err(failed(backup))?;
        let unsound = |problem| BackupError::Unsound(backup.to_owned(), problem);
        let mut connection = Connection::open(draft.path())?;
        verify(&connection).map_err(unsound)?;
        schema::migrate(&mut connection)?;
        let incarnation = Incarnation::from_random(u32::from_le_bytes(randomness.bytes()));
        Ok(Self { draft, database: database.to_owned(), incarnation, occupancy })
    }

    /// Its projects.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn projects(&self) -> Result<Vec<Project>, BackupError> {
        Ok(projects::all(&Connection::open(self.draft.path())?)?)
    }

    /// Its keys of session tokens.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn session_keys(&self) -> Result<Vec<StoredSessionKey>, BackupError> {
        Ok(keys::session_keys(&Connection::open(self.draft.path())?)?)
    }

    /// Ends the attempts to deliver what waits for webhooks; says of how much. What waited in a backup may have been told
    /// long ago, and of users who were erased since; each can be replayed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn end_deliveries(&self) -> Result<usize, BackupError> {
        Ok(deliveries::end_waiting(&Connection::open(self.draft.path())?)?)
    }

    /// Puts it in place of the database, whole or not at all, with an entry of its audit log that says so.
    ///
    /// # Errors
    /// If a file cannot be written. The database is as it was then.
    pub fn put_in_place(self, audit: &AuditEntry) -> Result<(), BackupError> {
        let Self { draft, database, incarnation, occupancy } = self;
        let connection = Connection::open(draft.path())?;
        connection.execute("UPDATE incarnation SET text = ?1", [incarnation.as_str()])?;
        audit::record(&connection, audit)?;
        // All of it in one file.
        connection.pragma_update(None, "journal_mode", "delete")?;
        drop(connection);
        // The log of the old database would be taken for one of the new.
        let failed = |error| BackupError::File(database.clone(), error);
        empty_log(&database).map_err(failed)?;
        draft.put_in_place(true).map_err(failed)?;
        drop(occupancy);
        Ok(())
    }
}

/// What is wrong with a database, if anything is.
fn verify(connection: &Connection) -> Result<(), String> {
    schema::recognise(connection)?;
    let damaged = |error: rusqlite::Error| format!("is damaged: {error}");
    let found: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(damaged)?;
    if found != "ok" {
        return Err(format!("is damaged: {found}"));
    }
    let loose: Option<String> =
        connection.query_row("PRAGMA foreign_key_check", [], |row| row.get(0)).optional().map_err(damaged)?;
    loose.map_or(Ok(()), |table| Err(format!("is damaged: the table {table} names what is not there")))
}

/// Has what a crash left in the log of the old database written into it, if it can still be read, and removes the log:
/// until the new one is in its place, the old one is whole.
fn empty_log(database: &Path) -> std::io::Result<()> {
    if database.exists()
        && let Ok(old) = Connection::open(database)
    {
        // Of one that is damaged, nothing is lost that would not be replaced in a moment.
        let _ = old.pragma_update(None, "journal_mode", "delete");
    }
    for ending in ["-wal", "-shm", "-journal"] {
        let mut path = database.as_os_str().to_owned();
        path.push(ending);
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

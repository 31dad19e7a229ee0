//! Opening the file: the settings of a connection and the tables.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::{
    randomness::Randomness,
    store::{StoreError, revision::Incarnation},
};

/// A command on the command line may be writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const CACHED_STATEMENTS: usize = 64;

/// The steps from nothing to the tables of today. A step that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/sqlite/01-first.sql")];

/// A connection that may write, on a database that is up to date.
pub(super) fn open(
    path: &Path,
    randomness: &dyn Randomness,
) -> Result<(Connection, Incarnation), StoreError> {
    let failed = |error| StoreError::Database(error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(Box::new(error)))?;
    }
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    migrate(&mut connection)?;
    let incarnation = incarnation(&mut connection, randomness)?;
    Ok((connection, incarnation))
}

/// Brings the tables up to date, all or nothing. SQLite's `user_version` counts the steps that were taken.
///
/// Written here because `rusqlite_migration` follows rusqlite with a delay, and the older one it asks for bundles an
/// older SQLite.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let taken: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(steps) = MIGRATIONS.get(taken as usize..) else {
        let problem = format!("a newer version of this program made it (version {taken} of its tables)");
        return Err(StoreError::Database(problem.into()));
    };
    for (version, step) in (taken + 1..).zip(steps) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()?;
    Ok(())
}

fn incarnation(connection: &mut Connection, randomness: &dyn Randomness) -> Result<Incarnation, StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let kept = transaction.query_row("SELECT text FROM incarnation", [], |row| row.get(0)).optional()?;
    let incarnation = kept
        .map_or_else(|| Incarnation::from_random(u32::from_le_bytes(randomness.bytes())), Incarnation::kept);
    transaction.execute(
        "INSERT INTO incarnation (text) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM incarnation)",
        [incarnation.as_str()],
    )?;
    transaction.commit()?;
    Ok(incarnation)
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::open;
    use crate::randomness::{Randomness, test::CountedRandomness};

    #[test]
    fn opening_twice_keeps_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/bell.db");
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let (_, first) = open(&path, randomness).unwrap();
        let (connection, second) = open(&path, randomness).unwrap();
        assert_eq!(first, second);
        let setting =
            |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(setting("synchronous"), 2, "FULL");
        assert_eq!(setting("foreign_keys"), 1);
    }

    #[test]
    fn a_database_of_a_newer_program_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bell.db");
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 1_000).unwrap();
        let randomness: &dyn Randomness = &CountedRandomness::default();
        let error = open(&path, randomness).err().unwrap().to_string();
        assert!(error.contains("newer version"), "{error}");
    }
}

//! Opening the file: the settings of a connection and the tables.

use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig};

use crate::{
    randomness::Randomness,
    store::{StoreError, revision::Incarnation},
};

/// A command on the command line may be writing.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// More than there are different ones.
const CACHED_STATEMENTS: usize = 256;
/// What the writer keeps of the database in memory at least: 32 MiB. A transaction that changes more writes some pages
/// twice.
const WRITER_CACHE_KIB: i64 = 32 * 1_024;
/// And at most, an eighth of a large database: 256 MiB. The system may have given up what is in its own memory of the
/// file, and each page that the writer then waits for on disk, all sends wait for.
const WRITER_CACHE_MAX_KIB: i64 = 256 * 1_024;

/// "BELL", and the step that writes it into a database.
const APPLICATION_ID: i64 = 0x4245_4C4C;
const VERSION_WITH_APPLICATION_ID: i64 = 9;

/// A step, and the name of its file.
struct Step {
    name: &'static str,
    sql: &'static str,
}

macro_rules! step {
    ($name:literal) => {
        Step { name: $name, sql: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")) }
    };
}

/// The steps from nothing to the tables of today. A step that was released is never changed.
const MIGRATIONS: &[Step] = &[
    step!("01-first"),
    step!("02-identity"),
    step!("03-preferences"),
    step!("04-texts"),
    step!("05-groups"),
    step!("06-categories"),
    step!("07-tallies"),
    step!("08-webhooks"),
    step!("09-when"),
    step!("10-audiences"),
    step!("11-audiences-of-notifications"),
    step!("12-bases"),
    step!("13-limits"),
    step!("14-shared-groups"),
    step!("15-lists"),
    step!("16-subscriptions"),
    step!("17-turned-off"),
];

/// A connection that may write, on a database that is up to date.
pub(super) fn open(
    path: &Path,
    randomness: &dyn Randomness,
) -> Result<(Connection, Incarnation), StoreError> {
    create_private(path).map_err(|error| StoreError::Database(Box::new(error)))?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    let bytes = fs::metadata(path).map_or(0, |file| i64::try_from(file.len()).unwrap_or(i64::MAX));
    // Negative, it is in KiB.
    let cache = (bytes / 8 / 1_024).clamp(WRITER_CACHE_KIB, WRITER_CACHE_MAX_KIB);
    connection.pragma_update(None, "cache_size", -cache)?;
    keep_statements(&connection)?;
    migrate(&mut connection)?;
    let incarnation = incarnation(&connection, randomness)?;
    Ok((connection, incarnation))
}

/// Makes the file, and its folder, for their owner alone: they hold what users were told, and SQLite gives its other
/// files the rights of this one.
fn create_private(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    let mut file = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.create(true).append(true).open(path).map(drop)
}

/// Makes the folder of a database.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let mut folders = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or(Ok(()), |folder| folders.recursive(true).create(folder))
}

/// Says what is wrong with a database that should be one of this program, and not of a newer one.
pub(super) fn recognise(connection: &Connection) -> Result<(), String> {
    let read = |name: &str| {
        let value = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        value.map_err(|error| format!("cannot be read as a database: {error}"))
    };
    let (application, taken) = (read("application_id")?, read("user_version")?);
    let has_incarnation = connection
        .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'incarnation'")
        .and_then(|mut statement| statement.exists([]))
        .map_err(|error| format!("cannot be read as a database: {error}"))?;
    let is_marked = application == APPLICATION_ID
        || (application == 0 && (1..VERSION_WITH_APPLICATION_ID).contains(&taken));
    if !is_marked || !has_incarnation {
        return Err("is not a database of this program".to_owned());
    }
    if usize::try_from(taken).is_ok_and(|taken| taken > MIGRATIONS.len()) {
        return Err(format!("was made by a newer version of this program (version {taken} of its tables)"));
    }
    Ok(())
}

/// Brings the tables up to date, all or nothing. SQLite's `user_version` counts the steps that were taken.
///
/// Written here because `rusqlite_migration` follows rusqlite with a delay, and the older one it asks for bundles an
/// older SQLite.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    // Most of the time there is nothing to do, and nobody who writes to wait for.
    if connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? as usize
        == MIGRATIONS.len()
    {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let taken: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(steps) = MIGRATIONS.get(taken as usize..) else {
        let problem = format!("a newer version of this program made it (version {taken} of its tables)");
        return Err(StoreError::Database(problem.into()));
    };
    let begun = Instant::now();
    for (version, step) in (taken + 1..).zip(steps) {
        // With a large database it takes its time, and whoever waits wants to know for what. A new one has nothing in it.
        if taken > 0 {
            tracing::info!(step = step.name, of = MIGRATIONS.len(), "bringing the database up to date");
        }
        let begun = Instant::now();
        transaction.execute_batch(step.sql)?;
        transaction.pragma_update(None, "user_version", version)?;
        if taken > 0 {
            tracing::info!(step = step.name, took_ms = milliseconds(begun), "this step is done");
        }
    }
    transaction.commit()?;
    if taken > 0 {
        tracing::info!(took_ms = milliseconds(begun), "the database is up to date");
    }
    Ok(())
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn incarnation(connection: &Connection, randomness: &dyn Randomness) -> Result<Incarnation, StoreError> {
    let read = || {
        connection
            .query_row("SELECT text FROM incarnation", [], |row| row.get(0).map(Incarnation::kept))
            .optional()
    };
    if let Some(kept) = read()? {
        return Ok(kept);
    }
    // Of two processes that start at once, one gives it its name.
    connection.execute(
        "INSERT INTO incarnation (text) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM incarnation)",
        [Incarnation::from_random(u32::from_le_bytes(randomness.bytes())).as_str()],
    )?;
    read()?.ok_or(StoreError::Closed)
}

/// A connection that moves what is in the log into the file.
pub(super) fn open_checkpointer(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// Has each statement prepared once. By itself SQLite prepares many of them anew whenever something else is bound to
/// them, to see whether another plan is better for that: four fifths of the time of a read, and all plans here are
/// meant to be what they are.
fn keep_statements(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
mod tests;

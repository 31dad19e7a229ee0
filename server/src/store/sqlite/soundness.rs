//! Looking at a database file before it is served: a damaged one is better found now than by whoever comes upon the
//! damage.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{SqliteStore, schema::BUSY_TIMEOUT};
use crate::store::StoreError;

/// Nobody waits longer than this for a server to start: of a large database only a part is looked at, and all of it by
/// `restore`.
const LIMIT: Duration = Duration::from_secs(2);
/// How many pages are looked at between two looks at the clock.
const PAGES_A_LOOK: i32 = 100;

impl SqliteStore {
    /// Looks for damage in the file, for two seconds at most. One that is not there, or empty, has none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if there is some; another, if it cannot be looked for.
    pub fn examine(path: &Path) -> Result<(), StoreError> {
        if path.metadata().map_or(0, |file| file.len()) == 0 {
            return Ok(());
        }
        let damaged = |faults: String| Err(StoreError::Damaged { path: path.to_owned(), faults });
        match faults(path) {
            Ok(faults) if faults.is_empty() => Ok(()),
            Ok(faults) => damaged(faults.join("; ")),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(error.to_string()),
                // The time was up, and nothing had been found.
                Some(ErrorCode::OperationInterrupted) => Ok(()),
                _ => Err(error.into()),
            },
        }
    }
}

fn faults(path: &Path) -> Result<Vec<String>, rusqlite::Error> {
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let began = Instant::now();
    connection.progress_handler(PAGES_A_LOOK, Some(move || began.elapsed() > LIMIT))?;
    let mut statement = connection.prepare("PRAGMA quick_check(3)")?;
    let said: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

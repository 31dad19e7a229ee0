//! A copy of a database that is in use.
//!
//! `VACUUM INTO` reads one state of it and keeps nobody from writing. SQLite's backup interface would begin again with
//! every write of another process, and copy what was erased along with the pages that held it.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use super::{draft::Draft, occupancy::Occupancy, schema};
use crate::{randomness::Randomness, store::StoreError};

/// Why there is no backup, or nothing was restored from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something already.
    #[error("{0} is there already: --force replaces it")]
    IsThere(PathBuf),
    /// A file would be replaced by itself.
    #[error("{0} is the database itself")]
    IsDatabase(PathBuf),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// Not a database of this program, or damaged.
    #[error("{0} {1}")]
    Unsound(PathBuf, String),
    /// Somebody uses the database that is to be replaced.
    #[error("{0} is in use: stop the server, and whatever else works on it, first")]
    InUse(PathBuf),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A backup that is about to be made.
pub struct Backup {
    source: Connection,
    draft: Draft,
    target: PathBuf,
    replace: bool,
    _occupancy: Occupancy,
}

impl Backup {
    /// Looks whether there can be one.
    ///
    /// # Errors
    /// If the database is not there or not ours, or the target is there and is not to be replaced.
    pub fn prepare(
        database: &Path,
        target: &Path,
        replace: bool,
        randomness: &dyn Randomness,
    ) -> Result<Self, BackupError> {
        if !database.exists() {
            return Err(StoreError::Missing(database.to_owned()).into());
        }
        if is_same(database, target) {
            return Err(BackupError::IsDatabase(target.to_owned()));
        }
        if !replace && target.exists() {
            return Err(BackupError::IsThere(target.to_owned()));
        }
        let occupancy = Occupancy::shared(database).map_err(|_| BackupError::InUse(database.to_owned()))?;
        let source = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        source.busy_timeout(schema::BUSY_TIMEOUT)?;
        schema::recognise(&source).map_err(|problem| BackupError::Unsound(database.to_owned(), problem))?;
        let draft =
            Draft::new(target, randomness).map_err(|error| BackupError::File(target.to_owned(), error))?;
        Ok(Self { source, draft, target: target.to_owned(), replace, _occupancy: occupancy })
    }

    /// Where the copy grows, and about how many bytes it will have.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn progress(&self) -> Result<(PathBuf, u64), BackupError> {
        let read = |name: &str| self.source.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let pages = read("page_count")?.saturating_sub(read("freelist_count")?);
        let bytes = pages.saturating_mul(read("page_size")?);
        Ok((self.draft.path().to_owned(), u64::try_from(bytes).unwrap_or(0)))
    }

    /// Breaks it off, from another thread.
    #[must_use]
    pub fn interrupt(&self) -> InterruptHandle {
        self.source.get_interrupt_handle()
    }

    /// Makes it. Gives how many bytes it has. Nothing is left of one that fails.
    ///
    /// # Errors
    /// If the database cannot be read or the file not be written.
    pub fn make(self) -> Result<u64, BackupError> {
        let path = self.draft.path().to_str().ok_or_else(|| {
            BackupError::File(self.target.clone(), io::Error::other("SQLite takes a path of UTF-8 only"))
        })?;
        self.source.execute("VACUUM INTO ?1", [path])?;
        self.draft.put_in_place(self.replace).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::IsThere(self.target.clone()),
            _ => BackupError::File(self.target.clone(), error),
        })
    }
}

/// Whether two paths lead to one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

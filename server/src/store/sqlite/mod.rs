//! SQLite, embedded: the default database.
//!
//! WAL with `synchronous=FULL`: what was answered is on disk. One connection writes (`writer`), a few read
//! (`readers`), and neither waits for the other.

mod audit;
mod backup;
mod batches;
mod categories;
mod checkpoints;
mod counts;
mod cut_off;
mod deliveries;
mod draft;
mod groups;
mod happenings;
mod held;
mod inbox_changes;
mod inbox_reads;
mod insertions;
mod item_change;
mod keys;
mod lease;
mod lists;
mod looks;
mod marks;
mod notifications;
mod occupancy;
mod others;
mod phases;
mod preferences;
mod projects;
mod providers;
mod readers;
mod reading_ahead;
mod restore;
mod retention;
#[cfg(test)]
mod row_bounds;
mod rows;
mod schedule;
mod schema;
mod sends;
mod shared;
mod soundness;
mod source;
mod steps;
mod streams;
mod templates;
#[cfg(test)]
mod tests;
mod time;
mod user_data;
mod webhooks;
mod withdrawals;
mod work;
mod writer;

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio::sync::watch;

pub(in crate::store) use self::source::Source;
pub use self::{
    backup::{Backup, BackupError},
    restore::Restoration,
};
use self::{
    lease::LeaseFile,
    occupancy::{Occupancy, Occupied},
    readers::Readers,
    writer::Writer,
};
use super::{Store, StoreError, revision::Incarnation};
use crate::randomness::Randomness;

/// Told of every commit: how many rows it changed, and how long it took from its begin to the end of its fsync.
pub type CommitObserver = Box<dyn Fn(u64, Duration) + Send>;

/// A write that waits longer than this is one that a load balancer should send elsewhere.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// A database in one file.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    incarnation: Incarnation,
    lease: LeaseFile,
    _occupancy: Occupancy,
}

impl SqliteStore {
    /// Opens a database that is there, and brings its tables up to date.
    ///
    /// # Errors
    /// If there is none, it cannot be read or written, or a newer program made it.
    pub fn open(
        path: &Path,
        randomness: &dyn Randomness,
        observer: CommitObserver,
    ) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        Self::open_or_create(path, randomness, observer)
    }

    /// Opens the database, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// If the file or its folder cannot be made, read or written, or a newer program made it.
    pub fn open_or_create(
        path: &Path,
        randomness: &dyn Randomness,
        observer: CommitObserver,
    ) -> Result<Self, StoreError> {
        schema::make_folder(path).map_err(|error| StoreError::Database(Box::new(error)))?;
        let occupancy = Occupancy::shared(path).map_err(|occupied| match occupied {
            Occupied::ByOthers => StoreError::Database("a backup is being put in its place".into()),
            Occupied::Unknown(error) => StoreError::Database(Box::new(error)),
        })?;
        let (connection, incarnation) = schema::open(path, randomness)?;
        let readers = Readers::start(path)?;
        let writer = Writer::start(path, connection, observer)?;
        Ok(Self { writer, readers, incarnation, lease: LeaseFile::beside(path), _occupancy: occupancy })
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.readers
            .run(|connection| connection.query_row("SELECT 1", [], |_| Ok(())).map_err(Into::into))
            .await?;
        // An empty transaction takes the same way as a send, but for the disk.
        let written = tokio::time::timeout(PING_TIMEOUT, self.writer.run_repeatable(|_| Ok(()))).await;
        written.unwrap_or(Err(StoreError::Overloaded))
    }

    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    async fn close(&self) {
        self.writer.close().await;
    }

    fn installation(&self) -> &str {
        self.incarnation.as_str()
    }

    fn foreign_changes(&self) -> watch::Receiver<u64> {
        self.writer.foreign_changes()
    }
}

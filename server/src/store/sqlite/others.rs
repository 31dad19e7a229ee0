//! Whether another process has written, and the edition of keys and projects that this makes old.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rusqlite::Connection;
use tokio::sync::watch;

/// The other processes, as the connection that writes sees them.
pub(super) struct Others {
    changes: watch::Sender<u64>,
    /// SQLite's `data_version`: it changes only for the commits of other connections.
    seen_version: i64,
    edition: Arc<AtomicU64>,
}

impl Others {
    /// With what they have written so far; gives also how often they have written since.
    pub(super) fn known(
        connection: &Connection,
        edition: Arc<AtomicU64>,
    ) -> Result<(Self, watch::Receiver<u64>), rusqlite::Error> {
        let (changes, receiver) = watch::channel(0);
        Ok((Self { changes, seen_version: data_version(connection)?, edition }, receiver))
    }

    /// Looks whether they have written.
    pub(super) fn look(&mut self, connection: &Connection) {
        match data_version(connection) {
            Ok(version) if version != self.seen_version => {
                self.seen_version = version;
                self.change_edition();
                self.changes.send_modify(|count| *count += 1);
            }
            Ok(_) => {}
            Err(error) => {
                // They may have.
                self.change_edition();
                tracing::warn!(%error, "cannot look whether another process changed the database");
            }
        }
    }

    /// What was read of keys and projects before may be out of date.
    pub(super) fn change_edition(&self) {
        self.edition.fetch_add(1, Ordering::AcqRel);
    }
}

fn data_version(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

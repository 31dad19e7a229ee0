//! The connections of one process to PostgreSQL.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::{Object, Pool, PoolError};
use tokio::sync::watch;

use crate::store::{Edition, StoreError, sqlite::CommitObserver};

/// How long something may take, with the wait for its locks. A database that is paused is not waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before asking again whether the database answers.
const DOUBT_PAUSE: Duration = Duration::from_secs(2);

/// The connections of one process.
pub(super) struct Connections {
    pub(super) pool: Pool,
    observer: Mutex<CommitObserver>,
    /// Whether others are told of each change: servers follow what a command does.
    announces: bool,
    /// The last edition of keys and projects that was seen here. It is committed, so that what is read after it was
    /// asked for is of it, or of a later one.
    edition: AtomicU64,
    /// Raised when something may have changed without anybody here having been told.
    unseen_changes: watch::Sender<u64>,
    is_in_doubt: AtomicBool,
}

impl Connections {
    pub(super) const fn new(
        pool: Pool,
        observer: CommitObserver,
        announces: bool,
        unseen_changes: watch::Sender<u64>,
    ) -> Self {
        let (edition, is_in_doubt) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { pool, observer: Mutex::new(observer), announces, edition, unseen_changes, is_in_doubt }
    }

    /// Takes note of a commit that got no answer. Once the database answers again, streams look for what may have been
    /// committed, and again when whatever was on its way has arrived or been given up.
    pub(super) fn doubt(self: &Arc<Self>) {
        if self.is_in_doubt.swap(true, Ordering::AcqRel) {
            return;
        }
        let connections = Arc::clone(self);
        tokio::spawn(async move {
            while !connections.answers().await {
                if connections.pool.is_closed() {
                    return;
                }
                tokio::time::sleep(DOUBT_PAUSE).await;
            }
            connections.unseen_changes.send_modify(|count| *count += 1);
            tokio::time::sleep(PATIENCE).await;
            // Before the look: a doubt that comes now has one of its own.
            connections.is_in_doubt.store(false, Ordering::Release);
            connections.unseen_changes.send_modify(|count| *count += 1);
        });
    }

    async fn answers(&self) -> bool {
        let asked = async { self.client().await.ok()?.simple_query("SELECT 1").await.ok() };
        tokio::time::timeout(PATIENCE, asked).await.is_ok_and(|answer| answer.is_some())
    }

    /// See [`KeyStore::edition`](crate::store::KeyStore::edition).
    pub(super) fn edition(&self) -> Edition {
        Edition(self.edition.load(Ordering::Acquire))
    }

    /// Takes note of an edition that is committed.
    pub(super) fn learn(&self, edition: Edition) {
        self.edition.fetch_max(edition.0, Ordering::AcqRel);
    }

    pub(super) async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => StoreError::Overloaded,
            PoolError::Closed => StoreError::Closed,
            PoolError::Backend(error) => error.into(),
            error => StoreError::Database(Box::new(error)),
        })
    }

    /// Takes note of a commit.
    pub(super) fn observe(&self, rows: u64, took: Duration) {
        if rows > 0 {
            let observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
            observer(rows, took);
        }
    }

    pub(super) const fn announces(&self) -> bool {
        self.announces
    }
}

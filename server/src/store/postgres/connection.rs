//! Connections to PostgreSQL, and transactions on them.
//!
//! What changes something runs at READ COMMITTED: each statement sees what was committed before it began. So whoever is
//! to go by what they have read locks it first, and reads it after that. The order of locks, which everybody keeps so
//! that nobody waits for who waits for them: the audit log, a key of idempotency, a notification with what is scheduled of it, the
//! project, inboxes in the order of their keys, topics, numbers. Where PostgreSQL finds a circle all the same, one of
//! those in it begins again.
//!
//! What only reads runs at REPEATABLE READ: all of it shows one moment, and nobody waits.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use deadpool_postgres::{Object, Pool, PoolError, Transaction};
use tokio::sync::watch;
use tokio_postgres::{CopyInSink, IsolationLevel, Row, types::ToSql};

use crate::store::{Edition, StoreError, sqlite::CommitObserver};

/// How long something may take, with the wait for its locks. A database that is paused is not waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before asking again whether the database answers.
const DOUBT_PAUSE: Duration = Duration::from_secs(2);
/// What processes tell each other through the database.
pub(super) const CHANNEL: &str = "notification_bell_changes";

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

/// A transaction. Dropped without a commit, it is rolled back.
pub(super) struct Db<'a> {
    transaction: Transaction<'a>,
    changed: AtomicU64,
}

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl<'a> Db<'a> {
    /// Begins one that changes something.
    pub(super) async fn write(client: &'a mut Object) -> Result<Self, StoreError> {
        let began = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start();
        Ok(Self { transaction: began.await?, changed: AtomicU64::new(0) })
    }

    /// Begins one that shows one moment.
    pub(super) async fn read(client: &'a mut Object) -> Result<Self, StoreError> {
        let began = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start();
        Ok(Self { transaction: began.await?, changed: AtomicU64::new(0) })
    }

    /// Ends it; gives how many rows it changed, as far as they were counted.
    pub(super) async fn commit(self, announces: bool) -> Result<u64, StoreError> {
        let changed = self.changed.load(Ordering::Relaxed);
        if announces && changed > 0 {
            self.run("SELECT pg_notify($1, '')", &[&CHANNEL]).await?;
        }
        self.transaction.commit().await?;
        Ok(changed)
    }

    /// The rows of a query.
    pub(super) async fn all(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.transaction.prepare_cached(sql).await?;
        Ok(self.transaction.query(&statement, parameters).await?)
    }

    /// Its first row, if it has any.
    pub(super) async fn first(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, parameters).await?.into_iter().next())
    }

    /// Its only row.
    pub(super) async fn one(&self, sql: &str, parameters: Parameters<'_>) -> Result<Row, StoreError> {
        let found = self.first(sql, parameters).await?;
        found.ok_or_else(|| StoreError::Database("what has to be there is not".into()))
    }

    /// Whether it has any.
    pub(super) async fn is_any(&self, sql: &str, parameters: Parameters<'_>) -> Result<bool, StoreError> {
        Ok(self.first(sql, parameters).await?.is_some())
    }

    /// Changes something; gives how many rows.
    pub(super) async fn run(&self, sql: &str, parameters: Parameters<'_>) -> Result<u64, StoreError> {
        let statement = self.transaction.prepare_cached(sql).await?;
        let changed = self.transaction.execute(&statement, parameters).await?;
        self.changed.fetch_add(changed, Ordering::Relaxed);
        Ok(changed)
    }

    /// Runs statements without parameters, of which nothing is wanted.
    pub(super) async fn script(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.transaction.batch_execute(sql).await?)
    }

    /// Begins to fill a table.
    pub(super) async fn copy_in(&self, sql: &str) -> Result<CopyInSink<Bytes>, StoreError> {
        Ok(self.transaction.copy_in(sql).await?)
    }

    /// Takes a lock on something that is no row, until the transaction ends.
    pub(super) async fn lock(&self, lock: Lock) -> Result<(), StoreError> {
        self.all("SELECT pg_advisory_xact_lock($1)", &[&lock.number()]).await.map(drop)
    }

    /// Keeps others from taking a lock until the transaction ends.
    pub(super) async fn share(&self, lock: Lock) -> Result<(), StoreError> {
        self.all("SELECT pg_advisory_xact_lock_shared($1)", &[&lock.number()]).await.map(drop)
    }
}

/// What is locked without being a row. The numbers are of the whole database: they begin with "BELL".
#[derive(Clone, Copy)]
pub(super) enum Lock {
    /// Bringing the tables up to date.
    Schema,
    /// Writing into the audit log, so that its entries are committed in the order of their keys: who follows the log
    /// would pass over one that comes late. What is sent shares it: keys and projects stay as they are meanwhile.
    Audit,
    /// Changing the keys of session tokens.
    SessionKeys,
}

impl Lock {
    pub(super) const fn number(self) -> i64 {
        const BELL: i64 = 0x4245_4C4C << 32;
        BELL + match self {
            Self::Schema => 1,
            Self::Audit => 2,
            Self::SessionKeys => 3,
        }
    }
}

/// Runs an expression in a transaction that changes something, again if others were in the way. It is a macro because
/// a closure that lends a future both the transaction and what is around it cannot be written yet.
macro_rules! writing {
    ($store:expr, $db:ident => $work:expr) => {{
        let mut attempts = $crate::store::postgres::retries::Attempts::default();
        loop {
            let began = tokio::time::Instant::now();
            let span = $crate::traces::of_store("postgresql", "postgresql write");
            let mut progress = $crate::store::postgres::retries::Progress::Nothing;
            let attempt = async {
                let mut client = $store.connections.client().await?;
                progress = $crate::store::postgres::retries::Progress::Connected;
                let transaction = $crate::store::postgres::connection::Db::write(&mut client).await?;
                progress = $crate::store::postgres::retries::Progress::Begun;
                let value = {
                    let $db = &transaction;
                    $work?
                };
                progress = $crate::store::postgres::retries::Progress::Committing;
                let rows = transaction.commit($store.connections.announces()).await?;
                $store.connections.observe(rows, began.elapsed());
                Ok::<_, $crate::store::StoreError>(value)
            };
            let outcome = tokio::time::timeout($crate::store::postgres::connection::PATIENCE, attempt).await;
            let outcome = outcome.unwrap_or_else(|_| Err($crate::store::postgres::retries::too_late()));
            span.stored(&outcome);
            match outcome {
                Err(error) if attempts.again_after(&error, progress) => {}
                Err(error) if $crate::store::postgres::retries::is_in_doubt(&error, progress) => {
                    $store.connections.doubt();
                    break Err($crate::store::postgres::retries::in_doubt(&error));
                }
                outcome => break outcome,
            }
        }
    }};
}

/// Runs an expression in a transaction that shows one moment.
macro_rules! reading {
    ($store:expr, $db:ident => $work:expr) => {{
        let mut attempts = $crate::store::postgres::retries::Attempts::default();
        loop {
            let span = $crate::traces::of_store("postgresql", "postgresql read");
            let mut progress = $crate::store::postgres::retries::Progress::Nothing;
            let attempt = async {
                let mut client = $store.connections.client().await?;
                progress = $crate::store::postgres::retries::Progress::Connected;
                let transaction = $crate::store::postgres::connection::Db::read(&mut client).await?;
                let value = {
                    let $db = &transaction;
                    $work?
                };
                transaction.commit(false).await?;
                Ok::<_, $crate::store::StoreError>(value)
            };
            let outcome = tokio::time::timeout($crate::store::postgres::connection::PATIENCE, attempt).await;
            let outcome = outcome.unwrap_or_else(|_| Err($crate::store::postgres::retries::too_late()));
            span.stored(&outcome);
            match outcome {
                Err(error) if attempts.read_again_after(&error, progress) => {}
                outcome => break outcome,
            }
        }
    }};
}

/// Makes a change and writes its entry of the audit log in one transaction; the line of the log comes after the
/// commit. A change that turns out to be none (`None`) leaves no trace.
macro_rules! audited {
    ($store:expr, $entry:expr, $db:ident => $work:expr) => {{
        let entry = $entry;
        let changed = $crate::store::postgres::connection::writing!($store, $db => {
            async {
                // First of all, because it is what sends take first.
                $db.lock($crate::store::postgres::connection::Lock::Audit).await?;
                let changed = $work?;
                Ok::<_, $crate::store::StoreError>(match changed {
                    Some(changed) => Some((changed, $crate::store::postgres::audit::record($db, &entry).await?)),
                    None => None,
                })
            }
            .await
        });
        changed.map(|changed| {
            changed.map(|(changed, edition)| {
                $store.connections.learn(edition);
                entry.log();
                changed
            })
        })
    }};
}

pub(super) use {audited, reading, writing};

//! Transactions on PostgreSQL.
//!
//! What changes something runs at READ COMMITTED: each statement sees what was committed before it began. So whoever is
//! to go by what they have read locks it first, and reads it after that. The order of locks, which everybody keeps so
//! that nobody waits for who waits for them: the audit log, a key of idempotency, a notification with what is scheduled of it, the
//! project, inboxes in the order of their keys, topics, numbers. Where PostgreSQL finds a circle all the same, one of
//! those in it begins again.
//!
//! What only reads runs at REPEATABLE READ: all of it shows one moment, and nobody waits.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::{CopyInSink, IsolationLevel, Row, types::ToSql};

use crate::store::StoreError;

/// What processes tell each other through the database.
pub(super) const CHANNEL: &str = "notification_bell_changes";

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
                let transaction = $crate::store::postgres::transaction::Db::write(&mut client).await?;
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
                let transaction = $crate::store::postgres::transaction::Db::read(&mut client).await?;
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
        let changed = $crate::store::postgres::transaction::writing!($store, $db => {
            async {
                // First of all, because it is what sends take first.
                $db.lock($crate::store::postgres::transaction::Lock::Audit).await?;
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

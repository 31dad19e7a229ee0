//! Moving all that there is from one kind of database into the other.
//!
//! It is one transaction of the new database: one that was interrupted has left nothing, and is begun again. The tables
//! of both have the same names and columns (an inbox is called by its `user` in SQLite), so rows are moved as they are,
//! with their keys, and with the incarnation: pages and streams go on where they were.

use std::path::Path;

use super::{AuditEntry, StoreError, postgres::PostgresStore, sqlite::Source};
use crate::randomness::Randomness;

/// What is moved, each table after those that it refers to. What is missing here is reckoned from these.
pub(super) const TABLES: [&str; 28] = [
    "projects",
    "backend_keys",
    "session_keys",
    "ended_sessions",
    "providers",
    "audit",
    "failed_proofs",
    "users",
    "erased_users",
    "abandoned_inboxes",
    "categories",
    "inbox_categories",
    "templates",
    "notifications",
    "items",
    "tallies",
    "action_tallies",
    "scheduled",
    "scheduled_recipients",
    "idempotency_keys",
    "batch_entries",
    "webhooks",
    "webhook_deliveries",
    "topics",
    "emptied_topics",
    "subscriptions",
    "shared",
    // Last, because it says that all the others are there.
    "incarnation",
];

/// A value on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Rows of one table.
pub(super) type Rows = Vec<Vec<Value>>;

/// How far a move has come.
#[derive(Clone, Copy, Debug)]
pub struct MoveProgress {
    /// The table that is being moved.
    pub table: &'static str,
    /// How many of its rows are there.
    pub rows: u64,
    /// How many it has.
    pub of: u64,
}

/// What became of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// All of it is there: tables and how many rows each has.
    Now(Vec<(&'static str, u64)>),
    /// It had been moved before, and nothing has changed since. Nothing was done.
    Before,
    /// It had been moved before, and both have changed since: one of them would be lost. Nothing was done.
    Outdated,
}

/// Moves a database in a file into one of PostgreSQL that is empty, or in which nothing has changed since the same was
/// moved there before; and compares what is there then with what was read: how many rows each table has, and the sum of
/// each of its columns, revisions and counts among them.
///
/// # Errors
/// If the file is in use, something else is in the new database, one of them fails, or what has arrived is not what was
/// read. Nothing was moved then.
pub async fn move_to_postgres(
    from: &Path,
    to: &str,
    randomness: &dyn Randomness,
    audit: &AuditEntry,
    progress: &(dyn Fn(MoveProgress) + Send + Sync),
) -> Result<Moved, StoreError> {
    let source = Source::open(from, randomness)?;
    let target = PostgresStore::open_for_command(to, randomness).await?;
    let moved = target.take_over(source, audit, progress).await;
    super::Store::close(&target).await;
    moved
}

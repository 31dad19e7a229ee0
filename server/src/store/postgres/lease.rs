//! The lease: a row that says until when, by the database's clock.
//!
//! Rejected: a lock of a session. It would be gone at once with a process that is killed, but a machine that is cut off
//! keeps it until the database gives its connection up, which takes hours unless it is told otherwise; and it would need a
//! connection that is kept, and watched, for nothing else.

use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;

use super::{PostgresStore, transaction::writing};
use crate::store::{LEASE_LASTS, LeaseStore, StoreError};

/// The turn of this process: each renewal is one, so that whoever was away for too long knows it by its number.
pub(super) struct Turn(AtomicI64);

impl Default for Turn {
    /// Nobody's: those that were taken are counted from one.
    fn default() -> Self {
        Self(AtomicI64::new(-1))
    }
}

#[async_trait]
impl LeaseStore for PostgresStore {
    async fn take_lease(&self) -> Result<bool, StoreError> {
        let ours = self.turn.0.load(Ordering::Acquire);
        let seconds = LEASE_LASTS.as_secs_f64();
        // One that ends later than any can was given before the database's clock was set back.
        let sql = "UPDATE lease SET turn = turn + 1, until = clock_timestamp() + make_interval(secs => $2) \
                   WHERE turn = $1 OR until <= clock_timestamp() \
                   OR until > clock_timestamp() + 2 * make_interval(secs => $2) RETURNING turn";
        // Asked for as rows, and not run: it is nothing that is counted among the commits.
        let taken = writing!(self, db => db.first(sql, &[&ours, &seconds]).await)?;
        let Some(row) = taken else { return Ok(false) };
        self.turn.0.store(row.try_get(0)?, Ordering::Release);
        Ok(true)
    }

    async fn return_lease(&self) -> Result<(), StoreError> {
        let ours = self.turn.0.load(Ordering::Acquire);
        let sql = "UPDATE lease SET until = '-infinity' WHERE turn = $1 RETURNING turn";
        writing!(self, db => db.first(sql, &[&ours]).await).map(drop)
    }
}

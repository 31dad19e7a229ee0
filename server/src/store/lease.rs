//! What one process does for all that share a database: who that is.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;

/// For so long a process has the lease without renewing it.
pub const LEASE_LASTS: Duration = Duration::from_secs(6);

/// The lease of a database.
///
/// It keeps several processes from doing the same work beside each other, and nothing else rests on it: work that two of
/// them do all the same is done once, because each transaction locks what it changes.
#[async_trait]
pub trait LeaseStore: Send + Sync {
    /// Takes the lease, or renews it: `true` if it is this process's for [`LEASE_LASTS`] from the moment this was asked.
    /// That is measured where the database is, so that no other machine's clock decides about it.
    async fn take_lease(&self) -> Result<bool, StoreError>;

    /// Gives it back, if it is this process's: the next one who asks has it at once.
    async fn return_lease(&self) -> Result<(), StoreError>;
}

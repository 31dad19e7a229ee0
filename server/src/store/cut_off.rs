//! Processes that others cannot hear, by their own word.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;

/// For so long such a word counts.
pub const CUT_OFF_LASTS: Duration = Duration::from_mins(1);

/// Where a process that is cut off from the bus says so: whoever changes something reaches the database.
#[async_trait]
pub trait CutOffStore: Send + Sync {
    /// Says that others do not hear what this process changes, for [`CUT_OFF_LASTS`] from now on by the database's clock;
    /// or that they do.
    async fn say_cut_off(&self, process: u64, is_cut_off: bool) -> Result<(), StoreError>;

    /// Whether a process other than this one has said so.
    async fn is_one_cut_off(&self, but: u64) -> Result<bool, StoreError>;
}

//! Nothing: processes that share a file see what the others write, whatever else they hear (`foreign_changes`).

use async_trait::async_trait;

use super::SqliteStore;
use crate::store::{CutOffStore, StoreError};

#[async_trait]
impl CutOffStore for SqliteStore {
    async fn say_cut_off(&self, _process: u64, _is_cut_off: bool) -> Result<(), StoreError> {
        Ok(())
    }

    async fn is_one_cut_off(&self, _but: u64) -> Result<bool, StoreError> {
        Ok(false)
    }
}

//! The lease: a lock on a file beside the database, which ends with the process that has it.
//!
//! Processes that share a file share a machine, so that nothing has to run out, and nothing is written while nothing
//! happens.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{SqliteStore, occupancy::beside};
use crate::store::{LeaseStore, StoreError};

/// The file, and its lock while it is this process's.
pub(super) struct LeaseFile {
    path: PathBuf,
    held: Mutex<Option<File>>,
}

impl LeaseFile {
    pub(super) fn beside(database: &Path) -> Self {
        Self { path: beside(database, "lease"), held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Option<File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> std::io::Result<bool> {
        let mut held = self.held();
        if held.is_some() {
            return Ok(true);
        }
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(&self.path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(false),
            // A file system without locks: everybody does the work.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        *held = Some(file);
        Ok(true)
    }
}

#[async_trait]
impl LeaseStore for SqliteStore {
    async fn take_lease(&self) -> Result<bool, StoreError> {
        self.lease.take().map_err(|error| StoreError::Database(Box::new(error)))
    }

    async fn return_lease(&self) -> Result<(), StoreError> {
        *self.lease.held() = None;
        Ok(())
    }
}

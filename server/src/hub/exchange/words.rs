//! What the processes of a test say of themselves in their database.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::store::{CUT_OFF_LASTS, CutOffStore, StoreError};

/// Who says that it is cut off, and until when that counts.
#[derive(Clone, Default)]
pub(super) struct Words(Arc<Mutex<HashMap<u64, Instant>>>);

impl Words {
    /// Whether the word of this process counts for so long.
    pub(super) fn count_for(&self, process: u64, time: Duration) -> bool {
        self.lock().get(&process).is_some_and(|until| *until >= Instant::now() + time)
    }

    /// Whether nobody has a word that was not taken back.
    pub(super) fn are_taken_back(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.0.lock().unwrap()
    }
}

#[async_trait]
impl CutOffStore for Words {
    async fn say_cut_off(&self, process: u64, is_cut_off: bool) -> Result<(), StoreError> {
        let mut words = self.lock();
        if is_cut_off {
            words.insert(process, Instant::now() + CUT_OFF_LASTS);
        } else {
            words.remove(&process);
        }
        Ok(())
    }

    async fn is_one_cut_off(&self, but: u64) -> Result<bool, StoreError> {
        Ok(self.lock().iter().any(|(process, until)| *process != but && *until > Instant::now()))
    }
}

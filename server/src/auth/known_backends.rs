//! Backends that were here lately: what the database said of their keys, for as long as it would say the same.
//!
//! Looking a key up takes as long as everything else that is done for a send before it is written. What is remembered
//! here is never enough by itself: see [`RecentBackend`](super::backend::RecentBackend).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::store::{BackendKey, Edition, Project};

/// Of so many keys. With more of them in use, some are looked up again.
const MAX_KNOWN: usize = 1_000;

/// A key, and its project.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What they were read in.
    pub(super) edition: Edition,
    pub(super) key: BackendKey,
    pub(super) project: Arc<Project>,
}

/// The keys that were looked up last, by their hashes.
#[derive(Default)]
pub struct KnownBackends(Mutex<HashMap<[u8; 32], Known>>);

impl KnownBackends {
    /// What is known of a key in this edition.
    pub(super) fn find(&self, hash: &[u8; 32], edition: Edition) -> Option<Known> {
        self.lock().get(hash).filter(|known| known.edition == edition).cloned()
    }

    /// Remembers a key that there is: whoever makes keys up fills nothing here.
    pub(super) fn remember(&self, hash: [u8; 32], known: Known) {
        let mut all = self.lock();
        if all.len() >= MAX_KNOWN && !all.contains_key(&hash) {
            all.clear();
        }
        all.insert(hash, known);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! How many large requests of one key are under way: each takes much memory and work, so that counting how often they come
//! is not enough.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The requests that are under way, by key.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<String, u32>>>);

/// A request that is under way; dropped, it is no longer.
pub struct Turn {
    turns: Turns,
    key: String,
}

impl Turns {
    /// Takes one of so many turns of a key, if there is one.
    pub(super) fn take(&self, key: &str, most: u32) -> Option<Turn> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = taken.entry(key.to_owned()).or_default();
        if *of_key >= most {
            return None;
        }
        *of_key += 1;
        Some(Turn { turns: self.clone(), key: key.to_owned() })
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_key) = taken.get_mut(&self.key) {
            *of_key -= 1;
            if *of_key == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

//! What was fetched from providers, kept while it may be: a key set is asked for with every token, and a provider is
//! neither called nor waited for that often.
//!
//! Own, and not a crate such as `moka`: that shares one fetch among those who wait, but drops it with the request that
//! began it, and has neither refreshing behind an old value, nor a failure that is kept for a moment, nor the pause for
//! unknown keys. With it, this would be about as long.

mod entry;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};
use url::Url;

use crate::traces;
use entry::{Entry, Flight, Outcome, State};

/// An entry that nobody has asked for is dropped after this.
const UNUSED_KEPT: Duration = Duration::from_hours(24);

/// Where a key set comes from. The same provider at another URL is another source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeySetSource {
    /// The provider's id.
    pub provider_id: String,
    /// What is fetched.
    pub url: Url,
}

/// Why there is no key set.
#[derive(Debug, thiserror::Error)]
pub enum KeySetUnavailable<E: Error + 'static> {
    /// The last fetch failed. It was logged.
    #[error(transparent)]
    Failed(Arc<E>),
    /// The fetch ended without an outcome: it panicked, or the server stops.
    #[error("the fetch of the key set was ended")]
    Ended,
}

/// Key sets (or whatever was made of them) by source.
///
/// A fetch is a task of its own: it goes on when the request that caused it is gone, and is shared by all who need it.
pub struct KeySetCache<T, E> {
    entries: Arc<Mutex<Entries<T, E>>>,
}

type Entries<T, E> = HashMap<KeySetSource, Entry<T, E>>;

impl<T, E> Default for KeySetCache<T, E> {
    fn default() -> Self {
        Self { entries: Arc::default() }
    }
}

impl<T, E> KeySetCache<T, E>
where
    T: Send + Sync + 'static,
    E: Error + Send + Sync + 'static,
{
    /// What a source has. It is fetched if there is nothing, or nothing that counts any longer; if it is no longer
    /// fresh, the old value is the answer and it is fetched behind it. `fetch` gives the value and the seconds for
    /// which the sender lets it be kept, and has to end by itself.
    ///
    /// # Errors
    /// If there is nothing to give and it cannot be fetched, or could not a moment ago.
    pub async fn get<F, Fut>(&self, source: &KeySetSource, fetch: F) -> Result<Arc<T>, KeySetUnavailable<E>>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(T, Option<u64>), E>> + Send,
    {
        let now = Instant::now();
        let flight = {
            let mut entries = lock(&self.entries);
            let entry = used(&mut entries, source, now);
            match entry.state(now) {
                State::Fresh(value) => return Ok(value),
                State::Old(value) => {
                    if entry.may_refresh(now) {
                        self.take_off(source, entry, fetch);
                    }
                    return Ok(value);
                }
                State::Failed(error) => return Err(KeySetUnavailable::Failed(error)),
                State::Nothing => match entry.flight() {
                    Some(flight) => flight,
                    None => self.take_off(source, entry, fetch),
                },
            }
        };
        landed(flight).await
    }

    /// What a source has after a token named a key that was not in it: it may be newer than what is kept. Fetches at
    /// most once in 30 seconds for each source, however that ends, because anybody can make up a key's name; in
    /// between, and if the fetch fails, the answer is what is kept.
    ///
    /// # Errors
    /// As of [`KeySetCache::get`].
    pub async fn refetch_for_unknown_key<F, Fut>(
        &self,
        source: &KeySetSource,
        fetch: F,
    ) -> Result<Arc<T>, KeySetUnavailable<E>>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(T, Option<u64>), E>> + Send,
    {
        let now = Instant::now();
        let begun = 'locked: {
            let mut entries = lock(&self.entries);
            let entry = used(&mut entries, source, now);
            let (State::Fresh(kept) | State::Old(kept)) = entry.state(now) else {
                break 'locked Err(fetch);
            };
            match entry.flight() {
                Some(flight) => Ok((kept, flight)),
                None if entry.claim_refetch(now) => Ok((kept, self.take_off(source, entry, fetch))),
                None => return Ok(kept),
            }
        };
        match begun {
            Ok((kept, flight)) => Ok(landed(flight).await.unwrap_or(kept)),
            // With nothing kept there is nothing that the key is unknown to.
            Err(fetch) => self.get(source, fetch).await,
        }
    }

    /// Begins a fetch.
    fn take_off<F, Fut>(&self, source: &KeySetSource, entry: &mut Entry<T, E>, fetch: F) -> Flight<T, E>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(T, Option<u64>), E>> + Send,
    {
        let (sender, flight) = watch::channel(None);
        entry.take_off(flight.clone());
        let entries = Arc::clone(&self.entries);
        let source = source.clone();
        tokio::spawn(traces::below_present(async move {
            let (outcome, max_age_seconds): (Outcome<T, E>, _) = match fetch().await {
                Ok((value, max_age_seconds)) => (Ok(Arc::new(value)), max_age_seconds),
                Err(error) => {
                    // Here, because many may share it, and nobody may be waiting for it.
                    tracing::warn!(provider = source.provider_id, %error, "the key set cannot be fetched");
                    (Err(Arc::new(error)), None)
                }
            };
            let now = Instant::now();
            let mut entries = lock(&entries);
            drop_unused(&mut entries, now);
            if let Some(entry) = entries.get_mut(&source) {
                entry.land(now, &outcome, max_age_seconds);
            }
            drop(entries);
            // Nobody waits for a refresh behind an old value.
            sender.send_replace(Some(outcome));
        }));
        flight
    }
}

/// The end of a fetch.
async fn landed<T, E: Error + 'static>(mut flight: Flight<T, E>) -> Result<Arc<T>, KeySetUnavailable<E>> {
    match flight.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(outcome)) => outcome.clone().map_err(KeySetUnavailable::Failed),
        Ok(None) | Err(_) => Err(KeySetUnavailable::Ended),
    }
}

/// The entry of a source, which is thereby used.
fn used<'a, T, E>(
    entries: &'a mut Entries<T, E>,
    source: &KeySetSource,
    now: Instant,
) -> &'a mut Entry<T, E> {
    if !entries.contains_key(source) {
        drop_unused(entries, now);
    }
    let entry = entries.entry(source.clone()).or_insert_with(|| Entry::new(now));
    entry.used_at = now;
    entry
}

fn drop_unused<T, E>(entries: &mut Entries<T, E>, now: Instant) {
    entries.retain(|_, entry| now - entry.used_at < UNUSED_KEPT);
}

/// A fetch that panics does so without the lock, so what is behind a poisoned one is whole.
fn lock<T, E>(entries: &Mutex<Entries<T, E>>) -> MutexGuard<'_, Entries<T, E>> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The keys of session tokens: the server's own, told apart by their `kid`.
//!
//! The ring is kept in memory and read again when it may have changed. `session_key_rotation.rs` changes it.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey};
use notification_bell_protocol::Timestamp;
use sha2::Sha256;
use tokio::{sync::Mutex, time::Instant};

use super::{
    jwe,
    master_key::{MasterKey, MasterKeyError},
};
use crate::{
    error::Error,
    randomness::Randomness,
    store::{Store, StoreError, StoredSessionKey},
};

const PURPOSE: &str = "session key";
/// An unknown `kid` has the ring read again no more often than this: a flood of forged ones is no flood of queries.
const SEARCH_PAUSE: Duration = Duration::from_secs(1);

/// The ring: the newest key makes tokens, all of them read them.
pub struct SessionKeys {
    store: Arc<dyn Store>,
    master_key: Arc<MasterKey>,
    /// The newest first.
    ring: RwLock<Vec<Arc<SessionKey>>>,
    /// Held while the ring is read from the store, so that an older reading never replaces a newer one; when an
    /// unknown `kid` last had it read.
    reading: Mutex<Option<Instant>>,
}

/// One key of the ring.
pub struct SessionKey {
    /// Its `kid`.
    pub id: String,
    /// Signs.
    pub(super) encoding: EncodingKey,
    /// Verifies.
    pub(super) decoding: DecodingKey,
    /// Encrypts and decrypts.
    pub(super) sealing: [u8; jwe::KEY_BYTES],
}

/// Whether the master key is the one that a key was sealed under.
#[must_use]
pub fn opens(master_key: &MasterKey, kept: &StoredSessionKey) -> bool {
    master_key.open(PURPOSE, &kept.sealed).is_ok()
}

/// Why there is no ring.
#[derive(Debug, thiserror::Error)]
pub enum SessionKeysError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key is not the one the keys were sealed under.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// There is no key: somebody has emptied the table.
    #[error("there is no session key in the database")]
    Empty,
}

impl From<SessionKeysError> for Error {
    fn from(error: SessionKeysError) -> Self {
        match error {
            SessionKeysError::Store(error) => error.into(),
            SessionKeysError::MasterKey(error) => error.into(),
            SessionKeysError::Empty => Self::Storage(StoreError::Database(Box::new(error))),
        }
    }
}

impl SessionKey {
    /// A key from its secret. Signing and encrypting use different ones, so that nothing made with one is of use with
    /// the other: what is signed is base64url and dots, and so never the label with its spaces.
    fn new(id: String, secret: &[u8]) -> Result<Self, MasterKeyError> {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).map_err(|_| MasterKeyError::Form)?;
        Ok(Self {
            id,
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            sealing: mac.chain_update("notification-bell session encryption").finalize().into_bytes().into(),
        })
    }

    #[cfg(test)]
    pub(crate) fn of_secret(id: &str, secret: &[u8]) -> Self {
        Self::new(id.to_owned(), secret).unwrap()
    }
}

impl SessionKeys {
    /// The ring that is kept, as it is. Whoever serves asks [`keep_one`](Self::keep_one) for a first key.
    ///
    /// # Errors
    /// A store that fails, or a master key that does not open what is kept.
    pub async fn load(store: Arc<dyn Store>, master_key: Arc<MasterKey>) -> Result<Self, SessionKeysError> {
        let keys = Self { store, master_key, ring: RwLock::default(), reading: Mutex::default() };
        keys.reload().await?;
        Ok(keys)
    }

    /// Reads the ring again; keys that were removed are no longer known afterwards.
    ///
    /// # Errors
    /// As for [`load`](Self::load); then the ring stays as it was.
    pub async fn reload(&self) -> Result<(), SessionKeysError> {
        let _reading = self.reading.lock().await;
        self.read().await
    }

    /// The key that makes tokens.
    ///
    /// # Errors
    /// If there is none.
    pub fn newest(&self) -> Result<Arc<SessionKey>, SessionKeysError> {
        self.ring().first().cloned().ok_or(SessionKeysError::Empty)
    }

    /// Whether a token with this `kid` may still count: its key has not been removed.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.get(id).is_some()
    }

    /// The key with this `kid`. One that is not known may be another process's newest: then the ring is read again,
    /// by one of those who ask for all of them, and at most once a second.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub async fn find(&self, id: &str) -> Result<Option<Arc<SessionKey>>, SessionKeysError> {
        if let Some(key) = self.get(id) {
            return Ok(Some(key));
        }
        let mut searched_at = self.reading.lock().await;
        // Whoever had to wait did so for a reading that may have brought it.
        if let Some(key) = self.get(id) {
            return Ok(Some(key));
        }
        if searched_at.is_some_and(|at| at.elapsed() < SEARCH_PAUSE) {
            return Ok(None);
        }
        *searched_at = Some(Instant::now());
        self.read().await?;
        Ok(self.get(id))
    }

    /// Whoever calls this holds `reading`.
    async fn read(&self) -> Result<(), SessionKeysError> {
        let open = |stored: StoredSessionKey| -> Result<Arc<SessionKey>, MasterKeyError> {
            if let Some(key) = self.get(&stored.id) {
                return Ok(key);
            }
            let secret = self.master_key.open(PURPOSE, &stored.sealed)?;
            SessionKey::new(stored.id, &secret).map(Arc::new)
        };
        let ring = self.store.session_keys().await?.into_iter().map(open).collect::<Result<_, _>>()?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    fn get(&self, id: &str) -> Option<Arc<SessionKey>> {
        self.ring().iter().find(|key| key.id == id).cloned()
    }

    fn ring(&self) -> std::sync::RwLockReadGuard<'_, Vec<Arc<SessionKey>>> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// A key to be: 64 random bits as its name, and 256 as its secret.
    pub(super) fn fresh(
        &self,
        now: Timestamp,
        randomness: &dyn Randomness,
    ) -> Result<StoredSessionKey, MasterKeyError> {
        let id = u64::from_le_bytes(randomness.bytes());
        let sealed = self.master_key.seal(PURPOSE, &randomness.bytes::<32>(), randomness)?;
        Ok(StoredSessionKey { id: format!("{id:016x}"), sealed, created_at: now })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use crate::auth::session_key_rotation::test::Bench;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_unknown_ids_reads_the_ring_once_a_second() {
        let bench = Bench::new();
        let keys = bench.server().await;
        assert!(keys.find("forged").await.unwrap().is_none());
        let new = bench.rotate(false).await;
        assert!(keys.find(&new).await.unwrap().is_none(), "not read again within the second");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(keys.find(&new).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn everybody_who_waits_for_a_reading_has_its_keys() {
        let bench = Bench::new();
        let keys = bench.server().await;
        let new = bench.rotate(false).await;
        let found = join_all((0..100).map(|_| keys.find(&new))).await;
        assert!(found.into_iter().all(|key| key.unwrap().is_some()));
    }

    #[tokio::test]
    async fn a_removed_key_is_gone_after_a_reload() {
        let bench = Bench::new();
        let keys = bench.server().await;
        let old = keys.newest().unwrap().id.clone();
        let new = bench.rotate(true).await;
        assert!(keys.has(&old), "not yet");
        keys.reload().await.unwrap();
        assert!(!keys.has(&old) && keys.newest().unwrap().id == new);
        assert!(keys.find(&old).await.unwrap().is_none());
    }

    #[test]
    fn signing_and_encrypting_use_different_keys() {
        let key = super::SessionKey::of_secret("k", &[7; 32]);
        assert_ne!(key.sealing, [7; 32]);
        assert_ne!(key.sealing, super::SessionKey::of_secret("k", &[8; 32]).sealing);
    }
}

//! The keys that session tokens are signed with: the server's own, told apart by their `kid`.

use std::sync::Arc;

use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::{
    auth::master_key::{MasterKey, MasterKeyError},
    clock::Clock,
    randomness::Randomness,
    store::{Store, StoreError, StoredSessionKey},
};

const PURPOSE: &str = "session key";

/// The ring: the newest key signs, all of them verify.
pub struct SessionKeys(Vec<SessionKey>);

/// One key of the ring.
pub struct SessionKey {
    /// Its `kid`.
    pub id: String,
    /// Signs.
    pub encoding: EncodingKey,
    /// Verifies.
    pub decoding: DecodingKey,
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
}

impl SessionKeys {
    /// The ring that is kept; a first key is made if there is none.
    ///
    /// # Errors
    /// A store that fails, or a master key that does not open what is kept.
    pub async fn load(
        store: &Arc<dyn Store>,
        master_key: &MasterKey,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
    ) -> Result<Self, SessionKeysError> {
        let mut stored = store.session_keys().await?;
        if stored.is_empty() {
            let id = u64::from_le_bytes(randomness.bytes());
            let sealed = master_key.seal(PURPOSE, &randomness.bytes::<32>(), randomness)?;
            let key = StoredSessionKey { id: format!("{id:016x}"), sealed, created_at: clock.now() };
            store.create_first_session_key(key).await?;
            stored = store.session_keys().await?;
        }
        let open = |key: StoredSessionKey| -> Result<SessionKey, MasterKeyError> {
            let secret = master_key.open(PURPOSE, &key.sealed)?;
            Ok(SessionKey {
                id: key.id,
                encoding: EncodingKey::from_secret(&secret),
                decoding: DecodingKey::from_secret(&secret),
            })
        };
        Ok(Self(stored.into_iter().map(open).collect::<Result<_, _>>()?))
    }

    /// The key that signs.
    #[must_use]
    pub fn newest(&self) -> Option<&SessionKey> {
        self.0.first()
    }

    /// The key with this `kid`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&SessionKey> {
        self.0.iter().find(|key| key.id == id)
    }

    #[cfg(test)]
    pub(crate) fn of_secrets(secrets: &[(&str, &[u8])]) -> Self {
        let key = |(id, secret): &(&str, &[u8])| SessionKey {
            id: (*id).to_owned(),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
        };
        Self(secrets.iter().map(key).collect())
    }
}

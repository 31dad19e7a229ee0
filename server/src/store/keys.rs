//! Keys of backends, keys of session tokens, and what a session token is still worth.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;

use super::{AuditEntry, Project, ProjectKey, StoreError, UserRef};
use crate::auth::scope::Scope;

/// A backend's key as it is kept: the key itself is not.
#[derive(Clone, Debug)]
pub struct BackendKey {
    /// A `UUIDv7` as text.
    pub id: String,
    /// The project it belongs to.
    pub project: ProjectKey,
    /// For people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Names what was known of all keys and projects at some moment. Once any of them has been changed, it is another one;
/// it may also be another one although nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition(pub(super) u64);

/// A backend's key to be.
#[derive(Clone, Debug)]
pub struct NewBackendKey {
    /// See [`BackendKey::id`].
    pub id: String,
    /// See [`BackendKey::project`].
    pub project: ProjectKey,
    /// See [`BackendKey::name`].
    pub name: String,
    /// The SHA-256 of the key.
    pub hash: [u8; 32],
    /// See [`BackendKey::scopes`].
    pub scopes: Vec<Scope>,
    /// See [`BackendKey::created_at`].
    pub created_at: Timestamp,
    /// See [`BackendKey::expires_at`].
    pub expires_at: Option<Timestamp>,
}

/// A key that session tokens are signed or encrypted with.
#[derive(Clone, Debug)]
pub struct StoredSessionKey {
    /// Its `kid`.
    pub id: String,
    /// 32 bytes, sealed under the master key.
    pub sealed: Vec<u8>,
    /// When it was made: the newest one signs.
    pub created_at: Timestamp,
}

/// What is known of a user beside their inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserStanding {
    /// A session with an older epoch was revoked.
    pub epoch: i64,
    /// A session that was issued before this moment was revoked.
    pub issued_before: Timestamp,
    /// No session of this user is opened.
    pub blocked: bool,
    /// The plain HMAC of this user is no longer accepted.
    pub plain_hmac_off: bool,
}

/// What the database knows about a session token that is itself in order.
#[derive(Clone, Debug)]
pub struct SessionStanding {
    /// Its project.
    pub project: Project,
    /// Its user.
    pub user: UserStanding,
    /// Whether it was ended.
    pub ended: bool,
}

/// How a user is cut off. What is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revocation {
    /// End every session there is.
    pub every_session: bool,
    /// End the sessions that were issued before this moment.
    pub issued_before: Option<Timestamp>,
    /// Open no more sessions, or open them again.
    pub blocked: Option<bool>,
    /// Accept the plain HMAC no more, or again.
    pub plain_hmac_off: Option<bool>,
}

/// The keys of a database.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Adds a backend's key.
    async fn create_backend_key(
        &self,
        key: NewBackendKey,
        audit: AuditEntry,
    ) -> Result<BackendKey, StoreError>;

    /// Those of a project, revoked ones too, the oldest first.
    async fn backend_keys(&self, project: ProjectKey) -> Result<Vec<BackendKey>, StoreError>;

    /// Revokes a key at the moment of the entry; `false` if there is none with this id. Revoking it again changes
    /// nothing, and leaves no entry.
    async fn revoke_backend_key(&self, id: &str, audit: AuditEntry) -> Result<bool, StoreError>;

    /// The key with this hash, and its project.
    async fn backend_key_by_hash(&self, hash: [u8; 32]) -> Result<Option<(BackendKey, Project)>, StoreError>;

    /// The edition of keys and projects now: what is read after this is of this edition or of a later one.
    fn edition(&self) -> Edition;

    /// Notes that a key was used.
    async fn touch_backend_key(&self, id: &str, at: Timestamp) -> Result<(), StoreError>;

    /// The keys of session tokens, the newest first.
    async fn session_keys(&self) -> Result<Vec<StoredSessionKey>, StoreError>;

    /// Adds one, unless there is one that was made at this time or later: of several processes that find the newest too
    /// old, or none, one makes the next. Says whether it was added.
    async fn add_session_key_if_newest_is_older_than(
        &self,
        cutoff: Timestamp,
        key: StoredSessionKey,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;

    /// Adds one that is the newest, even if a clock was set back: then it is dated just after the one before. With
    /// `alone`, all others are removed with the same commit.
    async fn add_session_key(
        &self,
        key: StoredSessionKey,
        alone: bool,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Removes those whose successor was made before this time; says how many. The newest always stays.
    async fn remove_session_keys_succeeded_before(&self, cutoff: Timestamp) -> Result<usize, StoreError>;

    /// Cuts a user off, whether or not they were heard of.
    async fn revoke_user(
        &self,
        user: &UserRef,
        revocation: Revocation,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Ends a session; it is remembered until the token has run out.
    async fn end_session(&self, session_id: &str, until: Timestamp) -> Result<(), StoreError>;
}

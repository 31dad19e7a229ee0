//! Projects: whose users and keys are kept apart.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;

use super::{AuditEntry, StoreError};
use crate::{
    auth::{origin::AllowedOrigin, proofs::ProofKind, user_id::UserIdRule},
    languages::Locale,
};

/// Names a project inside the database. Every query on a user's data has it in its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectKey(pub i64);

/// A project as it is kept.
#[derive(Clone, Debug)]
pub struct Project {
    /// Within the database.
    pub key: ProjectKey,
    /// A `UUIDv7` as text: for everybody else.
    pub id: String,
    /// Unique, for people.
    pub name: String,
    /// The public key.
    pub api_key: String,
    /// The secret, sealed under the master key.
    pub sealed_secret: Vec<u8>,
    /// The secret before it, if it was rotated.
    pub previous_secret: Option<PreviousSecret>,
    /// The kinds of proof it accepts.
    pub proofs: Vec<ProofKind>,
    /// How its user ids are written.
    pub user_id_rule: UserIdRule,
    /// The pages that may use it; empty: any.
    pub origins: Vec<AllowedOrigin>,
    /// The language of those whose own is not among the texts of a notification.
    pub locale: Locale,
    /// For how long what was sent is kept.
    pub retention: Retention,
    /// Raised to end every session at once.
    pub epoch: i64,
    /// A session that was issued before this moment was revoked.
    pub issued_before: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A secret that was replaced and is still accepted for a while.
#[derive(Clone, Debug)]
pub struct PreviousSecret {
    /// Sealed under the master key.
    pub sealed: Vec<u8>,
    /// When it stops being accepted.
    pub until: Timestamp,
}

/// A secret that takes the place of another.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Sealed under the master key.
    pub sealed: Vec<u8>,
    /// See [`NewProject::secret_fingerprint`].
    pub fingerprint: [u8; 32],
    /// Until when the one before is accepted; `None` ends it, and every session of the project, at once.
    pub previous_until: Option<Timestamp>,
    /// Replace although a secret before the present one is still accepted, which then no longer is.
    pub force: bool,
}

/// A project to be.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// See [`Project::id`].
    pub id: String,
    /// See [`Project::name`].
    pub name: String,
    /// See [`Project::api_key`].
    pub api_key: String,
    /// See [`Project::sealed_secret`].
    pub sealed_secret: Vec<u8>,
    /// Recognises the secret where it does not belong: [`MasterKey::fingerprint`](crate::auth::master_key::MasterKey::fingerprint).
    pub secret_fingerprint: [u8; 32],
    /// See [`Project::proofs`].
    pub proofs: Vec<ProofKind>,
    /// See [`Project::user_id_rule`].
    pub user_id_rule: UserIdRule,
    /// See [`Project::origins`].
    pub origins: Vec<AllowedOrigin>,
    /// See [`Project::locale`].
    pub locale: Locale,
    /// See [`Project::retention`].
    pub retention: Retention,
    /// See [`Project::created_at`].
    pub created_at: Timestamp,
}

/// What is to be different about a project. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    /// See [`Project::name`].
    pub name: Option<String>,
    /// See [`Project::proofs`].
    pub proofs: Option<Vec<ProofKind>>,
    /// See [`Project::user_id_rule`].
    pub user_id_rule: Option<UserIdRule>,
    /// See [`Project::origins`].
    pub origins: Option<Vec<AllowedOrigin>>,
    /// See [`Project::locale`]. What was sent before stays as it is.
    pub locale: Option<Locale>,
    /// See [`Project::retention`].
    pub retention: Option<Retention>,
}

/// For how long what was sent is kept: items, wherever their users put them, and notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// Until somebody removes it.
    ForGood,
    /// So many days after it was sent.
    Days(u32),
}

impl Default for Retention {
    /// Half a year: what nobody has looked at by then is of no use to them, and of some to who steals a database.
    fn default() -> Self {
        Self::Days(180)
    }
}

impl Retention {
    /// The days; `None` for good.
    #[must_use]
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::ForGood => None,
            Self::Days(days) => Some(days),
        }
    }
}

/// The projects of a database.
#[async_trait]
pub trait ProjectStore: Send + Sync {
    /// Adds a project.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if its name or its public key is another's.
    async fn create_project(&self, project: NewProject, audit: AuditEntry) -> Result<Project, StoreError>;

    /// All of them, the oldest first.
    async fn projects(&self) -> Result<Vec<Project>, StoreError>;

    /// The one with this public key.
    async fn project_by_api_key(&self, api_key: &str) -> Result<Option<Project>, StoreError>;

    /// Changes a project.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if its new name is another's.
    async fn change_project(
        &self,
        project: ProjectKey,
        change: ProjectChange,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Ends the sessions of all users of a project: those that were issued before a moment, or all.
    async fn revoke_project(
        &self,
        project: ProjectKey,
        issued_before: Option<Timestamp>,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Replaces the secret of a project; `false`, and nothing is changed, if a secret before the present one is still
    /// accepted at the moment of the entry and nothing is forced.
    async fn rotate_secret(
        &self,
        project: ProjectKey,
        secret: NewSecret,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;

    /// Whether some project's secret has this fingerprint.
    async fn is_secret(&self, fingerprint: [u8; 32]) -> Result<bool, StoreError>;
}

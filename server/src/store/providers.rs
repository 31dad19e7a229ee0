//! Providers: whom a project trusts to say who somebody is.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;

use super::{AuditEntry, ProjectKey, StoreError};
use crate::auth::{providers::ProviderRules, scope::Scope};

/// A provider as it is kept.
#[derive(Clone, Debug)]
pub struct Provider {
    /// A `UUIDv7` as text.
    pub id: String,
    /// The project that trusts it.
    pub project: ProjectKey,
    /// Unique in its project, for people.
    pub name: String,
    /// Where its keys are.
    pub jwks_url: String,
    /// What its tokens have to say.
    pub rules: ProviderRules,
    /// What its tokens may do, if they are for sending.
    pub scopes: Vec<Scope>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The providers of a database.
#[async_trait]
pub trait ProviderStore: Send + Sync {
    /// Adds a provider.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if another of the project has its name.
    async fn create_provider(&self, provider: Provider, audit: AuditEntry) -> Result<(), StoreError>;

    /// Those of a project, the oldest first.
    async fn providers(&self, project: ProjectKey) -> Result<Vec<Provider>, StoreError>;

    /// Removes a provider; `false` if there is none with this id.
    async fn remove_provider(&self, id: &str, audit: AuditEntry) -> Result<bool, StoreError>;
}

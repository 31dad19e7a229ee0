//! Webhooks: where a project's backend is told what its users do.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;

use super::{AuditEntry, Happenings, PreviousSecret, ProjectKey, StoreError};

/// Names a webhook inside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebhookKey(pub i64);

/// A webhook as it is kept.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Within the database.
    pub key: WebhookKey,
    /// A `UUIDv7` as text: for everybody else.
    pub id: String,
    /// Whose users it tells of.
    pub project: ProjectKey,
    /// What is called.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// What it is told of.
    pub events: Happenings,
    /// Whether it is told of anything now.
    pub enabled: bool,
    /// When it answered that it is gone, which disabled it.
    pub gone_at: Option<Timestamp>,
    /// The secret, sealed under the master key.
    pub sealed_secret: Vec<u8>,
    /// The secret before it, which signs too until a moment.
    pub previous_secret: Option<PreviousSecret>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A webhook to be. It is enabled.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// See [`Webhook::id`].
    pub id: String,
    /// See [`Webhook::project`].
    pub project: ProjectKey,
    /// See [`Webhook::url`].
    pub url: String,
    /// See [`Webhook::description`].
    pub description: Option<String>,
    /// See [`Webhook::events`].
    pub events: Happenings,
    /// See [`Webhook::sealed_secret`].
    pub sealed_secret: Vec<u8>,
    /// See [`Webhook::created_at`].
    pub created_at: Timestamp,
}

/// What is to be different about a webhook. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// See [`Webhook::url`].
    pub url: Option<String>,
    /// See [`Webhook::description`]; an empty one is none.
    pub description: Option<String>,
    /// See [`Webhook::events`].
    pub events: Option<Happenings>,
    /// See [`Webhook::enabled`]. Enabling it also forgets that it was gone.
    pub enabled: Option<bool>,
    /// When it said that it is gone; together with `enabled: false`.
    pub gone_at: Option<Timestamp>,
    /// A sealed secret in the place of the present one, which signs too until a moment.
    pub secret: Option<(Vec<u8>, Timestamp)>,
}

/// The webhooks of a database. What users do is written for them by the changes themselves, in the other traits.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// Adds a webhook; `None` if its project has `most` already.
    async fn create_webhook(
        &self,
        webhook: NewWebhook,
        most: usize,
        audit: AuditEntry,
    ) -> Result<Option<Webhook>, StoreError>;

    /// Those of a project, the oldest first.
    async fn webhooks(&self, project: ProjectKey) -> Result<Vec<Webhook>, StoreError>;

    /// Changes a webhook; gives it as it is then, or `None` if the project has no such webhook.
    async fn change_webhook(
        &self,
        project: ProjectKey,
        id: &str,
        change: WebhookChange,
        audit: AuditEntry,
    ) -> Result<Option<Webhook>, StoreError>;

    /// Removes a webhook with its deliveries; `false` if the project has no such webhook.
    async fn remove_webhook(
        &self,
        project: ProjectKey,
        id: &str,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;
}

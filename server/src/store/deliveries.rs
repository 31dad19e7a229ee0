//! What webhooks are to be told, and what came of it.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use uuid::Uuid;

use super::{ProjectKey, StoreError, Webhook, WebhookKey};

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It is tried, or will be.
    Pending,
    /// It was taken.
    Delivered,
    /// It is not tried any more.
    Failed,
}

impl DeliveryStatus {
    /// What it is called in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// One message to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The `webhook-id` of every attempt.
    pub id: Uuid,
    /// The type of its event.
    pub r#type: String,
    /// What is sent, to the byte.
    pub body: String,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was last tried.
    pub last_attempt_at: Option<Timestamp>,
    /// The status of the last answer, if there was one.
    pub last_status: Option<u16>,
    /// What went wrong the last time, in words.
    pub last_error: Option<String>,
    /// How the last answer began, if it was a refusal.
    pub last_answer: Option<String>,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
}

/// A message to a webhook that is not about a user.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// See [`Delivery::id`].
    pub id: Uuid,
    /// See [`Delivery::type`].
    pub r#type: String,
    /// See [`Delivery::body`].
    pub body: String,
    /// When it is written.
    pub created_at: Timestamp,
}

/// Which deliveries to list.
#[derive(Clone, Debug)]
pub struct DeliveryQuery {
    /// Only those that have come so far.
    pub status: Option<DeliveryStatus>,
    /// How many at most.
    pub limit: usize,
    /// Only older ones than this.
    pub before: Option<Uuid>,
}

/// A delivery that this process alone may try, until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// Names it inside the database.
    pub key: i64,
    /// To whom.
    pub webhook: Webhook,
    /// See [`Delivery::id`].
    pub id: Uuid,
    /// See [`Delivery::body`].
    pub body: String,
    /// The number of this attempt, which names the lease: whoever comes back after it was claimed again is not heard.
    pub attempt: u32,
    /// How often it was tried since it was written or replayed, with this attempt.
    pub tries: u32,
    /// When it is not tried again.
    pub give_up_at: Timestamp,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// See [`ClaimedDelivery::key`].
    pub key: i64,
    /// See [`ClaimedDelivery::attempt`].
    pub attempt: u32,
    /// See [`Delivery::last_status`].
    pub status: Option<u16>,
    /// See [`Delivery::last_error`].
    pub error: Option<String>,
    /// See [`Delivery::last_answer`].
    pub answer: Option<String>,
    /// What follows from it.
    pub outcome: Outcome,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken.
    Delivered,
    /// It is tried again at this moment.
    Retried(Timestamp),
    /// It is not tried again.
    Failed,
}

/// A webhook that has something to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueWebhook {
    /// Which one.
    pub webhook: WebhookKey,
    /// Whose.
    pub project: ProjectKey,
    /// When something is first due for it.
    pub at: Timestamp,
}

/// How long a delivery is tried, from when it was written or replayed.
pub const TRIED_FOR_MS: i64 = 86_400_000;

/// The deliveries of a database. What users do is written for webhooks by the changes themselves, in the other traits.
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// Writes a message to one webhook.
    async fn add_delivery(&self, webhook: WebhookKey, delivery: NewDelivery) -> Result<(), StoreError>;

    /// Deliveries to a webhook, the newest first.
    async fn deliveries(
        &self,
        webhook: WebhookKey,
        query: DeliveryQuery,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Has a delivery tried again from now on, under the same id; `false` if there is no such delivery.
    async fn replay_delivery(
        &self,
        webhook: WebhookKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The enabled webhooks that have anything to deliver; the one that something is due for first is the first.
    async fn due_webhooks(&self) -> Result<Vec<DueWebhook>, StoreError>;

    /// Claims what is due, at most so many deliveries of each webhook. Until `lease_until` nobody else gets them; after
    /// that, everybody may.
    async fn claim_deliveries(
        &self,
        most: Vec<(WebhookKey, usize)>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Vec<ClaimedDelivery>, StoreError>;

    /// Writes what came of an attempt; `false`, and nothing is written, if its lease ended and another was made since.
    async fn settle_delivery(&self, attempted: Attempted) -> Result<bool, StoreError>;

    /// Forgets deliveries that were written before a moment and are not tried any more, and what is left of removed
    /// webhooks; says whether there is more of it than one transaction should hold.
    async fn forget_deliveries(&self, written_before: Timestamp) -> Result<bool, StoreError>;
}

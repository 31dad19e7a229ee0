//! Many notifications in one request.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use uuid::Uuid;

use super::{Audience, Idempotency, NewNotification, ProjectKey, StoreError};

/// One notification of a batch.
#[derive(Clone, Debug)]
pub struct BatchEntry {
    /// Where it is in the batch.
    pub position: usize,
    /// What is sent.
    pub notification: NewNotification,
    /// Whom it is for.
    pub audience: Audience,
}

/// An entry that is on disk, or that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentEntry {
    /// Where it is in the batch.
    pub position: usize,
    /// Its id: that of the first time, if an earlier request with the same key had sent it.
    pub id: Uuid,
    /// How many received it.
    pub recipients: u64,
    /// Whether it was sent by this request.
    pub is_new: bool,
    /// Whether it was not sent: see [`SendOutcome::TooManyShared`](super::SendOutcome). Its key does not remember that.
    pub is_refused: bool,
}

/// How far a batch has come under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchStanding {
    /// So much of it has been sent, and no answer given.
    Sent(Vec<SentEntry>),
    /// It was answered with this text.
    Answered(String),
    /// The key was used for another request.
    KeyReused,
}

/// Sending batches: part by part, so that one transaction holds a bounded number of items.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// How far a batch has come; [`BatchStanding::Sent`] of nothing, if its key is not known.
    async fn batch_standing(
        &self,
        project: ProjectKey,
        idempotency: &Idempotency,
    ) -> Result<BatchStanding, StoreError>;

    /// Sends some entries of a batch, all or none of those that are not refused. Under a key, an entry whose position was sent before is
    /// not sent again; `now` dates the key. When this returns, they are on disk.
    ///
    /// # Errors
    /// If they are not on disk: none of them is there then.
    async fn send_entries(
        &self,
        project: ProjectKey,
        entries: Vec<BatchEntry>,
        idempotency: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<BatchStanding, StoreError>;

    /// Keeps the answer to a batch, and gives the one that is kept: that of whoever was first.
    async fn answer_batch(
        &self,
        project: ProjectKey,
        idempotency: Idempotency,
        answer: String,
        now: Timestamp,
    ) -> Result<BatchStanding, StoreError>;
}

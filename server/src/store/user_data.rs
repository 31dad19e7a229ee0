//! Everything that is held about one user: to give it out, and to forget it.

use async_trait::async_trait;
use notification_bell_protocol::{Item, Preferences, Timestamp};

use uuid::Uuid;

use super::{AuditEntry, AuditRecord, DeliveryStatus, StoreError, UserRef, UserStanding};

/// What there is about a user beside what was sent to them.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// Who may open sessions, and since when.
    pub standing: UserStanding,
    /// What was chosen about categories.
    pub preferences: Preferences,
    /// The topics the user is in, by their names.
    pub topics: Vec<String>,
    /// The entries of the audit log about this user, the oldest first.
    pub audit: Vec<AuditRecord>,
}

/// Where something that was sent to a user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// In the inbox.
    Inbox,
    /// In the archive.
    Archived,
    /// Put aside.
    Snoozed,
    /// Removed, and not forgotten yet.
    Removed(Timestamp),
    /// Still to be sent.
    Scheduled,
}

/// Something that was sent to a user.
#[derive(Clone, Debug)]
pub struct HeldItem {
    /// What it says, and what the user did with it.
    pub item: Item,
    /// Where it is.
    pub whereabouts: Whereabouts,
}

/// A page of what was sent to a user.
#[derive(Clone, Debug)]
pub struct HeldPage {
    /// In the order it was sent in.
    pub items: Vec<HeldItem>,
    /// Where the next page begins.
    pub next: Option<HeldPosition>,
}

/// Something that a user did, as a webhook is or was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldEvent {
    /// Its `webhook-id`.
    pub id: Uuid,
    /// The id of the webhook.
    pub webhook: String,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// What is sent: JSON.
    pub body: String,
}

/// A page of what webhooks are told about a user.
#[derive(Clone, Debug)]
pub struct HeldEventPage {
    /// In the order it happened in.
    pub events: Vec<HeldEvent>,
    /// Where the next page begins.
    pub next: Option<HeldPosition>,
}

/// A place in what was sent to a user, or in what webhooks are told about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldPosition {
    pub(super) is_scheduled: bool,
    pub(super) after_key: i64,
}

/// What is held about users.
#[async_trait]
pub trait UserDataStore: Send + Sync {
    /// Forgets a user: from now on it is as if nothing had ever been sent to them or chosen by them. What belonged to
    /// them is nobody's, and [`advance`](super::InboxStore::advance) removes it piece by piece. Their sessions that were
    /// issued by then end; they may open new ones.
    /// `pseudonym` takes the place of their id in the audit log.
    async fn erase_user(&self, user: &UserRef, pseudonym: &str, audit: AuditEntry) -> Result<(), StoreError>;

    /// What there is about a user, and an entry of the audit log that somebody has asked.
    async fn user_record(&self, user: &UserRef, audit: AuditEntry) -> Result<UserRecord, StoreError>;

    /// A page of what was sent to a user or is to be, by name, by a topic or as one of all: wherever it is, turned off or
    /// not, and removed ones too.
    async fn held_items(
        &self,
        user: &UserRef,
        from: HeldPosition,
        limit: usize,
    ) -> Result<HeldPage, StoreError>;

    /// A page of what webhooks are told about a user, or were within the last seven days.
    async fn held_events(
        &self,
        user: &UserRef,
        from: HeldPosition,
        limit: usize,
    ) -> Result<HeldEventPage, StoreError>;
}

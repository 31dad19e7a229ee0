//! Notifications, and what became of them in each inbox.

use std::{marker, sync::Arc};

use async_trait::async_trait;
use notification_bell_protocol::{
    Action, Counts, InboxPage, Item, ItemChanged, Priority, Revision, Sync, Timestamp, View,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Audience, Edition, Happenings, ProjectKey, Reached, StoreError, TextsByLocale};
use crate::{auth::user_id::UserId, languages::Languages};

/// One inbox: a user of a project. The same user id in two projects is two users.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserRef {
    /// The project.
    pub project: ProjectKey,
    /// The user in it.
    pub user: UserId,
}

/// Whose inbox is looked at, from which state, and in which languages.
#[derive(Clone, Debug)]
pub struct Look {
    /// Whose.
    pub user: UserRef,
    /// The state that is known; a text that is no revision gives a reset.
    pub since: Revision,
    /// The languages its items are to be in.
    pub languages: Languages,
}

/// A notification that was found to be in order.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotification {
    /// Its id, which the items have too.
    pub id: Uuid,
    /// See [`Item::type`](notification_bell_protocol::Item).
    pub r#type: Option<String>,
    /// See [`Item::category`](notification_bell_protocol::Item).
    pub category: Option<String>,
    /// See [`Item::title`](notification_bell_protocol::Item).
    pub title: String,
    /// See [`Item::body`](notification_bell_protocol::Item).
    pub body: Option<String>,
    /// See [`Item::url`](notification_bell_protocol::Item).
    pub url: Option<String>,
    /// See [`Item::icon`](notification_bell_protocol::Item).
    pub icon: Option<String>,
    /// See [`Item::image`](notification_bell_protocol::Item).
    pub image: Option<String>,
    /// See [`Item::actions`](notification_bell_protocol::Item); none is done.
    pub actions: Vec<Action>,
    /// What title, body and actions say to readers of these languages.
    pub texts: TextsByLocale,
    /// See [`Item::group_key`](notification_bell_protocol::Item).
    pub group_key: Option<String>,
    /// See [`Item::data`](notification_bell_protocol::Item).
    pub data: Option<Value>,
    /// See [`Item::priority`](notification_bell_protocol::Item).
    pub priority: Priority,
    /// When it was asked for; what is sent later has `send_at` for its [`Item::created_at`](notification_bell_protocol::Item).
    pub created_at: Timestamp,
    /// When to put it into the inboxes, if not at once.
    pub send_at: Option<Timestamp>,
    /// See [`Item::expires_at`](notification_bell_protocol::Item).
    pub expires_at: Option<Timestamp>,
}

/// What makes a repeated send the same send.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of the body as a JSON value.
    pub fingerprint: [u8; 32],
}

/// What became of a send.
#[derive(Clone, Debug, PartialEq)]
pub enum SendOutcome {
    /// It is on disk.
    Stored(Reached),
    /// It was stored before, under the same key: that notification, and how many received it.
    Repeated {
        /// The first one's id.
        id: Uuid,
        /// How many received it.
        recipients: u64,
    },
    /// The key was used with another body.
    KeyReused,
    /// It is for a topic or for everyone, and as much of theirs is there, or is to be sent, as may be
    /// ([`MAX_SHARED`](super::MAX_SHARED)). Nothing is stored.
    TooManyShared,
    /// Keys and projects may no longer be what they were when they were read. Nothing is stored.
    Outdated,
}

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the inbox: the view `all`.
    Inbox,
    /// In the archive.
    Archived,
    /// Put aside.
    Snoozed,
    /// Nowhere: a tombstone that tells streams of its removal.
    Removed,
}

/// What a user did with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemState {
    /// Where it is.
    pub place: Place,
    /// When it was first on screen.
    pub seen_at: Option<Timestamp>,
    /// When the user acted on it.
    pub read_at: Option<Timestamp>,
    /// When it was archived.
    pub archived_at: Option<Timestamp>,
    /// Until when it is, or was, put aside.
    pub snoozed_until: Option<Timestamp>,
    /// The ids of the actions that were used.
    pub actions_done: Vec<String>,
    /// What was ever done with it. A change adds that it was clicked; the rest is the store's to add.
    pub happened: Happenings,
}

/// A change of state, decided by the inbox and applied by the store within its transaction. An unchanged state
/// raises no revision.
pub type Transition = Arc<dyn Fn(ItemState) -> ItemState + Send + marker::Sync>;

/// Which items a change is for.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Where they have to be, unless they are named.
    pub place: Place,
    /// Only these, wherever they are; unknown ones are skipped.
    pub ids: Option<Vec<Uuid>>,
    /// Only those of this category.
    pub category: Option<String>,
    /// Only those that had come, or come back, by this state.
    pub up_to: Option<Revision>,
    /// What of it has been looked at already, as a [`MarkStep`] says; 0 for nothing.
    pub after_key: i64,
}

/// One step of a change of many items.
#[derive(Clone, Debug)]
pub struct MarkStep {
    /// The numbers after it.
    pub counts: Counts,
    /// The state after it.
    pub revision: Revision,
    /// The items that are others by it.
    pub changed: Vec<Uuid>,
    /// What is left to be changed, which does not reach what came since the first step.
    pub rest: Option<Selection>,
}

/// Which part of an inbox to list.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// The view.
    pub view: View,
    /// Only this category.
    pub category: Option<String>,
    /// How many at most.
    pub limit: usize,
    /// After which page: its `next`.
    pub cursor: Option<String>,
}

/// What happened since a revision.
#[derive(Clone, Debug, PartialEq)]
pub enum Changes {
    /// All of it.
    Since(Sync),
    /// It cannot be told any more, or is too much to tell: the numbers and the state now.
    Reset(Sync),
}

/// What the passing of time did.
#[derive(Clone, Debug, Default)]
pub struct DueWork {
    /// The inboxes that changed.
    pub changed: Vec<UserRef>,
    /// The projects in which what is shared changed: any of their inboxes.
    pub shared: Vec<ProjectKey>,
    /// When the next item expires or comes back, or the next notification is to be sent.
    pub next_at: Option<Timestamp>,
    /// There is more to do at once than one transaction should hold.
    pub more: bool,
}

/// The inboxes of a database. What its user has turned off is in none of them: see
/// [`PreferenceStore`](super::PreferenceStore).
#[async_trait]
pub trait InboxStore: Send + marker::Sync {
    /// Puts a notification into inboxes, at once or at its moment. When this returns, it is on disk.
    ///
    /// # Errors
    /// If it is not on disk: nothing of it is there then. If no answer came to a commit from a database on another
    /// machine, nobody knows; a key of idempotency makes it safe to send again.
    async fn send(
        &self,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError>;

    /// The same for what was allowed by keys and projects as they were read in this edition: if any of them was changed
    /// since, by whomever, nothing is stored.
    ///
    /// # Errors
    /// If it is not on disk: nothing of it is there then.
    async fn send_of_edition(
        &self,
        edition: Edition,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
    ) -> Result<SendOutcome, StoreError>;

    /// What became of an earlier send with this key; `None` if there was none.
    async fn repeated_send(
        &self,
        project: ProjectKey,
        idempotency: &Idempotency,
    ) -> Result<Option<SendOutcome>, StoreError>;

    /// A page of an inbox, with the numbers and the state of the same moment. Items are in the first of their reader's
    /// languages that there are texts for, or else in the one they were sent in.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] for a cursor that was made up.
    async fn list(
        &self,
        user: &UserRef,
        query: ListQuery,
        languages: &Languages,
    ) -> Result<InboxPage, StoreError>;

    /// One item, in the language it was sent in.
    async fn item(&self, user: &UserRef, id: Uuid) -> Result<Option<Item>, StoreError>;

    /// Changes one item; `None` if the user has no such item.
    async fn change_item(
        &self,
        user: &UserRef,
        id: Uuid,
        now: Timestamp,
        transition: Transition,
        languages: &Languages,
    ) -> Result<Option<ItemChanged>, StoreError>;

    /// Changes many items: a bounded number in one transaction, however many are selected. Those that are named are changed
    /// in one step.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] for a revision that was made up.
    async fn change_items(
        &self,
        user: &UserRef,
        selection: Selection,
        now: Timestamp,
        transition: Transition,
    ) -> Result<MarkStep, StoreError>;

    /// Sends what was to be sent by now, lets expire what has expired, brings back what was snoozed until now, and
    /// forgets what need not be remembered any longer: tombstones, idempotency keys, ended sessions.
    /// `returned` is what becomes of an item that comes back.
    async fn advance(&self, now: Timestamp, returned: Transition) -> Result<DueWork, StoreError>;

    /// When [`advance`](Self::advance) has something to do next, as [`DueWork::next_at`] says it.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
}

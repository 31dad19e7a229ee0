//! Notifications as their sender sees them: what was sent, what became of it, and withdrawing it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notification_bell_protocol::{Action, ActionStyle, ItemId, Priority, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProjectKey, StoreError, Texts, TextsByLocale, UserRef};
use crate::auth::user_id::UserId;

/// A notification as it was sent, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationRecord {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub id: ItemId,
    /// What its sender calls this kind of notification.
    #[schema(required)]
    pub r#type: Option<String>,
    /// The group it is counted in.
    #[schema(required)]
    pub category: Option<String>,
    /// Plain text on one line.
    pub title: String,
    /// Plain text.
    #[schema(required)]
    pub body: Option<String>,
    /// Where a click leads.
    #[schema(required)]
    pub url: Option<String>,
    /// The address of a small picture.
    #[schema(required)]
    pub icon: Option<String>,
    /// The address of a picture.
    #[schema(required)]
    pub image: Option<String>,
    /// Its buttons, in order.
    pub actions: Vec<SentAction>,
    /// What title, body and buttons say to readers of other languages, by locale.
    #[schema(value_type = BTreeMap<String, Texts>)]
    pub texts: TextsByLocale,
    /// What folds repeats of it into one item.
    #[schema(required)]
    pub group_key: Option<String>,
    /// The topic that it was sent to.
    #[schema(required)]
    pub topic: Option<String>,
    /// Whether it was sent to everyone.
    pub everyone: bool,
    /// Whatever its sender wants the page to have.
    #[schema(required)]
    pub data: Option<Value>,
    /// How much it matters.
    pub priority: Priority,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it leaves the inboxes by itself.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// When it was withdrawn.
    #[schema(required)]
    pub withdrawn_at: Option<Timestamp>,
    /// What became of it.
    pub tallies: Tallies,
}

/// A button as it was sent: whether it was used is each user's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SentAction {
    /// Names it within its notification.
    pub id: String,
    /// The text on it.
    pub label: String,
    /// Where it leads.
    #[schema(required)]
    pub url: Option<String>,
    /// How it looks.
    pub style: ActionStyle,
}

impl From<Action> for SentAction {
    fn from(action: Action) -> Self {
        Self { id: action.id, label: action.label, url: action.url, style: action.style }
    }
}

/// How many users did something with a notification, each counted once, also after they took it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tallies {
    /// How many it was sent to when it was: of what is for everyone, more may see it. Before that, how many it is addressed
    /// to.
    pub recipients: u64,
    /// How many had it on screen.
    pub seen: u64,
    /// How many read it.
    pub read: u64,
    /// How many acted on it.
    pub clicked: u64,
    /// How many put it into the archive.
    pub archived: u64,
    /// How many used an action, by its id; one that nobody used is not in it.
    pub actions: BTreeMap<String, u64>,
}

/// Which notifications to search for.
#[derive(Clone, Debug, Default)]
pub struct NotificationQuery {
    /// Only those that this user has, or has deleted within the last seven days.
    pub user: Option<UserId>,
    /// Only those of this category.
    pub category: Option<String>,
    /// Only those that were sent to this topic.
    pub topic: Option<String>,
    /// Only those of this type.
    pub r#type: Option<String>,
    /// Only those that were sent at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those that were sent before this moment.
    pub until: Option<Timestamp>,
    /// How many at most.
    pub limit: usize,
    /// After which page: its `next`.
    pub cursor: Option<String>,
}

/// A page of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct NotificationPage {
    /// The newest first.
    pub notifications: Vec<NotificationRecord>,
    /// The `cursor` of the next page; `null` at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// What one step of withdrawing a notification did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawal {
    /// The inboxes that it was taken from.
    pub changed: Vec<UserRef>,
    /// It was shared, so that it is gone from any inbox of the project.
    pub shared: bool,
    /// There are more of them than one transaction should change.
    pub more: bool,
}

/// What was sent, for those who sent it.
#[async_trait]
pub trait NotificationStore: Send + Sync {
    /// One notification of a project.
    async fn notification(
        &self,
        project: ProjectKey,
        id: Uuid,
    ) -> Result<Option<NotificationRecord>, StoreError>;

    /// Notifications of a project, the newest first.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] for a cursor that was made up.
    async fn search_notifications(
        &self,
        project: ProjectKey,
        query: NotificationQuery,
    ) -> Result<NotificationPage, StoreError>;

    /// Takes a notification out of inboxes, a bounded number of them at a time: to be called until there are no more.
    /// `None` if the project has no such notification. What was withdrawn before changes nothing.
    async fn withdraw(
        &self,
        project: ProjectKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Withdrawal>, StoreError>;

    /// What was withdrawn and may still be in inboxes: the process that was to take it out has ended before.
    async fn unfinished_withdrawals(&self) -> Result<Vec<(ProjectKey, Uuid)>, StoreError>;
}

//! A notification as one user sees it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Revision, Timestamp};

/// The id of a notification, and of the item each of its recipients has: a `UUIDv7` (RFC 9562) in text form.
pub type ItemId = String;

/// One entry of an inbox: the notification, and what this user did with it.
///
/// Members that do not apply are `null`. An item is in one place: the inbox, archived (`archived_at`), or snoozed
/// (`snoozed_until` in the future). One that came back from being snoozed keeps the moment it came back at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The notification's id.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: ItemId,
    /// What the sender calls this kind of notification, such as `invoice.paid`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub r#type: Option<String>,
    /// The group it is counted in.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub category: Option<String>,
    /// Plain text, at most 256 characters.
    pub title: String,
    /// Plain text, at most 4,096 characters.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub body: Option<String>,
    /// Where acting on it leads: http, https, mailto, tel, or a path of the site.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub url: Option<String>,
    /// A small square picture: https, a path of the site, or http on loopback.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub icon: Option<String>,
    /// A picture of its content, with an address as that of the icon.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub image: Option<String>,
    /// Buttons, in order.
    pub actions: Vec<Action>,
    /// Whatever the sender wants the page to have. Never shown.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub data: Option<Value>,
    /// How much it matters.
    pub priority: Priority,
    /// What it repeats others by: an item still unread makes way for a new one with the same key.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub group_key: Option<String>,
    /// For how many it stands, itself included: more than 1 if it took the place of others.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub group_count: u32,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it leaves the inbox by itself.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Option<Timestamp>,
    /// When it was first on screen.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub seen_at: Option<Timestamp>,
    /// When the user acted on it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub read_at: Option<Timestamp>,
    /// When it was archived.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub archived_at: Option<Timestamp>,
    /// Until when it is, or was, put aside.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub snoozed_until: Option<Timestamp>,
    /// The revision of its last change.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
}

const fn one() -> u32 {
    1
}

impl Item {
    /// What lists are sorted by, descending: the moment it came, or came back; then its id.
    #[must_use]
    pub fn sort_key(&self) -> (Timestamp, &str) {
        (self.snoozed_until.map_or(self.created_at, |until| until.max(self.created_at)), &self.id)
    }
}

/// A button of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Action {
    /// Names it within its notification.
    pub id: String,
    /// The text on it.
    pub label: String,
    /// Where it leads; without one it is an event for the page alone.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub url: Option<String>,
    /// How it looks.
    pub style: ActionStyle,
    /// Whether the user has used it.
    pub done: bool,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ActionStyle {
    /// The one most people will want.
    Primary,
    /// A plain one.
    #[default]
    Default,
    /// One that destroys something.
    Danger,
}

/// How much a notification matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// As most.
    #[default]
    Normal,
    /// Worth an interruption.
    High,
}

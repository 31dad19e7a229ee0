//! What a backend asks for when it sends. What of that is allowed is in `checks`.

use notification_bell_protocol::{Action, ActionStyle, Priority, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer},
};
use serde_json::Value;
use uuid::Uuid;

use crate::store::NewNotification;

/// The body of `POST /notifications`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendRequest {
    /// Whom it is for.
    pub to: Recipients,
    /// 1 to 256 characters on one line.
    pub title: String,
    /// Up to 4,096 characters.
    pub body: Option<String>,
    /// A link.
    pub url: Option<String>,
    /// The address of a small picture.
    pub icon: Option<String>,
    /// The address of a picture.
    pub image: Option<String>,
    /// Up to five buttons.
    #[serde(default)]
    pub actions: Vec<ActionRequest>,
    /// 1 to 100 characters on one line.
    pub category: Option<String>,
    /// 1 to 100 characters on one line.
    pub r#type: Option<String>,
    /// Up to 16 KiB of JSON.
    pub data: Option<Value>,
    /// `normal` unless given.
    pub priority: Option<Text<Priority>>,
    /// A moment to come.
    pub expires_at: Option<Text<Timestamp>>,
}

/// Whom a notification is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// 1 to 1,000 user ids; one that is named twice receives it once.
    pub users: Vec<String>,
}

/// A button of a notification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// 1 to 64 characters, unique within the notification.
    pub id: String,
    /// 1 to 64 characters on one line.
    pub label: String,
    /// A link.
    pub url: Option<String>,
    /// `default` unless given.
    pub style: Option<Text<ActionStyle>>,
}

/// A text that stands for a value, read without failing: a wrong one is reported together with all other faults, and
/// not alone.
#[derive(Clone, Debug)]
pub enum Text<T> {
    /// It does.
    Value(T),
    /// It does not, and why.
    Fault(String),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = T::deserialize(text.into_deserializer());
        Ok(read.map_or_else(|error: de::value::Error| Self::Fault(error.to_string()), Self::Value))
    }
}

impl<T: Copy> Text<T> {
    pub(super) const fn value(&self) -> Option<T> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Fault(_) => None,
        }
    }
}

impl SendRequest {
    /// When it leaves the inboxes by itself.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at.as_ref().and_then(Text::value)
    }

    /// The notification to store. Only for a request that passed [`check`](Self::check).
    pub(super) fn into_notification(self, id: Uuid, created_at: Timestamp) -> NewNotification {
        let action = |action: ActionRequest| Action {
            id: action.id,
            label: action.label,
            url: action.url,
            style: action.style.and_then(|style| style.value()).unwrap_or_default(),
            done: false,
        };
        let expires_at = self.expires_at();
        NewNotification {
            id,
            r#type: self.r#type,
            category: self.category,
            title: self.title,
            body: self.body,
            url: self.url,
            icon: self.icon,
            image: self.image,
            actions: self.actions.into_iter().map(action).collect(),
            data: self.data,
            priority: self.priority.and_then(|priority| priority.value()).unwrap_or_default(),
            created_at,
            expires_at,
        }
    }
}

//! What a backend asks for when it sends. What of that is allowed is in `checks`.

use std::collections::BTreeMap;

use notification_bell_protocol::{Action, ActionStyle, MemberError, Priority, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer},
};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::wording::Wording;
use crate::{
    error::Error,
    store::{NewNotification, Texts},
};

/// The body of `POST /notifications`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendRequest {
    /// Whom it is for.
    pub to: Recipients,
    /// 1 to 256 characters on one line. It may be left out with `texts`, and where the type has templates.
    #[schema(min_length = 1, max_length = 256)]
    pub title: Option<String>,
    /// Up to 4,096 characters.
    #[schema(max_length = 4096)]
    pub body: Option<String>,
    /// The same for readers of other languages, by their tags: up to 50.
    pub texts: Option<BTreeMap<String, Texts>>,
    /// Where a click leads: http, https, mailto, tel, or a path of the site with one leading slash.
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// The address of a small picture: https, a path of the site, or http on loopback.
    #[schema(max_length = 2048)]
    pub icon: Option<String>,
    /// The address of a picture, as that of `icon`.
    #[schema(max_length = 2048)]
    pub image: Option<String>,
    /// Up to five buttons.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub actions: Vec<ActionRequest>,
    /// 1 to 100 characters on one line.
    #[schema(min_length = 1, max_length = 100)]
    pub category: Option<String>,
    /// 1 to 100 characters on one line.
    #[schema(min_length = 1, max_length = 100)]
    pub r#type: Option<String>,
    /// Up to 16 KiB of JSON.
    pub data: Option<Value>,
    /// 1 to 100 characters on one line: what repeats another that is still unread takes its place.
    #[schema(min_length = 1, max_length = 100)]
    pub group_key: Option<String>,
    /// `normal` unless given.
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Text<Priority>>,
    /// A moment within the year to come; at once unless given.
    #[schema(value_type = Option<Timestamp>)]
    pub send_at: Option<Text<Timestamp>>,
    /// A moment to come, and after it was sent.
    #[schema(value_type = Option<Timestamp>)]
    pub expires_at: Option<Text<Timestamp>>,
}

const MAX_ENTRIES: usize = 1_000;

/// The body of `POST /notifications/batch`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// 1 to 1,000 of what `POST /notifications` takes. Read one by one, so that one of the wrong shape is the only one.
    #[schema(value_type = Vec<SendRequest>, min_items = 1, max_items = 1000)]
    notifications: Vec<Value>,
}

impl BatchRequest {
    /// What is to be read one by one.
    ///
    /// # Errors
    /// None at all, or too much of it.
    pub fn entries(&self) -> Result<&[Value], Error> {
        if self.notifications.is_empty() || self.notifications.len() > MAX_ENTRIES {
            return Err(Error::invalid_value(
                "/notifications",
                format!("must have 1 to {MAX_ENTRIES} entries"),
            ));
        }
        Ok(&self.notifications)
    }
}

/// Whom a notification is for.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// 1 to 1,000 user ids; one that is named twice receives it once.
    #[schema(min_items = 1, max_items = 1000, nullable = false)]
    pub users: Option<Vec<String>>,
    /// Whoever is subscribed to this topic: 1 to 100 characters on one line.
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    pub topic: Option<String>,
    /// Every user of the project; only ever `true`.
    #[schema(nullable = false)]
    pub everyone: Option<bool>,
}

/// A button of a notification.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// 1 to 64 characters, unique within the notification.
    #[schema(min_length = 1, max_length = 64)]
    pub id: String,
    /// 1 to 64 characters on one line. It may be left out if every language says its own.
    #[schema(min_length = 1, max_length = 64)]
    pub label: Option<String>,
    /// Where a click leads, as `url` of the notification.
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// `default` unless given.
    #[schema(value_type = Option<ActionStyle>)]
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
    /// Whether every member is there that has to be, which depends on the others.
    ///
    /// # Errors
    /// The first that is missing.
    pub(super) fn has_its_shape(&self) -> Result<(), Error> {
        let missing = |pointer: String, name: &str| {
            let detail = format!("missing field `{name}`");
            let fault = MemberError::new(pointer, detail.clone());
            Err(Error::InvalidRequest(
                format!("The body does not have the right shape: {detail}."),
                vec![fault],
            ))
        };
        if self.title.is_none() && self.texts.is_none() && self.r#type.is_none() {
            return missing("/title".to_owned(), "title");
        }
        // With a title alone there is nowhere else that a label could come from.
        let unlabelled = self.actions.iter().position(|action| action.label.is_none());
        match unlabelled.filter(|_| self.title.is_some() && self.texts.is_none()) {
            Some(index) => missing(format!("/actions/{index}/label"), "label"),
            None => Ok(()),
        }
    }

    /// When it is to be sent.
    pub(super) fn send_at(&self) -> Option<Timestamp> {
        self.send_at.as_ref().and_then(Text::value)
    }

    /// When it leaves the inboxes by itself.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at.as_ref().and_then(Text::value)
    }

    /// The notification to store, with the words that were found for it. Only for a request that passed
    /// [`check`](Self::check).
    pub(super) fn into_notification(
        self,
        id: Uuid,
        created_at: Timestamp,
        wording: Wording,
    ) -> NewNotification {
        let Wording { texts: Texts { title, body, actions: mut labels }, by_locale: texts } = wording;
        let action = |action: ActionRequest| Action {
            label: labels.remove(&action.id).or(action.label).unwrap_or_default(),
            id: action.id,
            url: action.url,
            style: action.style.and_then(|style| style.value()).unwrap_or_default(),
            done: false,
        };
        let (send_at, expires_at) = (self.send_at(), self.expires_at());
        NewNotification {
            id,
            r#type: self.r#type,
            category: self.category,
            title,
            body,
            texts,
            group_key: self.group_key,
            url: self.url,
            icon: self.icon,
            image: self.image,
            actions: self.actions.into_iter().map(action).collect(),
            data: self.data,
            priority: self.priority.and_then(|priority| priority.value()).unwrap_or_default(),
            created_at,
            send_at: send_at.filter(|at| *at > created_at),
            expires_at,
        }
    }
}

//! Reading and changing an inbox.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Counts, Item, ItemId, Revision, Timestamp};

/// Which part of an inbox a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// What is neither archived nor snoozed.
    #[default]
    All,
    /// The unread part of [`View::All`].
    Unread,
    /// What was archived.
    Archived,
    /// What was put aside and is not due yet.
    Snoozed,
}

impl View {
    /// The view of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::All, Self::Unread, Self::Archived, Self::Snoozed]
            .into_iter()
            .find(|view| view.as_str() == name)
    }

    /// Its name in the address and in the attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unread => "unread",
            Self::Archived => "archived",
            Self::Snoozed => "snoozed",
        }
    }
}

/// The answer to `GET /inbox`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxPage {
    /// The newest first, by when they came or came back; of the view `snoozed`, what comes back next.
    pub items: Vec<Item>,
    /// The `cursor` of the next page; `null` at the end.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next: Option<String>,
    /// The numbers of the view `all`, whichever view is listed.
    pub counts: Counts,
    /// The state the page was read at.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
}

/// The body of `PATCH /inbox/{id}`: what is to change; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ItemPatch {
    /// It was on screen, or is to count as new again. Not seen and read at once is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<bool>,
    /// The user acted on it, or wants it unread again. Read implies seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
    /// Always true: the user followed it, by which it is read. Only the first time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked: Option<bool>,
    /// Into the archive, or back to the inbox. Archiving ends a snooze.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Put aside until a moment to come; `null` brings it back at once. Snoozing takes it out of the archive.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub snoozed_until: Option<Option<Timestamp>>,
    /// The id of an action the user has used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_done: Option<String>,
}

/// Tells a member that is `null` from one that is not there.
#[expect(clippy::option_option, reason = "left out, null and a moment are three different wishes")]
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Timestamp>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The answer to `PATCH /inbox/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemChanged {
    /// The item after the change.
    pub item: Item,
    /// The numbers after the change.
    pub counts: Counts,
    /// The state after the change.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
}

/// The answer to `DELETE /inbox/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemRemoved {
    /// The numbers after the change.
    pub counts: Counts,
    /// The state after the change.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
}

/// The body of `POST /inbox/mark`: one change for many items.
///
/// It reaches the items in `ids` (unknown ones are skipped), else those of the view `all`, or, to bring items
/// back from the archive, those of the view `archived`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarkRequest {
    /// What is to change.
    pub set: MarkSet,
    /// Only these; at most 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "not_null")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, nullable = false, max_items = 1000))]
    pub ids: Option<Vec<ItemId>>,
    /// Only those of this category.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "not_null")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub category: Option<String>,
    /// Only those that are read, or with `false`, unread.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "not_null")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub read: Option<bool>,
    /// Only what had come by this state, which is what the user saw.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "not_null")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false, max_length = 128))]
    pub up_to: Option<Revision>,
}

/// Refuses `null`: a bound that a client meant to give and has not must not widen the change to everything.
fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What a mark changes; at least one member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MarkSet {
    /// They were on screen, or are to count as new again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<bool>,
    /// They were acted on, or are to be unread again. Read implies seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
    /// Into the archive, or back to the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// The answer to `POST /inbox/mark`. The items themselves come by the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Marked {
    /// The numbers after the change.
    pub counts: Counts,
    /// The state after the change.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
    /// Where no `ids` were asked for: those of the items that are others by it, so that it can be taken back. Left out
    /// if they are more than 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, nullable = false, max_items = 10_000))]
    pub changed: Option<Vec<ItemId>>,
}

#[cfg(test)]
mod tests {
    use super::{ItemPatch, MarkRequest};
    use crate::Timestamp;

    fn patch(json: &str) -> ItemPatch {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_snooze_of_null_is_not_a_snooze_left_out() {
        assert_eq!(patch("{}").snoozed_until, None);
        assert_eq!(patch(r#"{"snoozedUntil":null}"#).snoozed_until, Some(None));
        assert_eq!(
            patch(r#"{"snoozedUntil":"1970-01-01T00:00:01Z"}"#).snoozed_until,
            Some(Some(Timestamp::from_unix_ms(1_000)))
        );
    }

    #[test]
    fn a_bound_of_null_does_not_widen_a_mark_to_everything() {
        for member in ["ids", "category", "read", "upTo"] {
            let json = format!(r#"{{"set":{{"read":true}},"{member}":null}}"#);
            assert!(serde_json::from_str::<MarkRequest>(&json).is_err(), "{member}");
        }
    }

    #[test]
    fn an_unknown_member_is_refused() {
        assert!(serde_json::from_str::<ItemPatch>(r#"{"title":"x"}"#).is_err());
    }

    #[test]
    fn what_is_left_out_is_not_written() {
        let patch = ItemPatch { read: Some(true), ..ItemPatch::default() };
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"read":true}"#);
    }
}

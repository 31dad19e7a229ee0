//! Reading: what has to be there is there, the rest may be left out or null, and what is not known is passed over.

use notification_bell_protocol::{
    Action, ActionStyle, CategoryPreference, InboxPage, Item, ItemPatch, MarkRequest, MarkSet, Preferences,
    Priority, SessionGrant, Sync,
};
use serde_json::Value;

use super::members::{Fault, Members};
use crate::feed::Answer;

type Read<T> = Result<T, Fault>;

/// Reads an item.
///
/// # Errors
/// The member that cannot be read; as everywhere here.
pub fn item(value: &Value) -> Read<Item> {
    let priorities = [("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High)];
    Members::read(value, |members| Item {
        id: members.text("id"),
        r#type: members.optional_text("type"),
        category: members.optional_text("category"),
        title: members.text("title"),
        body: members.optional_text("body"),
        url: members.optional_text("url"),
        icon: members.optional_text("icon"),
        image: members.optional_text("image"),
        actions: members.list("actions", action),
        data: members.optional("data").cloned(),
        priority: members.one_of("priority", &priorities, Priority::Normal),
        group_key: members.optional_text("groupKey"),
        // What was kept by an earlier version has none.
        group_count: value
            .get("groupCount")
            .and_then(Value::as_u64)
            .and_then(|count| count.try_into().ok())
            .unwrap_or(1),
        created_at: members.moment("createdAt"),
        expires_at: members.optional_moment("expiresAt"),
        seen_at: members.optional_moment("seenAt"),
        read_at: members.optional_moment("readAt"),
        archived_at: members.optional_moment("archivedAt"),
        snoozed_until: members.optional_moment("snoozedUntil"),
        revision: members.text("revision"),
    })
}

fn action(value: &Value) -> Read<Action> {
    let styles = [
        ("primary", ActionStyle::Primary),
        ("default", ActionStyle::Default),
        ("danger", ActionStyle::Danger),
    ];
    Members::read(value, |members| Action {
        id: members.text("id"),
        label: members.text("label"),
        url: members.optional_text("url"),
        style: members.one_of("style", &styles, ActionStyle::Default),
        done: members.flag("done"),
    })
}

/// Reads a page of the list.
///
/// # Errors
/// See [`item`].
pub fn page(value: &Value) -> Read<InboxPage> {
    Members::read(value, |members| InboxPage {
        items: members.list("items", item),
        next: members.optional_text("next"),
        counts: members.counts(),
        revision: members.text("revision"),
    })
}

/// Reads what the stream says.
///
/// # Errors
/// See [`item`].
pub fn sync(value: &Value) -> Read<Sync> {
    Members::read(value, |members| Sync {
        changed: members.list("changed", item),
        removed: members.ids("removed"),
        counts: members.counts(),
        revision: members.text("revision"),
    })
}

/// Reads the answer to a change, of whichever kind it was.
///
/// # Errors
/// See [`item`].
pub fn answer(value: &Value) -> Read<Answer> {
    Members::read(value, |members| Answer {
        item: members.optional("item").and_then(|value| members.part(item(value))),
        counts: members.counts(),
        changed: members.optional("changed").map(|_| members.ids("changed")),
    })
}

/// Reads a session.
///
/// # Errors
/// See [`item`].
pub fn grant(value: &Value) -> Read<SessionGrant> {
    Members::read(value, |members| SessionGrant {
        token: members.optional_text("token"),
        expires_at: members.moment("expiresAt"),
        refresh_at: members.moment("refreshAt"),
        user_id: members.text("userId"),
        counts: members.counts(),
        revision: members.text("revision"),
    })
}

/// Reads which categories reach the inbox.
///
/// # Errors
/// See [`item`].
pub fn preferences(value: &Value) -> Read<Preferences> {
    Members::read(value, |members| Preferences {
        categories: members.list("categories", category_preference),
    })
}

fn category_preference(value: &Value) -> Read<CategoryPreference> {
    Members::read(value, |members| CategoryPreference {
        name: members.text("name"),
        label: members.optional_text("label"),
        enabled: members.flag("enabled"),
        can_be_turned_off: members.optional_flag("canBeTurnedOff"),
    })
}

/// Reads a change to one item, as it was written here.
///
/// # Errors
/// See [`item`].
pub fn patch(value: &Value) -> Read<ItemPatch> {
    Members::read(value, |members| {
        let MarkSet { seen, read, archived } = members.set();
        ItemPatch {
            seen,
            read,
            clicked: members.optional_flag("clicked"),
            archived,
            snoozed_until: value.get("snoozedUntil").map(|_| members.optional_moment("snoozedUntil")),
            action_done: members.optional_text("actionDone"),
        }
    })
}

/// Reads a change to many items, as it was written here.
///
/// # Errors
/// See [`item`].
pub fn mark(value: &Value) -> Read<MarkRequest> {
    Members::read(value, |members| MarkRequest {
        set: members.object("set", |value| Members::read(value, Members::set)),
        ids: members.optional("ids").map(|_| members.ids("ids")),
        category: members.optional_text("category"),
        read: members.optional_flag("read"),
        up_to: members.optional_text("upTo"),
    })
}

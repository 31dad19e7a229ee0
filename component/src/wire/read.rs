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
    let members = Members::of(value);
    let priorities = [("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High)];
    let item = Item {
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
    };
    members.make(item)
}

fn action(value: &Value) -> Read<Action> {
    let members = Members::of(value);
    let styles = [
        ("primary", ActionStyle::Primary),
        ("default", ActionStyle::Default),
        ("danger", ActionStyle::Danger),
    ];
    let action = Action {
        id: members.text("id"),
        label: members.text("label"),
        url: members.optional_text("url"),
        style: members.one_of("style", &styles, ActionStyle::Default),
        done: members.flag("done"),
    };
    members.make(action)
}

/// Reads a page of the list.
///
/// # Errors
/// See [`item`].
pub fn page(value: &Value) -> Read<InboxPage> {
    let members = Members::of(value);
    let page = InboxPage {
        items: members.list("items", item),
        next: members.optional_text("next"),
        counts: members.counts(),
        revision: members.text("revision"),
    };
    members.make(page)
}

/// Reads what the stream says.
///
/// # Errors
/// See [`item`].
pub fn sync(value: &Value) -> Read<Sync> {
    let members = Members::of(value);
    let sync = Sync {
        changed: members.list("changed", item),
        removed: members.ids("removed"),
        counts: members.counts(),
        revision: members.text("revision"),
    };
    members.make(sync)
}

/// Reads the answer to a change, of whichever kind it was.
///
/// # Errors
/// See [`item`].
pub fn answer(value: &Value) -> Read<Answer> {
    let members = Members::of(value);
    let answer = Answer {
        item: members.optional("item").map(item).transpose()?,
        counts: members.counts(),
        changed: members.optional("changed").map(|_| members.ids("changed")),
    };
    members.make(answer)
}

/// Reads a session.
///
/// # Errors
/// See [`item`].
pub fn grant(value: &Value) -> Read<SessionGrant> {
    let members = Members::of(value);
    let grant = SessionGrant {
        token: members.optional_text("token"),
        expires_at: members.moment("expiresAt"),
        refresh_at: members.moment("refreshAt"),
        user_id: members.text("userId"),
        counts: members.counts(),
        revision: members.text("revision"),
    };
    members.make(grant)
}

/// Reads which categories reach the inbox.
///
/// # Errors
/// See [`item`].
pub fn preferences(value: &Value) -> Read<Preferences> {
    let members = Members::of(value);
    let preferences = Preferences { categories: members.list("categories", category_preference) };
    members.make(preferences)
}

fn category_preference(value: &Value) -> Read<CategoryPreference> {
    let members = Members::of(value);
    let category = CategoryPreference {
        name: members.text("name"),
        label: members.optional_text("label"),
        enabled: members.flag("enabled"),
        can_be_turned_off: members.optional_flag("canBeTurnedOff"),
    };
    members.make(category)
}

/// Reads a change to one item, as it was written here.
///
/// # Errors
/// See [`item`].
pub fn patch(value: &Value) -> Read<ItemPatch> {
    let members = Members::of(value);
    let MarkSet { seen, read, archived } = members.set();
    let patch = ItemPatch {
        seen,
        read,
        clicked: members.optional_flag("clicked"),
        archived,
        snoozed_until: value.get("snoozedUntil").map(|_| members.optional_moment("snoozedUntil")),
        action_done: members.optional_text("actionDone"),
    };
    members.make(patch)
}

/// Reads a change to many items, as it was written here.
///
/// # Errors
/// See [`item`].
pub fn mark(value: &Value) -> Read<MarkRequest> {
    let members = Members::of(value);
    let set = Members::of(members.or_fault("set", value.get("set"), &Value::Null));
    let made = set.set();
    let mark = MarkRequest {
        set: set.make(made)?,
        ids: members.optional("ids").map(|_| members.ids("ids")),
        category: members.optional_text("category"),
        read: members.optional_flag("read"),
        up_to: members.optional_text("upTo"),
    };
    members.make(mark)
}

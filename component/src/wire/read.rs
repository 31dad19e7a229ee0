//! Reading: what has to be there is there, the rest may be left out or null, and what is not known is passed over.

use notification_bell_protocol::{
    Action, ActionStyle, CategoryPreference, Counts, InboxPage, Item, ItemPatch, MarkRequest, MarkSet,
    Preferences, Priority, SessionGrant, Sync, Timestamp,
};
use serde_json::Value;

use crate::feed::Answer;

/// The name of the member that is missing, or not what it should be.
pub type Fault = &'static str;

type Read<T> = Result<T, Fault>;

/// What a member may be that is left out or null.
fn optional<'value>(value: &'value Value, name: &str) -> Option<&'value Value> {
    value.get(name).filter(|member| !member.is_null())
}

fn text(value: &Value, name: Fault) -> Read<String> {
    value.get(name).and_then(Value::as_str).map(ToOwned::to_owned).ok_or(name)
}

fn optional_text(value: &Value, name: Fault) -> Read<Option<String>> {
    if optional(value, name).is_some() { text(value, name).map(Some) } else { Ok(None) }
}

fn moment(value: &Value, name: Fault) -> Read<Timestamp> {
    value.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok()).ok_or(name)
}

fn optional_moment(value: &Value, name: Fault) -> Read<Option<Timestamp>> {
    if optional(value, name).is_some() { moment(value, name).map(Some) } else { Ok(None) }
}

fn number(value: &Value, name: Fault) -> Read<u64> {
    value.get(name).and_then(Value::as_u64).ok_or(name)
}

fn flag(value: &Value, name: Fault) -> Read<bool> {
    value.get(name).and_then(Value::as_bool).ok_or(name)
}

fn optional_flag(value: &Value, name: Fault) -> Read<Option<bool>> {
    if optional(value, name).is_some() { flag(value, name).map(Some) } else { Ok(None) }
}

fn list<T>(value: &Value, name: Fault, read: impl Fn(&Value) -> Read<T>) -> Read<Vec<T>> {
    value.get(name).and_then(Value::as_array).ok_or(name)?.iter().map(read).collect()
}

fn id(value: &Value) -> Read<String> {
    value.as_str().map(ToOwned::to_owned).ok_or("id")
}

fn items(value: &Value, name: Fault) -> Read<Vec<Item>> {
    list(value, name, item)
}

/// Reads an item.
///
/// # Errors
/// The member that cannot be read; as everywhere here.
pub fn item(value: &Value) -> Read<Item> {
    Ok(Item {
        id: text(value, "id")?,
        r#type: optional_text(value, "type")?,
        category: optional_text(value, "category")?,
        title: text(value, "title")?,
        body: optional_text(value, "body")?,
        url: optional_text(value, "url")?,
        icon: optional_text(value, "icon")?,
        image: optional_text(value, "image")?,
        actions: list(value, "actions", action)?,
        data: optional(value, "data").cloned(),
        priority: match value.get("priority").and_then(Value::as_str) {
            Some("low") => Priority::Low,
            Some("normal") => Priority::Normal,
            Some("high") => Priority::High,
            _ => return Err("priority"),
        },
        group_key: optional_text(value, "groupKey")?,
        // What was kept by an earlier version has none.
        group_count: value
            .get("groupCount")
            .and_then(Value::as_u64)
            .and_then(|count| count.try_into().ok())
            .unwrap_or(1),
        created_at: moment(value, "createdAt")?,
        expires_at: optional_moment(value, "expiresAt")?,
        seen_at: optional_moment(value, "seenAt")?,
        read_at: optional_moment(value, "readAt")?,
        archived_at: optional_moment(value, "archivedAt")?,
        snoozed_until: optional_moment(value, "snoozedUntil")?,
        revision: text(value, "revision")?,
    })
}

fn action(value: &Value) -> Read<Action> {
    Ok(Action {
        id: text(value, "id")?,
        label: text(value, "label")?,
        url: optional_text(value, "url")?,
        style: match value.get("style").and_then(Value::as_str) {
            Some("primary") => ActionStyle::Primary,
            Some("default") => ActionStyle::Default,
            Some("danger") => ActionStyle::Danger,
            _ => return Err("style"),
        },
        done: flag(value, "done")?,
    })
}

fn counts(value: &Value) -> Read<Counts> {
    let value = value.get("counts").ok_or("counts")?;
    let categories = value.get("categories").and_then(Value::as_object).ok_or("categories")?;
    let mut counts = Counts {
        unseen: number(value, "unseen")?,
        unread: number(value, "unread")?,
        total: number(value, "total")?,
        ..Counts::default()
    };
    // One by one: to collect them would bring a sorting algorithm along.
    for (name, count) in categories {
        counts.categories.insert(name.clone(), count.as_u64().ok_or("categories")?);
    }
    Ok(counts)
}

/// Reads a page of the list.
///
/// # Errors
/// See [`item`].
pub fn page(value: &Value) -> Read<InboxPage> {
    Ok(InboxPage {
        items: items(value, "items")?,
        next: optional_text(value, "next")?,
        counts: counts(value)?,
        revision: text(value, "revision")?,
    })
}

/// Reads what the stream says.
///
/// # Errors
/// See [`item`].
pub fn sync(value: &Value) -> Read<Sync> {
    Ok(Sync {
        changed: items(value, "changed")?,
        removed: list(value, "removed", id)?,
        counts: counts(value)?,
        revision: text(value, "revision")?,
    })
}

/// Reads the answer to a change, of whichever kind it was.
///
/// # Errors
/// See [`item`].
pub fn answer(value: &Value) -> Read<Answer> {
    Ok(Answer {
        item: optional(value, "item").map(item).transpose()?,
        counts: counts(value)?,
        changed: optional(value, "changed").map(|_| list(value, "changed", id)).transpose()?,
    })
}

/// Reads a session.
///
/// # Errors
/// See [`item`].
pub fn grant(value: &Value) -> Read<SessionGrant> {
    Ok(SessionGrant {
        token: optional_text(value, "token")?,
        expires_at: moment(value, "expiresAt")?,
        refresh_at: moment(value, "refreshAt")?,
        user_id: text(value, "userId")?,
        counts: counts(value)?,
        revision: text(value, "revision")?,
    })
}

/// Reads which categories reach the inbox.
///
/// # Errors
/// See [`item`].
pub fn preferences(value: &Value) -> Read<Preferences> {
    let category = |value: &Value| {
        Ok(CategoryPreference {
            name: text(value, "name")?,
            label: optional_text(value, "label")?,
            enabled: flag(value, "enabled")?,
            can_be_turned_off: optional_flag(value, "canBeTurnedOff")?,
        })
    };
    Ok(Preferences { categories: list(value, "categories", category)? })
}

/// Reads a change to one item, as it was written here.
///
/// # Errors
/// See [`item`].
pub fn patch(value: &Value) -> Read<ItemPatch> {
    let MarkSet { seen, read, archived } = set(value)?;
    let snoozed_until = match value.get("snoozedUntil") {
        Some(_) => Some(optional_moment(value, "snoozedUntil")?),
        None => None,
    };
    let (clicked, action_done) = (optional_flag(value, "clicked")?, optional_text(value, "actionDone")?);
    Ok(ItemPatch { seen, read, clicked, archived, snoozed_until, action_done })
}

/// Reads a change to many items, as it was written here.
///
/// # Errors
/// See [`item`].
pub fn mark(value: &Value) -> Read<MarkRequest> {
    Ok(MarkRequest {
        set: set(value.get("set").ok_or("set")?)?,
        ids: optional(value, "ids").map(|_| list(value, "ids", id)).transpose()?,
        category: optional_text(value, "category")?,
        read: optional_flag(value, "read")?,
        up_to: optional_text(value, "upTo")?,
    })
}

fn set(value: &Value) -> Read<MarkSet> {
    Ok(MarkSet {
        seen: optional_flag(value, "seen")?,
        read: optional_flag(value, "read")?,
        archived: optional_flag(value, "archived")?,
    })
}

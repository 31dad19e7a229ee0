//! Rows and what they stand for.

use notification_bell_protocol::{Action, Item, Timestamp};
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    languages::Languages,
    store::{
        Happenings, ItemState, StoreError,
        numbers_kept::{place, priority},
        reading::ItemRow,
        revision::{Incarnation, StateNumbers},
        texts,
    },
};

/// What [`item`] reads: items joined with their notification.
pub(super) const ITEM_COLUMNS: &str = "n.id, n.type, n.category, n.title, n.body, n.url, n.icon, n.image, n.actions, n.texts, \
     n.data, n.priority, n.created_at, n.expires_at, i.seen_at, i.read_at, i.archived_at, i.snoozed_until, \
     i.actions_done, i.revision, i.shared, i.place, i.position, i.notification, n.group_key, i.group_count";

pub(super) fn item(
    row: &Row,
    incarnation: &Incarnation,
    languages: &Languages,
) -> Result<ItemRow, StoreError> {
    let done: Vec<String> = json(row, "actions_done")?.unwrap_or_default();
    let mut item = untouched_item(row, incarnation)?;
    for action in &mut item.actions {
        action.done = done.contains(&action.id);
    }
    item.group_count = u32::try_from(row.try_get::<_, i64>("group_count")?).unwrap_or(1);
    item.seen_at = optional_moment(row, "seen_at")?;
    item.read_at = optional_moment(row, "read_at")?;
    item.archived_at = optional_moment(row, "archived_at")?;
    item.snoozed_until = optional_moment(row, "snoozed_until")?;
    item.revision =
        incarnation.revision(StateNumbers { own: row.try_get("revision")?, shared: row.try_get("shared")? });
    if let Some(kept) = row.try_get::<_, Option<&str>>("texts")? {
        texts::translate(&mut item, kept, languages)
            .map_err(|error| StoreError::Database(Box::new(error)))?;
    }
    Ok(ItemRow {
        item,
        place: place(row.try_get("place")?),
        position: moment(row, "position")?,
        id: row.try_get("id")?,
        notification: row.try_get("notification")?,
    })
}

/// An item that nobody has yet; its row has the columns of the table `notifications`.
pub(super) fn untouched_item(row: &Row, incarnation: &Incarnation) -> Result<Item, StoreError> {
    Ok(Item {
        id: row.try_get::<_, Uuid>("id")?.to_string(),
        r#type: row.try_get("type")?,
        category: row.try_get("category")?,
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        url: row.try_get("url")?,
        icon: row.try_get("icon")?,
        image: row.try_get("image")?,
        actions: json::<Vec<Action>>(row, "actions")?.unwrap_or_default(),
        data: json(row, "data")?,
        priority: priority(row.try_get("priority")?),
        group_key: row.try_get("group_key")?,
        group_count: 1,
        created_at: moment(row, "created_at")?,
        expires_at: optional_moment(row, "expires_at")?,
        seen_at: None,
        read_at: None,
        archived_at: None,
        snoozed_until: None,
        revision: incarnation.revision(StateNumbers::default()),
    })
}

/// The state of an item; its row has the columns of the table `items`.
pub(super) fn state(row: &Row) -> Result<ItemState, StoreError> {
    Ok(ItemState {
        place: place(row.try_get("place")?),
        seen_at: optional_moment(row, "seen_at")?,
        read_at: optional_moment(row, "read_at")?,
        archived_at: optional_moment(row, "archived_at")?,
        snoozed_until: optional_moment(row, "snoozed_until")?,
        actions_done: json(row, "actions_done")?.unwrap_or_default(),
        happened: happenings(row, "happened")?,
    })
}

pub(super) fn json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<Option<T>, StoreError> {
    let Some(text) = row.try_get::<_, Option<&str>>(column)? else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| StoreError::Database(Box::new(error)))
}

/// A value as it is kept in a column.
pub(super) fn as_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(Box::new(error)))
}

pub(super) fn moment(row: &Row, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_unix_ms(row.try_get(column)?))
}

pub(super) fn optional_moment(row: &Row, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms))
}

pub(super) fn happenings(row: &Row, column: &str) -> Result<Happenings, StoreError> {
    Ok(Happenings::from_bits(u8::try_from(row.try_get::<_, i64>(column)?).unwrap_or(0)))
}

/// A number of things.
pub(super) fn number(row: &Row, column: &str) -> Result<u64, StoreError> {
    Ok(u64::try_from(row.try_get::<_, i64>(column)?).unwrap_or(0))
}

/// A text as it can be looked for: PostgreSQL has none with a NUL in it, and one that nobody has is as good.
pub(super) fn sought(text: &str) -> &str {
    if text.contains('\0') { "\u{1}" } else { text }
}

/// A limit as SQL takes it.
pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

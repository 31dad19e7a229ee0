//! Rows and what they stand for.

use notification_bell_protocol::{Action, Item, Timestamp};
use rusqlite::{Row, types::Type};
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub(super) use crate::store::numbers_kept::{place, place_number, priority};
use crate::{
    languages::Languages,
    store::{
        Happenings, ItemState,
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
    row: &Row<'_>,
    incarnation: &Incarnation,
    languages: &Languages,
) -> rusqlite::Result<ItemRow> {
    let done: Vec<String> = json(row, "actions_done")?.unwrap_or_default();
    let mut item = untouched_item(row, incarnation)?;
    for action in &mut item.actions {
        action.done = done.contains(&action.id);
    }
    item.group_count = row.get("group_count")?;
    item.seen_at = optional_moment(row, "seen_at")?;
    item.read_at = optional_moment(row, "read_at")?;
    item.archived_at = optional_moment(row, "archived_at")?;
    item.snoozed_until = optional_moment(row, "snoozed_until")?;
    item.revision =
        incarnation.revision(StateNumbers { own: row.get("revision")?, shared: row.get("shared")? });
    if let Some(texts) = row.get_ref("texts")?.as_str_or_null()? {
        texts::translate(&mut item, texts, languages)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))?;
    }
    Ok(ItemRow {
        item,
        place: place(row.get("place")?),
        position: moment(row.get("position")?),
        id: Uuid::from_bytes(row.get("id")?),
        notification: row.get("notification")?,
    })
}

/// An item that nobody has yet; its row has the columns of the table `notifications`.
pub(super) fn untouched_item(row: &Row<'_>, incarnation: &Incarnation) -> rusqlite::Result<Item> {
    Ok(Item {
        id: Uuid::from_bytes(row.get("id")?).to_string(),
        r#type: row.get("type")?,
        category: row.get("category")?,
        title: row.get("title")?,
        body: row.get("body")?,
        url: row.get("url")?,
        icon: row.get("icon")?,
        image: row.get("image")?,
        actions: json::<Vec<Action>>(row, "actions")?.unwrap_or_default(),
        data: json(row, "data")?,
        priority: priority(row.get("priority")?),
        group_key: row.get("group_key")?,
        group_count: 1,
        created_at: moment(row.get("created_at")?),
        expires_at: optional_moment(row, "expires_at")?,
        seen_at: None,
        read_at: None,
        archived_at: None,
        snoozed_until: None,
        revision: incarnation.revision(StateNumbers::default()),
    })
}

/// The state of an item; its row has the columns of the table `items`.
pub(super) fn state(row: &Row<'_>) -> rusqlite::Result<ItemState> {
    Ok(ItemState {
        place: place(row.get("place")?),
        seen_at: optional_moment(row, "seen_at")?,
        read_at: optional_moment(row, "read_at")?,
        archived_at: optional_moment(row, "archived_at")?,
        snoozed_until: optional_moment(row, "snoozed_until")?,
        actions_done: json(row, "actions_done")?.unwrap_or_default(),
        happened: Happenings::from_bits(row.get("happened")?),
    })
}

pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

pub(super) fn moment(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

pub(super) fn optional_moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms))
}

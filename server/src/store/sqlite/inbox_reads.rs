//! Lists, numbers, and what changed since a revision.

use notification_bell_protocol::{Counts, InboxPage, Item, Revision, Sync, View};
use rusqlite::{Connection, OptionalExtension, named_params, params};
use uuid::Uuid;

use super::{
    counts::{self, Numbers, ONLY_WANTED, UserRow},
    rows::{self, ITEM_COLUMNS, ItemRow},
};
use crate::{
    languages::Languages,
    store::{Changes, ListQuery, Place, StoreError, UserRef, revision::Incarnation},
};

/// A stream that is further behind loads the list again: that is less to send, and bounded.
const MAX_CHANGES: usize = 200;

/// The user's row, or one of zeros for somebody nothing was ever sent to.
fn user_row(connection: &Connection, user: &UserRef) -> Result<UserRow, StoreError> {
    Ok(counts::user_row(connection, user.project.0, user.user.as_str())?.unwrap_or_default())
}

pub(super) fn counts_and_revision(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
) -> Result<(Counts, Revision), StoreError> {
    let row = user_row(connection, user)?;
    Ok((counts::numbers(connection, &row)?.counts, incarnation.revision(row.revision)))
}

pub(super) fn list(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    query: &ListQuery,
    languages: &Languages,
) -> Result<InboxPage, StoreError> {
    let after = query
        .cursor
        .as_deref()
        .map(|cursor| incarnation.cursor_parts(cursor).ok_or(StoreError::NotOurs("cursor")))
        .transpose()?;
    let after_key = after.map(|(_, id)| key_of(connection, id)).transpose()?.unwrap_or(i64::MAX);
    let row = user_row(connection, user)?;
    let Numbers { counts, only_wanted } = counts::numbers(connection, &row)?;
    let place = match query.view {
        View::All | View::Unread => Place::Inbox,
        View::Archived => Place::Archived,
        View::Snoozed => Place::Snoozed,
    };
    // Written out for each view, so that each finds its own index.
    let condition = if query.view == View::Unread {
        "i.place = 0 AND i.read_at IS NULL AND :place = 0"
    } else {
        "i.place = :place"
    };
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.user = :user AND {condition} AND (:category IS NULL OR i.category = :category) \
         {only_wanted} AND (i.position, i.notification) < (:position, :notification) \
         ORDER BY i.position DESC, i.notification DESC LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found: Vec<ItemRow> = statement
        .query_map(
            named_params! {
                ":user": row.key,
                ":place": rows::place_number(place),
                ":category": query.category,
                ":position": after.map_or(i64::MAX, |(position, _)| position.unix_ms()),
                ":notification": after_key,
                ":limit": i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1),
            },
            |row| rows::item(row, incarnation, languages),
        )?
        .collect::<Result<_, _>>()?;
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().filter(|_| more).map(|last| incarnation.cursor(last.position, last.id));
    Ok(InboxPage {
        items: found.into_iter().map(|row| row.item).collect(),
        next,
        counts,
        revision: incarnation.revision(row.revision),
    })
}

/// The key of a notification that ended a page; 0, which is before all, if it has been forgotten since.
fn key_of(connection: &Connection, id: Uuid) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT key FROM notifications WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

pub(super) fn changes(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    since: &str,
    languages: &Languages,
) -> Result<Changes, StoreError> {
    let row = user_row(connection, user)?;
    let Numbers { counts, only_wanted } = counts::numbers(connection, &row)?;
    let mut sync = Sync {
        changed: Vec::new(),
        removed: Vec::new(),
        counts,
        revision: incarnation.revision(row.revision),
    };
    // Older than what is remembered or than the last choice of categories, or of a future that a restored backup does not know.
    let Some(since) =
        incarnation.revision_number(since).filter(|since| (row.floor..=row.revision).contains(since))
    else {
        return Ok(Changes::Reset(sync));
    };
    if since == row.revision {
        return Ok(Changes::Since(sync));
    }
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.user = ?1 AND i.revision > ?2 {only_wanted} ORDER BY i.revision, i.notification LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = i64::try_from(MAX_CHANGES).unwrap_or(i64::MAX) + 1;
    let found: Vec<ItemRow> = statement
        .query_map(params![row.key, since, limit], |row| rows::item(row, incarnation, languages))?
        .collect::<Result<_, _>>()?;
    if found.len() > MAX_CHANGES {
        return Ok(Changes::Reset(sync));
    }
    for row in found {
        if row.place == Place::Removed {
            sync.removed.push(row.item.id);
        } else {
            sync.changed.push(row.item);
        }
    }
    Ok(Changes::Since(sync))
}

/// An item that is still somewhere, for its user to see.
pub(super) fn item(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    id: Uuid,
    languages: &Languages,
) -> Result<Option<Item>, StoreError> {
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         JOIN users u ON u.key = i.user \
         WHERE u.project = ?1 AND u.id = ?2 AND n.id = ?3 AND n.project = ?1 AND i.place <> 3 \
         {ONLY_WANTED}"
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(params![user.project.0, user.user.as_str(), id.as_bytes()], |row| {
            rows::item(row, incarnation, languages)
        })
        .optional()?
        .map(|row| row.item))
}

//! Numbers, single items, and what changed since a revision.

use notification_bell_protocol::{Counts, Item, Revision, Sync};
use rusqlite::{Connection, OptionalExtension, named_params, params};
use uuid::Uuid;

use super::{
    counts::{self, Numbers, ONLY_WANTED, UserRow},
    rows::{self, ITEM_COLUMNS, ItemRow},
    shared,
};
use crate::{
    languages::Languages,
    store::{
        Changes, Place, StoreError, UserRef,
        revision::{Incarnation, StateNumbers},
    },
};

/// A stream that is further behind loads the list again: that is less to send, and bounded.
const MAX_CHANGES: usize = 200;
/// As much of them: what is longer is not sent, and is not to be kept until it is not.
const MAX_CHANGES_BYTES: usize = 256 * 1_024;
/// Fewer items are never as long as that.
const FEW: usize = 4;
/// One more tells that there are too many.
const LIMIT: usize = MAX_CHANGES + 1;

fn user_row(connection: &Connection, user: &UserRef) -> Result<UserRow, StoreError> {
    counts::user_row(connection, user.project.0, user.user.as_str())
}

pub(super) fn counts_and_revision(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
) -> Result<(Counts, Revision), StoreError> {
    let row = user_row(connection, user)?;
    Ok((counts::numbers(connection, &row)?.counts, incarnation.revision(row.state)))
}

pub(super) fn changes(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    since: &str,
    languages: &Languages,
) -> Result<Changes, StoreError> {
    let row = user_row(connection, user)?;
    let numbers = counts::numbers(connection, &row)?;
    let reader = shared::Reader { incarnation, languages, user: &row };
    changes_with(connection, &reader, numbers, since, |since| reader.news(connection, since))
}

impl shared::Reader<'_> {
    /// What is new and gone since a shared revision.
    pub(super) fn news(&self, connection: &Connection, since: i64) -> Result<News, StoreError> {
        let changed = self.changed(connection, since, LIMIT)?;
        Ok(News {
            changed: changed.into_iter().map(|row| row.item).collect(),
            gone: self.gone(connection, since, LIMIT)?,
        })
    }
}

/// What is new and gone of what is shared and not settled.
#[derive(Clone)]
pub(super) struct News {
    pub(super) changed: Vec<Item>,
    pub(super) gone: Vec<Uuid>,
}

/// The same for a user whose row and numbers have been read, with the news since a shared revision from `news`.
pub(super) fn changes_with(
    connection: &Connection,
    reader: &shared::Reader<'_>,
    numbers: Numbers,
    since: &str,
    news: impl FnOnce(i64) -> Result<News, StoreError>,
) -> Result<Changes, StoreError> {
    let shared::Reader { incarnation, user: row, .. } = *reader;
    let Numbers { counts, only_wanted } = numbers;
    let mut sync =
        Sync { changed: Vec::new(), removed: Vec::new(), counts, revision: incarnation.revision(row.state) };
    // Older than what is remembered or than the last choice of categories, or of a future that a restored backup does not know.
    let Some(since) = incarnation.state_numbers(since).filter(|since| {
        (row.floor.own..=row.state.own).contains(&since.own)
            && (row.floor.shared..=row.state.shared).contains(&since.shared)
    }) else {
        return Ok(Changes::Reset(sync));
    };
    if since == row.state {
        return Ok(Changes::Since(sync));
    }
    // Nothing of its own has changed, and nothing was settled.
    let only_shared = since.own == row.state.own && row.settled <= since.shared;
    let own = if only_shared { Vec::new() } else { own_changes(connection, reader, only_wanted, since)? };
    let News { changed, gone } = news(since.shared)?;
    if own.len() + changed.len() + gone.len() > MAX_CHANGES {
        return Ok(Changes::Reset(sync));
    }
    sync.removed.extend(gone.iter().map(ToString::to_string));
    for row in own {
        if row.place == Place::Removed {
            sync.removed.push(row.item.id);
        } else {
            sync.changed.push(row.item);
        }
    }
    sync.changed.extend(changed);
    if is_too_long(&sync.changed)? {
        return Ok(Changes::Reset(Sync { changed: Vec::new(), removed: Vec::new(), ..sync }));
    }
    Ok(Changes::Since(sync))
}

fn is_too_long(items: &[Item]) -> Result<bool, StoreError> {
    let mut bytes = 0;
    if items.len() > FEW {
        for item in items {
            bytes += serde_json::to_vec(item).map_err(|error| StoreError::Database(Box::new(error)))?.len();
        }
    }
    Ok(bytes > MAX_CHANGES_BYTES)
}

fn own_changes(
    connection: &Connection,
    reader: &shared::Reader<'_>,
    only_wanted: &str,
    since: StateNumbers,
) -> Result<Vec<ItemRow>, StoreError> {
    // What was settled since and not touched is new to a client that was not told when it came; what came and went
    // since need not be told at all.
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM (SELECT * FROM items WHERE user = :user AND revision > :own \
         AND NOT (place = 3 AND shared > :shared) UNION ALL \
         SELECT * FROM items WHERE user = :user AND shared > :shared AND revision = 0) i \
         JOIN notifications n ON n.key = i.notification \
         WHERE TRUE {only_wanted} ORDER BY i.revision, i.notification LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters = named_params! {
        ":user": reader.user.key,
        ":own": since.own,
        ":shared": since.shared,
        ":limit": i64::try_from(LIMIT).unwrap_or(i64::MAX),
    };
    let rows =
        statement.query_map(parameters, |row| rows::item(row, reader.incarnation, reader.languages))?;
    Ok(rows.collect::<Result<_, _>>()?)
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
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![user.project.0, user.user.as_str(), id.as_bytes()], |row| {
            rows::item(row, incarnation, languages)
        })
        .optional()?;
    if let Some(found) = found {
        return Ok(Some(found.item));
    }
    let row = user_row(connection, user)?;
    let reader = shared::Reader { incarnation, languages, user: &row };
    Ok(reader.item(connection, id)?.map(|row| row.item))
}

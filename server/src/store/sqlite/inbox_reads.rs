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
    store::{Changes, Place, StoreError, UserRef, revision::Incarnation},
};

/// A stream that is further behind loads the list again: that is less to send, and bounded.
const MAX_CHANGES: usize = 200;

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
    let Numbers { counts, only_wanted } = counts::numbers(connection, &row)?;
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
    let limit = MAX_CHANGES + 1;
    let parameters = named_params! {
        ":user": row.key,
        ":own": since.own,
        ":shared": since.shared,
        ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
    };
    let mut found: Vec<ItemRow> = statement
        .query_map(parameters, |row| rows::item(row, incarnation, languages))?
        .collect::<Result<_, _>>()?;
    let reader = shared::Reader { incarnation, languages, user: &row };
    found.extend(reader.changed(connection, since.shared, limit)?);
    let gone = reader.gone(connection, since.shared, limit)?;
    if found.len() + gone.len() > MAX_CHANGES {
        return Ok(Changes::Reset(sync));
    }
    sync.removed.extend(gone.iter().map(ToString::to_string));
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

//! Settling: what a user has received gets items of its own, so that a change of them has somewhere to be written.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{UNSETTLED, WANTED};
use crate::store::{
    Place, Selection, StoreError, UserRef,
    revision::StateNumbers,
    sqlite::{
        counts::{self, Delta, UserRow},
        sends::NEW,
    },
};

/// What a user has received and not settled.
struct Unsettled {
    notification: i64,
    shared: i64,
    position: i64,
    category: Option<String>,
    due_at: Option<i64>,
    /// Whether the user sees it.
    is_wanted: bool,
}

/// Settles all of a user's inbox if a change would reach anything in it that is not settled; gives the user's row. `None`,
/// and nothing has changed, if more than `most` might have to be settled for it.
///
/// What the inbox shows is the same before and after, and no revision is raised.
pub(in crate::store::sqlite) fn settle(
    connection: &Connection,
    user: &UserRef,
    selection: &Selection,
    up_to: StateNumbers,
    most: usize,
) -> Result<Option<UserRow>, StoreError> {
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
    let may_reach = selection.ids.is_some() || selection.place == Place::Inbox;
    if row.state.shared == row.settled || !may_reach {
        return Ok(Some(row));
    }
    let found = unsettled(connection, &row, most.saturating_add(1))?;
    if found.len() > most {
        return Ok(None);
    }
    if !reaches(connection, &row, &found, selection, up_to)? {
        return Ok(Some(row));
    }
    let key: i64 = connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor, settled) \
             SELECT key, ?2, own_base, own_base, ?3 FROM projects WHERE key = ?1 \
             ON CONFLICT (project, id) DO UPDATE SET settled = excluded.settled RETURNING key",
        )?
        .query_row(params![user.project.0, user.user.as_str(), row.state.shared], |row| row.get(0))?;
    write(connection, key, &row, &found)?;
    // A subscription that ended and was settled long ago is asked for by nothing any more, not even by what was
    // withdrawn since.
    if row.settled <= row.floor.shared {
        connection
            .prepare_cached("DELETE FROM subscriptions WHERE user = ?1 AND until <= ?2")?
            .execute(params![key, row.settled])?;
    }
    Ok(Some(UserRow { key, settled: row.state.shared, ..row }))
}

/// What is not settled, also what the user has turned off: it may be turned on again.
fn unsettled(connection: &Connection, user: &UserRow, limit: usize) -> Result<Vec<Unsettled>, StoreError> {
    let sql = format!(
        "SELECT i.notification, i.shared, i.position, i.category, i.due_at, (TRUE {WANTED}) AS is_wanted \
         FROM {UNSETTLED} i LIMIT :limit"
    );
    let read = |row: &Row<'_>| {
        Ok(Unsettled {
            notification: row.get("notification")?,
            shared: row.get("shared")?,
            position: row.get("position")?,
            category: row.get("category")?,
            due_at: row.get("due_at")?,
            is_wanted: row.get("is_wanted")?,
        })
    };
    let parameters = named_params! {
        ":user": user.key,
        ":project": user.project,
        ":after": user.settled,
        ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
    };
    Ok(connection.prepare_cached(&sql)?.query_map(parameters, read)?.collect::<Result<_, _>>()?)
}

/// Whether a change would reach any of it.
fn reaches(
    connection: &Connection,
    user: &UserRow,
    found: &[Unsettled],
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<bool, StoreError> {
    let mut reached = found.iter().filter(|one| {
        let is_of_category = selection.category.is_none() || one.category == selection.category;
        one.is_wanted && one.shared <= up_to.shared && is_of_category
    });
    let Some(ids) = &selection.ids else { return Ok(reached.next().is_some()) };
    let reached: HashSet<i64> = reached.map(|one| one.notification).collect();
    let mut key_of =
        connection.prepare_cached("SELECT key FROM notifications WHERE id = ?1 AND project = ?2")?;
    for id in ids {
        let key = key_of.query_row(params![id.as_bytes(), user.project], |row| row.get(0)).optional()?;
        if key.is_some_and(|key: i64| reached.contains(&key)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn write(connection: &Connection, key: i64, user: &UserRow, found: &[Unsettled]) -> Result<(), StoreError> {
    let mut delta = Delta::default();
    // With an own revision of 0: nobody who was told of them when they came needs to be told again.
    let mut insert = connection.prepare_cached(
        "INSERT INTO items (user, notification, revision, arrived, shared, place, position, category, due_at) \
         VALUES (?1, ?2, 0, 0, ?3, 0, ?4, ?5, ?6)",
    )?;
    for one in found {
        delta.add(one.category.as_deref(), None, &NEW);
        insert.execute(params![key, one.notification, one.shared, one.position, one.category, one.due_at])?;
    }
    delta.write(connection, key, user.state.own)
}

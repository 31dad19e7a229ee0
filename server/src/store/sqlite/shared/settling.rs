//! Settling: what a user has received gets items of its own, so that a change of them has somewhere to be written.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{UNSETTLED, WANTED, repeats};
use crate::store::{
    Place, Selection, StoreError, UserRef,
    numbers_kept::NEW,
    reading::UserRow,
    revision::StateNumbers,
    sqlite::{
        counts::{self, Delta},
        groups, rows,
    },
};

/// What a user has received and not settled.
struct Unsettled {
    notification: i64,
    shared: i64,
    position: i64,
    category: Option<String>,
    due_at: Option<i64>,
    group_key: Option<String>,
    /// Whether the user sees it.
    is_wanted: bool,
}

/// Settles all of a user's inbox if a change would reach anything in it that is not settled; gives the user's row. `None`,
/// and nothing has changed, if more than `most` might have to be settled for it.
///
/// What the inbox shows is the same before and after, and no revision is raised, unless something of it repeats what is
/// there: see [`repeats`].
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
    if !reaches(connection, &row, &found, selection, up_to)? && !repeats::are_there(connection, &row)? {
        return Ok(Some(row));
    }
    settle_found(connection, user, &row, &found).map(Some)
}

/// Settles all of a user's inbox, whatever a change would reach; `false`, and nothing has changed, if that is more than
/// `most`.
pub(super) fn settle_all(
    connection: &Connection,
    user: &UserRef,
    row: &UserRow,
    most: usize,
) -> Result<bool, StoreError> {
    let found = unsettled(connection, row, most.saturating_add(1))?;
    if found.len() > most {
        return Ok(false);
    }
    settle_found(connection, user, row, &found)?;
    Ok(true)
}

fn settle_found(
    connection: &Connection,
    user: &UserRef,
    row: &UserRow,
    found: &[Unsettled],
) -> Result<UserRow, StoreError> {
    let key: i64 = connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor, settled) \
             SELECT key, ?2, own_base, own_base, ?3 FROM projects WHERE key = ?1 \
             ON CONFLICT (project, id) DO UPDATE SET settled = excluded.settled RETURNING key",
        )?
        .query_row(params![user.project.0, user.user.as_str(), row.state.shared], |row| row.get(0))?;
    let own = write(connection, key, row.state.own, found)?;
    // A subscription that ended and was settled long ago is asked for by nothing any more, not even by what was
    // withdrawn since.
    if row.settled <= row.floor.shared {
        connection
            .prepare_cached("DELETE FROM subscriptions WHERE user = ?1 AND until <= ?2")?
            .execute(params![key, row.settled])?;
    }
    let state = StateNumbers { own, ..row.state };
    Ok(UserRow { key, settled: row.state.shared, state, ..*row })
}

/// What is not settled, also what the user has turned off: it may be turned on again.
fn unsettled(connection: &Connection, user: &UserRow, limit: usize) -> Result<Vec<Unsettled>, StoreError> {
    let sql = format!(
        "SELECT i.notification, i.shared, i.position, i.category, i.due_at, i.group_key, \
         (TRUE {WANTED}) AS is_wanted FROM {UNSETTLED} i ORDER BY i.shared LIMIT :limit"
    );
    let read = |row: &Row<'_>| {
        Ok(Unsettled {
            notification: row.get("notification")?,
            shared: row.get("shared")?,
            position: row.get("position")?,
            category: row.get("category")?,
            due_at: row.get("due_at")?,
            group_key: row.get("group_key")?,
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

/// Gives each an item; gives the state that the inbox is in then.
fn write(connection: &Connection, key: i64, own: i64, found: &[Unsettled]) -> Result<i64, StoreError> {
    let (mut delta, mut last) = (Delta::default(), own);
    let mut insert = connection.prepare_cached(
        "INSERT INTO items (user, notification, revision, arrived, shared, place, position, category, due_at, \
         group_key, group_count) VALUES (?1, ?2, ?3, 0, ?4, 0, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for one in found {
        let count = match &one.group_key {
            Some(group) => {
                groups::fold(connection, key, own + 1, group, rows::moment(one.position), &mut delta)?
            }
            None => 1,
        };
        // With an own revision of 0: nobody who was told of it when it came needs to be told again. What has taken the
        // place of something stands for more than it did then.
        let revision = if count > 1 { own + 1 } else { 0 };
        last = last.max(revision);
        delta.add(one.category.as_deref(), None, &NEW);
        insert.execute(params![
            key,
            one.notification,
            revision,
            one.shared,
            one.position,
            one.category,
            one.due_at,
            one.group_key,
            count
        ])?;
    }
    delta.write(connection, key, last)?;
    Ok(last)
}

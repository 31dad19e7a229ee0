//! Settling: what a user has received gets items of its own, so that a change of them has somewhere to be written.

use std::collections::HashSet;

use rusqlite::{Connection, named_params, params};
use uuid::Uuid;

use super::{ALL, UNSETTLED, WANTED, reads};
use crate::store::{
    Place, Selection, StoreError, UserRef,
    revision::StateNumbers,
    sqlite::{
        counts::{self, Delta, UserRow},
        sends::NEW,
    },
};

/// Settles all of a user's inbox if a change would reach anything in it that is not settled; gives the user's row.
///
/// What the inbox shows is the same before and after, and no revision is raised.
pub(in crate::store::sqlite) fn settle(
    connection: &Connection,
    user: &UserRef,
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<UserRow, StoreError> {
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
    if row.state.shared == row.settled || !reaches(connection, &row, selection, up_to)? {
        return Ok(row);
    }
    let key: i64 = connection
        .prepare_cached(
            "INSERT INTO users (project, id, settled) VALUES (?1, ?2, ?3) \
             ON CONFLICT (project, id) DO UPDATE SET settled = excluded.settled RETURNING key",
        )?
        .query_row(params![user.project.0, user.user.as_str(), row.state.shared], |row| row.get(0))?;
    let mut delta = Delta::default();
    // What the user has turned off is settled with the rest: it may be turned on again.
    for (category, number) in reads::numbers(connection, &row, ALL)? {
        for _ in 0..number {
            delta.add(category.as_deref(), None, &NEW);
        }
    }
    // With an own revision of 0: nobody who was told of them when they came needs to be told again.
    let sql = format!(
        "INSERT INTO items (user, notification, revision, arrived, shared, place, position, category, due_at) \
         SELECT :key, i.notification, i.revision, i.arrived, i.shared, i.place, i.position, i.category, i.due_at \
         FROM {UNSETTLED} i"
    );
    connection.prepare_cached(&sql)?.execute(named_params! {
        ":key": key,
        ":user": row.key,
        ":project": row.project,
        ":after": row.settled,
    })?;
    delta.write(connection, key, row.state.own)?;
    // A subscription that ended and was settled long ago is asked for by nothing any more, not even by what was
    // withdrawn since.
    if row.settled <= row.floor.shared {
        connection
            .prepare_cached("DELETE FROM subscriptions WHERE user = ?1 AND until <= ?2")?
            .execute(params![key, row.settled])?;
    }
    Ok(UserRow { key, settled: row.state.shared, ..row })
}

/// Whether a change would reach anything that is not settled.
fn reaches(
    connection: &Connection,
    user: &UserRow,
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<bool, StoreError> {
    if selection.ids.is_none() && selection.place != Place::Inbox {
        return Ok(false);
    }
    let sql = format!(
        "SELECT n.id FROM {UNSETTLED} i JOIN notifications n ON n.key = i.notification \
         WHERE i.shared <= :up_to AND (:category IS NULL OR i.category = :category) {WANTED}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(named_params! {
        ":user": user.key,
        ":project": user.project,
        ":after": user.settled,
        ":up_to": up_to.shared,
        ":category": selection.category,
    })?;
    let named = selection.ids.as_ref().map(|ids| ids.iter().collect::<HashSet<&Uuid>>());
    while let Some(row) = found.next()? {
        if named.as_ref().is_none_or(|ids| row.get(0).is_ok_and(|id| ids.contains(&Uuid::from_bytes(id)))) {
            return Ok(true);
        }
    }
    Ok(false)
}

//! What users do with notifications for the first time: counted within the transaction of the change.

use rusqlite::{Connection, params};

use super::inbox_changes::Candidate;
use crate::store::{Happening, Happenings, ItemState, StoreError};

/// Takes note of what a change did for the first time. To be called when the change is written.
pub(super) fn note(
    connection: &Connection,
    user: i64,
    candidate: &Candidate,
    after: &ItemState,
) -> Result<(), StoreError> {
    let before = &candidate.state;
    let happened = after
        .happened
        .with_if(Happening::Seen, after.seen_at.is_some())
        .with_if(Happening::Read, after.read_at.is_some())
        .with_if(Happening::Archived, after.archived_at.is_some());
    let first = happened.without(before.happened);
    if !first.is_empty() {
        connection
            .prepare_cached("UPDATE items SET happened = ?3 WHERE user = ?1 AND notification = ?2")?
            .execute(params![user, candidate.notification, happened.bits()])?;
        count(connection, candidate.notification, first)?;
    }
    let actions: Vec<&String> =
        after.actions_done.iter().filter(|action| !before.actions_done.contains(action)).collect();
    for action in &actions {
        connection
            .prepare_cached(
                "INSERT INTO action_tallies (notification, action, users) VALUES (?1, ?2, 1) \
                 ON CONFLICT (notification, action) DO UPDATE SET users = users + 1",
            )?
            .execute(params![candidate.notification, action])?;
    }
    Ok(())
}

fn count(connection: &Connection, notification: i64, first: Happenings) -> Result<(), StoreError> {
    let one_if = |happening| i64::from(first.has(happening));
    connection
        .prepare_cached(
            "INSERT INTO tallies (notification, seen, read, clicked, archived) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (notification) DO UPDATE SET seen = seen + excluded.seen, read = read + excluded.read, \
             clicked = clicked + excluded.clicked, archived = archived + excluded.archived",
        )?
        .execute(params![
            notification,
            one_if(Happening::Seen),
            one_if(Happening::Read),
            one_if(Happening::Clicked),
            one_if(Happening::Archived)
        ])?;
    Ok(())
}

//! Removing what is older than a project keeps it.
//!
//! Items go at once, without a tombstone, and the floor of their inbox rises: who has an older state loads the list
//! again. Tombstones would have each item written once more, and its text kept for another week.

use std::collections::BTreeMap;

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, params};

use super::{
    counts::Delta,
    inbox_changes::{self, CANDIDATE_COLUMNS, Candidate},
    shared,
};
use crate::{
    auth::user_id::UserId,
    store::{ItemState, Place, ProjectKey, StoreError, UserRef},
};

/// What was removed because of its age.
#[derive(Default)]
pub(super) struct Removed {
    /// Whose inbox changed.
    pub(super) users: Vec<UserRef>,
    /// Where something that was shared is gone.
    pub(super) shared: Vec<ProjectKey>,
    /// Whether there may be more of it.
    pub(super) more: bool,
}

/// Removes so many items, and the notifications that nobody has then.
pub(super) fn remove_old(
    connection: &Connection,
    now: Timestamp,
    most: usize,
) -> Result<Removed, StoreError> {
    let projects: Vec<(i64, i64)> = connection
        .prepare_cached("SELECT key, retention_ms FROM projects WHERE retention_ms IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut removed = Removed::default();
    for (project, retention_ms) in projects {
        let before = now.plus_ms(-retention_ms);
        let items = old_items(connection, project, before, most)?;
        let is_all = items.len() < most;
        remove_items(connection, items, &mut removed.users)?;
        let shared = shared::remove_old(connection, ProjectKey(project), before, most)?;
        if shared > 0 {
            removed.shared.push(ProjectKey(project));
        }
        let notifications = remove_notifications(connection, project, before, most)?;
        if !is_all || shared == most || notifications == most {
            removed.more = true;
            break;
        }
    }
    Ok(removed)
}

fn old_items(
    connection: &Connection,
    project: i64,
    before: Timestamp,
    most: usize,
) -> Result<Vec<(i64, Candidate)>, StoreError> {
    let sql = format!(
        "SELECT i.user, {CANDIDATE_COLUMNS} FROM notifications n JOIN items i ON i.notification = n.key \
         WHERE n.project = ?1 AND n.created_at < ?2 ORDER BY n.created_at LIMIT ?3"
    );
    let items = connection
        .prepare_cached(&sql)?
        .query_map(params![project, before.unix_ms(), limit(most)], |row| {
            Ok((row.get("user")?, inbox_changes::candidate(row)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(items)
}

fn remove_items(
    connection: &Connection,
    items: Vec<(i64, Candidate)>,
    changed: &mut Vec<UserRef>,
) -> Result<(), StoreError> {
    let mut inboxes: BTreeMap<i64, Vec<Candidate>> = BTreeMap::new();
    for (user, item) in items {
        inboxes.entry(user).or_default().push(item);
    }
    for (user, items) in inboxes {
        let mut delta = Delta::default();
        for item in items {
            connection
                .prepare_cached("DELETE FROM items WHERE user = ?1 AND notification = ?2")?
                .execute([user, item.notification])?;
            let gone = ItemState { place: Place::Removed, ..item.state.clone() };
            delta.add(item.category.as_deref(), Some(&item.state), &gone);
        }
        let (revision, user_ref) = connection
            .prepare_cached(
                "UPDATE users SET revision = revision + 1, floor = revision + 1 WHERE key = ?1 \
                 RETURNING revision, project, id",
            )?
            .query_row([user], |row| {
                let project = ProjectKey(row.get(1)?);
                Ok((row.get(0)?, UserRef { project, user: UserId::trusted(&row.get::<_, String>(2)?) }))
            })?;
        delta.write(connection, user, revision)?;
        changed.push(user_ref);
    }
    Ok(())
}

/// Gives how many were removed.
fn remove_notifications(
    connection: &Connection,
    project: i64,
    before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let old: Vec<i64> = connection
        .prepare_cached(
            "SELECT key FROM notifications n WHERE project = ?1 AND created_at < ?2 \
             AND NOT EXISTS (SELECT 1 FROM items WHERE notification = n.key) \
             AND NOT EXISTS (SELECT 1 FROM shared WHERE notification = n.key) \
             AND NOT EXISTS (SELECT 1 FROM scheduled WHERE notification = n.key) ORDER BY created_at LIMIT ?3",
        )?
        .query_map(params![project, before.unix_ms(), limit(most)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for notification in &old {
        remove_unless_held(connection, *notification)?;
    }
    Ok(old.len())
}

/// Removes a notification that nobody has any more.
pub(super) fn remove_unless_held(connection: &Connection, notification: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM notifications WHERE key = ?1 \
             AND NOT EXISTS (SELECT 1 FROM items WHERE notification = ?1) \
             AND NOT EXISTS (SELECT 1 FROM shared WHERE notification = ?1)",
        )?
        .execute([notification])?;
    Ok(())
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

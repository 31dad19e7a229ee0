//! The end of what is shared: it expires, or is withdrawn; and much later it is forgotten.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, params};

use super::sending::raise_revision;
use crate::store::{DueWork, ProjectKey, StoreError, sqlite::retention};

/// Withdraws a notification, if it is shared and still there: says whether it was. It is gone at once for those who have
/// not settled it; the items that others have are not touched.
pub(in crate::store::sqlite) fn withdraw(
    connection: &Connection,
    project: ProjectKey,
    notification: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let is_there = connection
        .prepare_cached("SELECT 1 FROM shared WHERE notification = ?1 AND removed_at IS NULL")?
        .exists([notification])?;
    if is_there {
        remove(connection, project, notification, now)?;
    }
    Ok(is_there)
}

/// After what a category reaches was changed: if anything was sent in it, whoever follows an inbox of the project loads the
/// list again.
pub(in crate::store::sqlite) fn reset(
    connection: &Connection,
    project: ProjectKey,
    category: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE projects SET shared_revision = shared_revision + 1, shared_floor = shared_revision + 1 \
             WHERE key = ?1 AND EXISTS \
             (SELECT 1 FROM notifications WHERE project = ?1 AND category = ?2)",
        )?
        .execute(params![project.0, category])?;
    Ok(())
}

fn remove(
    connection: &Connection,
    project: ProjectKey,
    notification: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let revision = raise_revision(connection, project)?;
    connection
        .prepare_cached(
            "UPDATE shared SET revision = ?2, removed_at = ?3, due_at = NULL WHERE notification = ?1",
        )?
        .execute(params![notification, revision, now.unix_ms()])?;
    Ok(())
}

/// What is due now, at most `limit` of each kind; adds what it changed to `work`.
pub(in crate::store::sqlite) fn advance(
    connection: &Connection,
    now: Timestamp,
    forget_before: Timestamp,
    limit: usize,
    work: &mut DueWork,
) -> Result<(), StoreError> {
    let limit_rows = i64::try_from(limit).unwrap_or(i64::MAX);
    // Items of those who have settled it expire by themselves.
    let due: Vec<(i64, ProjectKey)> = connection
        .prepare_cached(
            "SELECT notification, project FROM shared WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        )?
        .query_map(params![now.unix_ms(), limit_rows], |row| Ok((row.get(0)?, ProjectKey(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    for (notification, project) in &due {
        remove(connection, *project, *notification, now)?;
        if !work.shared.contains(project) {
            work.shared.push(*project);
        }
    }
    let forgotten = forget(connection, forget_before, limit_rows)?;
    work.more |= due.len() == limit || forgotten == limit;
    Ok(())
}

/// When the next of it expires.
pub(in crate::store::sqlite) fn next_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let next = connection
        .prepare_cached("SELECT min(due_at) FROM shared WHERE due_at IS NOT NULL")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?;
    Ok(next.map(Timestamp::from_unix_ms))
}

/// Removes what was shared before a moment, at most `most` of it, without a tombstone: whoever follows an inbox of the
/// project loads the list again. Says how many.
pub(in crate::store::sqlite) fn remove_old(
    connection: &Connection,
    project: ProjectKey,
    before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let removed = connection
        .prepare_cached(
            "DELETE FROM shared WHERE notification IN \
             (SELECT notification FROM shared WHERE project = ?1 AND position < ?2 LIMIT ?3)",
        )?
        .execute(params![project.0, before.unix_ms(), i64::try_from(most).unwrap_or(i64::MAX)])?;
    if removed > 0 {
        connection
            .prepare_cached(
                "UPDATE projects SET shared_revision = shared_revision + 1, shared_floor = shared_revision + 1 \
                 WHERE key = ?1",
            )?
            .execute([project.0])?;
    }
    Ok(removed)
}

/// Forgets what was gone before a moment; says how many.
fn forget(connection: &Connection, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let forgotten: Vec<(i64, i64, i64)> = connection
        .prepare_cached(
            "DELETE FROM shared WHERE notification IN \
             (SELECT notification FROM shared WHERE removed_at < ?1 LIMIT ?2) \
             RETURNING notification, project, revision",
        )?
        .query_map(params![before.unix_ms(), limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (notification, project, revision) in &forgotten {
        // A client that was away since before then cannot be told of this any more.
        connection
            .prepare_cached("UPDATE projects SET shared_floor = max(shared_floor, ?2) WHERE key = ?1")?
            .execute(params![project, revision])?;
        retention::remove_unless_held(connection, *notification)?;
    }
    Ok(forgotten.len())
}

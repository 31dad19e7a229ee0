//! What the passing of time does: items expire or come back, and what need not be remembered is forgotten.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, params};

use super::{
    inbox_changes::{self, CANDIDATE_COLUMNS, Candidate},
    retention, schedule, shared, user_data,
};
use crate::{
    auth::user_id::UserId,
    store::{DueWork, ItemState, Place, ProjectKey, StoreError, UserRef},
};

/// How many items one transaction changes, so that sends need not wait long behind it.
const MAX_ITEMS: usize = 1_000;
const DAY_MS: i64 = 86_400_000;
const KEEP_TOMBSTONES_MS: i64 = 7 * DAY_MS;
const KEEP_IDEMPOTENCY_KEYS_MS: i64 = DAY_MS;
/// Longer than any session token lives.
const KEEP_ERASED_USERS_MS: i64 = 2 * 3_600_000;
/// The numbers of failed proofs; the other entries of the audit log are kept for good.
const KEEP_FAILED_PROOFS_MS: i64 = 90 * DAY_MS;

pub(super) fn advance(
    connection: &Connection,
    now: Timestamp,
    returned: &dyn Fn(ItemState) -> ItemState,
) -> Result<DueWork, StoreError> {
    let mut work = DueWork::default();
    let sent = schedule::send_due(connection, now, MAX_ITEMS)?;
    (work.changed, work.shared) = (sent.users, sent.shared);
    let due = due_items(connection, now)?;
    work.more = sent.more || due.len() == MAX_ITEMS;
    let mut due = due.into_iter().peekable();
    while let Some((user, first)) = due.next() {
        let mut candidates = vec![first];
        while let Some((_, next)) = due.next_if(|(other, _)| *other == user) {
            candidates.push(next);
        }
        work.changed.push(change(connection, user, &candidates, now, returned)?);
    }
    let old = retention::remove_old(connection, now, MAX_ITEMS)?;
    work.changed.extend(old.users);
    work.shared.extend(old.shared);
    work.more |= old.more | user_data::clear_abandoned(connection, MAX_ITEMS)?;
    work.more |= forget(connection, now)?;
    shared::advance(connection, now, now.plus_ms(-KEEP_TOMBSTONES_MS), MAX_ITEMS, &mut work)?;
    work.more |= shared::clear_emptied(connection, MAX_ITEMS)?;
    work.next_at = next_at(connection)?;
    Ok(work)
}

/// When the next item is due, or the next notification is to be sent.
pub(super) fn next_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let next_item = connection
        .prepare_cached("SELECT min(due_at) FROM items WHERE due_at IS NOT NULL")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .map(Timestamp::from_unix_ms);
    let next = [next_item, schedule::next_at(connection)?, shared::next_at(connection)?];
    Ok(next.into_iter().flatten().min())
}

fn due_items(connection: &Connection, now: Timestamp) -> Result<Vec<(i64, Candidate)>, StoreError> {
    let sql = format!(
        "SELECT i.user, {CANDIDATE_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.due_at <= ?1 ORDER BY i.due_at LIMIT ?2"
    );
    let mut found: Vec<(i64, Candidate)> = connection
        .prepare_cached(&sql)?
        .query_map(params![now.unix_ms(), i64::try_from(MAX_ITEMS).unwrap_or(i64::MAX)], |row| {
            Ok((row.get("user")?, inbox_changes::candidate(row)?))
        })?
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|(user, _)| *user);
    Ok(found)
}

fn change(
    connection: &Connection,
    user: i64,
    candidates: &[Candidate],
    now: Timestamp,
    returned: &dyn Fn(ItemState) -> ItemState,
) -> Result<UserRef, StoreError> {
    let (expired, back): (Vec<&Candidate>, Vec<&Candidate>) =
        candidates.iter().partition(|candidate| candidate.expires_at.is_some_and(|at| at <= now));
    for (group, transition) in [(expired, &removed as &dyn Fn(ItemState) -> ItemState), (back, returned)] {
        let revision =
            connection.query_row("SELECT revision FROM users WHERE key = ?1", [user], |row| row.get(0))?;
        inbox_changes::apply(connection, user, revision, &group, transition, now)?;
    }
    Ok(connection.prepare_cached("SELECT project, id FROM users WHERE key = ?1")?.query_row(
        [user],
        |row| {
            Ok(UserRef { project: ProjectKey(row.get(0)?), user: UserId::trusted(&row.get::<_, String>(1)?) })
        },
    )?)
}

fn removed(state: ItemState) -> ItemState {
    ItemState { place: Place::Removed, ..state }
}

/// Forgets what need not be remembered any longer; says whether there is more of it.
fn forget(connection: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let limit = i64::try_from(MAX_ITEMS).unwrap_or(i64::MAX);
    let before = now.plus_ms(-KEEP_TOMBSTONES_MS).unix_ms();
    let forgotten: Vec<(i64, i64, i64)> = connection
        .prepare_cached(
            "DELETE FROM items WHERE (user, notification) IN \
             (SELECT user, notification FROM items WHERE removed_at < ?1 LIMIT ?2) \
             RETURNING user, revision, notification",
        )?
        .query_map(params![before, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (user, revision, notification) in &forgotten {
        // A client that was away since before then cannot be told of this removal any more.
        connection
            .prepare_cached("UPDATE users SET floor = max(floor, ?2) WHERE key = ?1")?
            .execute(params![user, revision])?;
        retention::remove_unless_held(connection, *notification)?;
    }
    let keys = connection
        .prepare_cached(
            "DELETE FROM idempotency_keys WHERE (project, text) IN \
             (SELECT project, text FROM idempotency_keys WHERE created_at < ?1 LIMIT ?2)",
        )?
        .execute(params![now.plus_ms(-KEEP_IDEMPOTENCY_KEYS_MS).unix_ms(), limit])?;
    let sessions = connection
        .prepare_cached(
            "DELETE FROM ended_sessions WHERE id IN (SELECT id FROM ended_sessions WHERE until < ?1 LIMIT ?2)",
        )?
        .execute(params![now.unix_ms(), limit])?;
    let failures = connection
        .prepare_cached(
            "DELETE FROM failed_proofs WHERE (hour, project, reason) IN \
             (SELECT hour, project, reason FROM failed_proofs WHERE hour < ?1 LIMIT ?2)",
        )?
        .execute(params![now.plus_ms(-KEEP_FAILED_PROOFS_MS).unix_ms(), limit])?;
    let erased = connection
        .prepare_cached(
            "DELETE FROM erased_users WHERE (project, digest) IN \
             (SELECT project, digest FROM erased_users WHERE erased_at < ?1 LIMIT ?2)",
        )?
        .execute(params![now.plus_ms(-KEEP_ERASED_USERS_MS).unix_ms(), limit])?;
    Ok([forgotten.len(), keys, sessions, failures, erased].contains(&MAX_ITEMS))
}

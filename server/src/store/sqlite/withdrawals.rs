//! Taking a notification back out of inboxes, piece by piece.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    inbox_changes::{self, CANDIDATE_COLUMNS, Candidate},
    schedule, shared,
};
use crate::{
    auth::user_id::UserId,
    store::{ItemState, Place, ProjectKey, StoreError, UserRef, Withdrawal},
};

/// How many items one transaction removes, so that sends need not wait long behind it.
const MAX_ITEMS: usize = 1_000;

/// One step. That there is more to do is kept with the notification, so that another process can go on.
pub(super) fn withdraw(
    connection: &Connection,
    project: ProjectKey,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<Withdrawal>, StoreError> {
    let marked: Option<(i64, bool, i64)> = connection
        .prepare_cached(
            "UPDATE notifications SET withdrawing = CASE WHEN withdrawn_at IS NULL THEN 1 ELSE withdrawing END, \
             withdrawn_at = coalesce(withdrawn_at, ?3) WHERE id = ?1 AND project = ?2 \
             RETURNING key, withdrawing, withdrawn_up_to",
        )?
        .query_row(params![id.as_bytes(), project.0, now.unix_ms()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((key, is_unfinished, up_to)) = marked else { return Ok(None) };
    let mut withdrawal = Withdrawal::default();
    if !is_unfinished {
        return Ok(Some(withdrawal));
    }
    // What has yet to be sent never is.
    schedule::withdraw(connection, key)?;
    withdrawal.shared = shared::withdraw(connection, project, key, now)?;
    let found: Vec<(i64, Candidate)> = connection
        .prepare_cached(&next_items())?
        .query_map(params![key, i64::try_from(MAX_ITEMS).unwrap_or(i64::MAX), up_to], |row| {
            Ok((row.get("user")?, inbox_changes::candidate(row)?))
        })?
        .collect::<Result<_, _>>()?;
    withdrawal.more = found.len() == MAX_ITEMS;
    // The next step does not pass over the tombstones that this one makes: nobody gets an item of it any more.
    let up_to = found.last().map_or(up_to, |(user, _)| *user);
    for (user, candidate) in found {
        withdrawal.changed.push(remove(connection, project, user, &candidate, now)?);
    }
    connection
        .prepare_cached("UPDATE notifications SET withdrawing = ?2, withdrawn_up_to = ?3 WHERE key = ?1")?
        .execute(params![key, withdrawal.more, up_to])?;
    Ok(Some(withdrawal))
}

/// Those that are still there, after a user. What has been removed is before that, and not passed over again.
fn next_items() -> String {
    format!(
        "SELECT i.user, {CANDIDATE_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.notification = ?1 AND i.user > ?3 AND i.place <> 3 ORDER BY i.user LIMIT ?2"
    )
}

fn remove(
    connection: &Connection,
    project: ProjectKey,
    user: i64,
    candidate: &Candidate,
    now: Timestamp,
) -> Result<UserRef, StoreError> {
    let (revision, id): (i64, String) = connection
        .prepare_cached("SELECT revision, id FROM users WHERE key = ?1")?
        .query_row([user], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let removed = |state| ItemState { place: Place::Removed, ..state };
    inbox_changes::apply(connection, user, revision, &[candidate], &removed, now)?;
    Ok(UserRef { project, user: UserId::trusted(&id) })
}

pub(super) fn unfinished(connection: &Connection) -> Result<Vec<(ProjectKey, Uuid)>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT project, id FROM notifications WHERE withdrawing = 1 ORDER BY key")?
        .query_map([], |row| Ok((ProjectKey(row.get(0)?), Uuid::from_bytes(row.get(1)?))))?
        .collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::next_items;
    use crate::{randomness::test::CountedRandomness, store::sqlite::schema};

    #[test]
    fn a_step_of_a_withdrawal_begins_where_the_one_before_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let (connection, _) =
            schema::open(&folder.path().join("bell.db"), &CountedRandomness::default()).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", next_items())).unwrap();
        let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>("detail").unwrap());
        }
        let plan = steps.join("; ");
        assert!(plan.contains("items_by_notification (notification=? AND user>?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

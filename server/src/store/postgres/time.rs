//! What the passing of time does: items expire or come back, and what need not be remembered is forgotten.
//!
//! Each kind is a transaction of its own, so that none holds the rows of many users and projects longer than it needs
//! them. Several processes may do it at once: each does what the others have left.

use std::{collections::BTreeSet, sync::Arc};

use notification_bell_protocol::Timestamp;

use super::{
    PostgresStore,
    items::{self, CANDIDATE_COLUMNS, Candidate, Touched},
    retention, rows, schedule,
    shared::{self, Cleared},
    transaction::{Db, reading, writing},
    user_data, users,
};
use crate::{
    auth::user_id::UserId,
    store::{DueWork, ItemState, Place, ProjectKey, StoreError, Transition, UserRef},
};

/// How many items one transaction changes, so that nobody need wait long behind it.
const MAX_ITEMS: usize = 1_000;
const DAY_MS: i64 = 86_400_000;
const KEEP_TOMBSTONES_MS: i64 = 7 * DAY_MS;
const KEEP_IDEMPOTENCY_KEYS_MS: i64 = DAY_MS;
/// Longer than any session token lives.
const KEEP_ERASED_USERS_MS: i64 = 2 * 3_600_000;
/// The numbers of failed proofs; the other entries of the audit log are kept for good.
const KEEP_FAILED_PROOFS_MS: i64 = 90 * DAY_MS;

pub(super) async fn advance(
    store: &PostgresStore,
    now: Timestamp,
    returned: &Transition,
) -> Result<DueWork, StoreError> {
    let mut work = DueWork::default();
    match do_all(store, now, returned, &mut work).await {
        // What was done is done, and somebody has to be told.
        Err(error) if !work.changed.is_empty() || !work.shared.is_empty() => {
            tracing::warn!(%error, "not all that was due could be done");
            work.more = true;
        }
        outcome => outcome?,
    }
    Ok(work)
}

async fn do_all(
    store: &PostgresStore,
    now: Timestamp,
    returned: &Transition,
    work: &mut DueWork,
) -> Result<(), StoreError> {
    send_due(store, now, work).await?;
    let (changed, found) = writing!(store, db => change_due(db, now, returned).await)?;
    work.changed.extend(changed);
    work.more |= found == MAX_ITEMS;
    remove_old(store, now, work).await?;
    work.more |= writing!(store, db => user_data::clear_abandoned(db, MAX_ITEMS).await)?;
    work.more |= writing!(store, db => forget_tombstones(db, now).await)?;
    work.more |= writing!(store, db => forget(db, now).await)?;
    expire_shared(store, now, work).await?;
    clear_topics(store, work).await?;
    work.next_at = reading!(store, db => next_at(db).await)?;
    Ok(())
}

async fn send_due(store: &PostgresStore, now: Timestamp, work: &mut DueWork) -> Result<(), StoreError> {
    let mut done = 0;
    while done < MAX_ITEMS {
        let Some(sent) = writing!(store, db => schedule::send_first(db, now).await)? else { return Ok(()) };
        done += sent.items;
        let project = sent.project;
        match sent.reached.map(|reached| reached.users) {
            Some(Some(users)) => {
                work.changed.extend(users.into_iter().map(|user| UserRef { project, user }));
            }
            Some(None) => work.shared.push(project),
            None => {}
        }
    }
    work.more |= reading!(store, db => schedule::is_due(db, now).await)?;
    Ok(())
}

/// Changes the items that are due; gives whose they were, and how many were found.
async fn change_due(
    db: &Db<'_>,
    now: Timestamp,
    returned: &Transition,
) -> Result<(Vec<UserRef>, usize), StoreError> {
    let due = "SELECT inbox, notification FROM items WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
    let found = db.all(due, &[&now.unix_ms(), &rows::limit(MAX_ITEMS)]).await?;
    if found.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut inboxes = BTreeSet::new();
    for row in &found {
        inboxes.insert(row.try_get::<_, i64>("inbox")?);
    }
    let inboxes: Vec<i64> = inboxes.into_iter().collect();
    let locked = users::lock_all(db, &inboxes).await?;
    // Read again, as they are now that nobody else changes them.
    let sql = format!(
        "SELECT i.inbox, {CANDIDATE_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.inbox = ANY($1) AND i.due_at <= $2 AND i.due_at IS NOT NULL ORDER BY i.due_at LIMIT $3"
    );
    let candidates = db.all(&sql, &[&inboxes, &now.unix_ms(), &rows::limit(MAX_ITEMS)]).await?;
    let candidates = items::by_inbox(&candidates)?;
    let removed: Transition = Arc::new(|state| ItemState { place: Place::Removed, ..state });
    let mut touched = Vec::new();
    let mut changed = Vec::new();
    for inbox in &locked {
        let Some(candidates) = candidates.get(&inbox.key) else { continue };
        let becomes = |candidate: &Candidate| {
            if candidate.expires_at.is_some_and(|at| at <= now) { &removed } else { returned }
        };
        let items = candidates.iter().map(|candidate| (candidate, becomes(candidate))).collect();
        touched.push(Touched { inbox: inbox.key, revision: inbox.revision, items });
        changed.push(UserRef { project: inbox.project, user: UserId::trusted(&inbox.id) });
    }
    items::apply(db, &touched, now).await?;
    Ok((changed, found.len()))
}

/// Removes what is older than its project keeps it.
async fn remove_old(store: &PostgresStore, now: Timestamp, work: &mut DueWork) -> Result<(), StoreError> {
    for (project, retention_ms) in reading!(store, db => retention::projects(db).await)? {
        let before = now.plus_ms(-retention_ms);
        let (changed, items) =
            writing!(store, db => retention::remove_old_items(db, project, before, MAX_ITEMS).await)?;
        work.changed.extend(changed);
        let shared = writing!(store, db => shared::remove_old(db, project, before, MAX_ITEMS).await)?;
        if shared > 0 {
            work.shared.push(project);
        }
        let notifications = writing!(store, db => {
            retention::remove_old_notifications(db, project, before, MAX_ITEMS).await
        })?;
        if [items, shared, notifications].contains(&MAX_ITEMS) {
            work.more = true;
            break;
        }
    }
    Ok(())
}

async fn expire_shared(store: &PostgresStore, now: Timestamp, work: &mut DueWork) -> Result<(), StoreError> {
    let projects: Vec<ProjectKey> =
        reading!(store, db => shared::projects_with_due(db, now, MAX_ITEMS).await)?;
    let mut done = 0;
    for project in projects {
        let expired = writing!(store, db => shared::advance_one_project(db, project, now, MAX_ITEMS).await)?;
        done += expired;
        if expired > 0 && !work.shared.contains(&project) {
            work.shared.push(project);
        }
    }
    let before = now.plus_ms(-KEEP_TOMBSTONES_MS);
    let forgotten = writing!(store, db => shared::forget(db, before, MAX_ITEMS).await)?;
    work.more |= done >= MAX_ITEMS || forgotten == MAX_ITEMS;
    Ok(())
}

async fn clear_topics(store: &PostgresStore, work: &mut DueWork) -> Result<(), StoreError> {
    let (mut left, mut looked_at) = (MAX_ITEMS, 0);
    loop {
        match writing!(store, db => shared::clear_emptied(db, left).await)? {
            Cleared::Nothing => return Ok(()),
            Cleared::One(ended) => left -= ended,
            Cleared::Part => left = 0,
        }
        looked_at += 1;
        if left == 0 || looked_at == MAX_ITEMS {
            work.more = true;
            return Ok(());
        }
    }
}

/// When the next item is due, or the next notification is to be sent.
pub(super) async fn next_at(db: &Db<'_>) -> Result<Option<Timestamp>, StoreError> {
    let item = db.one("SELECT min(due_at) AS next FROM items WHERE due_at IS NOT NULL", &[]).await?;
    let item = rows::optional_moment(&item, "next")?;
    Ok([item, schedule::next_at(db).await?, shared::next_at(db).await?].into_iter().flatten().min())
}

/// Forgets the tombstones that nobody need be told of any more; says whether there are more.
async fn forget_tombstones(db: &Db<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let before = now.plus_ms(-KEEP_TOMBSTONES_MS).unix_ms();
    let found = db
        .all(
            "SELECT inbox, notification FROM items WHERE removed_at < $1 ORDER BY removed_at LIMIT $2",
            &[&before, &rows::limit(MAX_ITEMS)],
        )
        .await?;
    if found.is_empty() {
        return Ok(false);
    }
    let (mut inboxes, mut notifications) = (Vec::new(), Vec::new());
    for row in &found {
        inboxes.push(row.try_get::<_, i64>("inbox")?);
        notifications.push(row.try_get::<_, i64>("notification")?);
    }
    users::lock_all(db, &inboxes).await?;
    let forgotten = db
        .all(
            "DELETE FROM items i USING unnest($1::bigint[], $2::bigint[]) AS w (inbox, notification) \
             WHERE i.inbox = w.inbox AND i.notification = w.notification AND i.removed_at < $3 \
             RETURNING i.inbox, i.revision, i.notification",
            &[&inboxes, &notifications, &before],
        )
        .await?;
    let (mut inboxes, mut revisions, mut notifications) = (Vec::new(), Vec::new(), Vec::new());
    for row in &forgotten {
        inboxes.push(row.try_get::<_, i64>(0)?);
        revisions.push(row.try_get::<_, i64>(1)?);
        notifications.push(row.try_get::<_, i64>(2)?);
    }
    // A client that was away since before then cannot be told of these removals any more.
    db.run(
        "UPDATE users u SET floor = greatest(u.floor, f.revision) FROM (SELECT inbox, max(revision) AS revision \
         FROM unnest($1::bigint[], $2::bigint[]) AS w (inbox, revision) GROUP BY inbox) f WHERE u.key = f.inbox",
        &[&inboxes, &revisions],
    )
    .await?;
    retention::remove_unless_held(db, &notifications).await?;
    Ok(found.len() == MAX_ITEMS)
}

/// Forgets what else need not be remembered any longer; says whether there is more of it. What somebody else is about to
/// forget is passed over. Rows are named by where they are, which is so while they are locked: joined with the table by
/// their keys, they would have all of it read.
async fn forget(db: &Db<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let mut more = false;
    for (sql, kept_ms) in [
        (
            "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY (SELECT ctid FROM idempotency_keys \
             WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            KEEP_IDEMPOTENCY_KEYS_MS,
        ),
        (
            "DELETE FROM ended_sessions WHERE ctid = ANY (ARRAY (SELECT ctid FROM ended_sessions WHERE until < $1 \
             ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED))",
            0,
        ),
        (
            "DELETE FROM failed_proofs WHERE ctid = ANY (ARRAY (SELECT ctid FROM failed_proofs WHERE hour < $1 \
             ORDER BY hour LIMIT $2 FOR UPDATE SKIP LOCKED))",
            KEEP_FAILED_PROOFS_MS,
        ),
        (
            "DELETE FROM erased_users WHERE ctid = ANY (ARRAY (SELECT ctid FROM erased_users WHERE erased_at < $1 \
             ORDER BY erased_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            KEEP_ERASED_USERS_MS,
        ),
    ] {
        let forgotten = db.run(sql, &[&now.plus_ms(-kept_ms).unix_ms(), &rows::limit(MAX_ITEMS)]).await?;
        more |= forgotten == MAX_ITEMS as u64;
    }
    Ok(more)
}

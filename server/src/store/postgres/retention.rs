//! Removing what is older than a project keeps it.
//!
//! Items go at once, without a tombstone, and the floor of their inbox rises: who has an older state loads the list
//! again. Tombstones would have each item written once more, and its text kept for another week.

use std::collections::{BTreeMap, BTreeSet};

use notification_bell_protocol::Timestamp;

use super::{
    counts,
    items::{self, CANDIDATE_COLUMNS},
    rows,
    transaction::Db,
    users,
};
use crate::{
    auth::user_id::UserId,
    store::{ItemState, Place, ProjectKey, StoreError, UserRef, numbers_kept::Delta},
};

/// The projects that keep what was sent for a time, and for how long.
pub(super) async fn projects(db: &Db<'_>) -> Result<Vec<(ProjectKey, i64)>, StoreError> {
    let found = db
        .all("SELECT key, retention_ms FROM projects WHERE retention_ms IS NOT NULL ORDER BY key", &[])
        .await?;
    found.iter().map(|row| Ok((ProjectKey(row.try_get(0)?), row.try_get(1)?))).collect()
}

/// Removes so many items of a project that are older than a moment. Gives whose they were, and how many.
pub(super) async fn remove_old_items(
    db: &Db<'_>,
    project: ProjectKey,
    before: Timestamp,
    most: usize,
) -> Result<(Vec<UserRef>, usize), StoreError> {
    let found = db
        .all(
            "SELECT i.inbox, i.notification FROM notifications n JOIN items i ON i.notification = n.key \
             WHERE n.project = $1 AND n.created_at < $2 ORDER BY n.created_at LIMIT $3",
            &[&project.0, &before.unix_ms(), &rows::limit(most)],
        )
        .await?;
    if found.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut inboxes = BTreeSet::new();
    let (mut of_inbox, mut notifications) = (Vec::new(), Vec::new());
    for row in &found {
        let inbox: i64 = row.try_get("inbox")?;
        inboxes.insert(inbox);
        of_inbox.push(inbox);
        notifications.push(row.try_get::<_, i64>("notification")?);
    }
    let locked = users::lock_all(db, &inboxes.into_iter().collect::<Vec<_>>()).await?;
    // Read again, as it is now that nobody else changes it.
    let sql = format!(
        "SELECT i.inbox, {CANDIDATE_COLUMNS} FROM unnest($1::bigint[], $2::bigint[]) AS w (inbox, notification) \
         JOIN items i ON i.inbox = w.inbox AND i.notification = w.notification \
         JOIN notifications n ON n.key = i.notification"
    );
    let candidates = items::by_inbox(&db.all(&sql, &[&of_inbox, &notifications]).await?)?;
    db.run(
        "DELETE FROM items i USING unnest($1::bigint[], $2::bigint[]) AS w (inbox, notification) \
         WHERE i.inbox = w.inbox AND i.notification = w.notification",
        &[&of_inbox, &notifications],
    )
    .await?;
    let mut changes = BTreeMap::new();
    let mut woken = Vec::new();
    for inbox in locked {
        let Some(items) = candidates.get(&inbox.key) else { continue };
        let mut delta = Delta::default();
        for item in items {
            let gone = ItemState { place: Place::Removed, ..item.state.clone() };
            delta.add(item.category.as_deref(), Some(&item.state), &gone);
        }
        changes.insert(inbox.key, (inbox.revision + 1, delta));
        woken.push(UserRef { project: inbox.project, user: UserId::trusted(&inbox.id) });
    }
    counts::write(db, &changes).await?;
    let keys: Vec<i64> = changes.keys().copied().collect();
    db.run("UPDATE users SET floor = revision WHERE key = ANY($1)", &[&keys]).await?;
    Ok((woken, found.len()))
}

/// Removes so many notifications of a project that are older than a moment and that nobody has. Gives how many.
pub(super) async fn remove_old_notifications(
    db: &Db<'_>,
    project: ProjectKey,
    before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let old = db
        .all(
            // By age first: to begin with what nobody has would be to look at all that anybody has.
            "WITH old AS MATERIALIZED (SELECT key FROM notifications WHERE project = $1 AND created_at < $2 \
             ORDER BY created_at LIMIT $3) SELECT key FROM old \
             WHERE NOT EXISTS (SELECT 1 FROM items WHERE notification = old.key) \
             AND NOT EXISTS (SELECT 1 FROM shared WHERE notification = old.key) \
             AND NOT EXISTS (SELECT 1 FROM scheduled WHERE notification = old.key)",
            &[&project.0, &before.unix_ms(), &rows::limit(most)],
        )
        .await?;
    let old = old.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    remove_unless_held(db, &old).await?;
    Ok(old.len())
}

/// Removes notifications, those that nobody has any more.
///
/// Somebody may be about to get an item of one that is shared: then the reference that it has fails here, and the
/// transaction begins again.
pub(super) async fn remove_unless_held(db: &Db<'_>, notifications: &[i64]) -> Result<(), StoreError> {
    if notifications.is_empty() {
        return Ok(());
    }
    db.run(
        "DELETE FROM notifications n WHERE n.key = ANY($1) \
         AND NOT EXISTS (SELECT 1 FROM items WHERE notification = n.key) \
         AND NOT EXISTS (SELECT 1 FROM shared WHERE notification = n.key)",
        &[&notifications],
    )
    .await
    .map(drop)
}

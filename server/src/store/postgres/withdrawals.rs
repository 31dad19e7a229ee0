//! Taking a notification back out of inboxes, piece by piece.

use std::{collections::BTreeMap, sync::Arc};

use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    items::{self, CANDIDATE_COLUMNS, Touched},
    rows, schedule, shared,
    transaction::Db,
    users,
};
use crate::{
    auth::user_id::UserId,
    store::{ItemState, Place, ProjectKey, StoreError, Transition, UserRef, Withdrawal},
};

/// How many items one transaction removes, so that nobody need wait long behind it.
const MAX_ITEMS: usize = 1_000;

/// One step. That there is more to do is kept with the notification, so that another process can go on. The row of the
/// notification is this transaction's alone meanwhile: of several who withdraw it, each finds what the others have left.
pub(super) async fn withdraw(
    db: &Db<'_>,
    project: ProjectKey,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<Withdrawal>, StoreError> {
    let marked = db
        .first(
            "UPDATE notifications SET withdrawing = CASE WHEN withdrawn_at IS NULL THEN TRUE ELSE withdrawing END, \
             withdrawn_at = coalesce(withdrawn_at, $3) WHERE id = $1 AND project = $2 \
             RETURNING key, withdrawing, withdrawn_up_to",
            &[&id, &project.0, &now.unix_ms()],
        )
        .await?;
    let Some(marked) = marked else { return Ok(None) };
    let mut withdrawal = Withdrawal::default();
    if !marked.try_get::<_, bool>("withdrawing")? {
        return Ok(Some(withdrawal));
    }
    let (key, up_to): (i64, i64) = (marked.try_get("key")?, marked.try_get("withdrawn_up_to")?);
    // What has yet to be sent never is.
    schedule::withdraw(db, key).await?;
    withdrawal.shared = shared::withdraw(db, project, key, now).await?;
    let inboxes = db
        .all(
            "SELECT inbox FROM items WHERE notification = $1 AND inbox > $2 AND place <> 3 ORDER BY inbox LIMIT $3",
            &[&key, &up_to, &rows::limit(MAX_ITEMS)],
        )
        .await?;
    let inboxes = inboxes.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    withdrawal.more = inboxes.len() == MAX_ITEMS;
    // The next step does not pass over the tombstones that this one makes: nobody gets an item of it any more.
    let up_to = inboxes.last().copied().unwrap_or(up_to);
    withdrawal.changed = remove(db, key, &inboxes, now).await?;
    db.run(
        "UPDATE notifications SET withdrawing = $2, withdrawn_up_to = $3 WHERE key = $1",
        &[&key, &withdrawal.more, &up_to],
    )
    .await?;
    Ok(Some(withdrawal))
}

/// Removes an item from each of several inboxes.
async fn remove(
    db: &Db<'_>,
    notification: i64,
    inboxes: &[i64],
    now: Timestamp,
) -> Result<Vec<UserRef>, StoreError> {
    let locked = users::lock_all(db, inboxes).await?;
    let sql = format!(
        "SELECT i.inbox, {CANDIDATE_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         WHERE i.notification = $1 AND i.inbox = ANY($2) AND i.place <> 3"
    );
    let candidates: BTreeMap<_, _> = items::by_inbox(&db.all(&sql, &[&notification, &inboxes]).await?)?;
    let removed: Transition = Arc::new(|state| ItemState { place: Place::Removed, ..state });
    let mut touched = Vec::new();
    let mut changed = Vec::new();
    for inbox in &locked {
        let Some(candidates) = candidates.get(&inbox.key) else { continue };
        let items = candidates.iter().map(|candidate| (candidate, &removed)).collect();
        touched.push(Touched { inbox: inbox.key, revision: inbox.revision, items });
        changed.push(UserRef { project: inbox.project, user: UserId::trusted(&inbox.id) });
    }
    items::apply(db, &touched, now).await?;
    Ok(changed)
}

pub(super) async fn unfinished(db: &Db<'_>) -> Result<Vec<(ProjectKey, Uuid)>, StoreError> {
    let found = db.all("SELECT project, id FROM notifications WHERE withdrawing ORDER BY key", &[]).await?;
    let one = |row: &Row| Ok((ProjectKey(row.try_get(0)?), row.try_get(1)?));
    found.iter().map(one).collect()
}

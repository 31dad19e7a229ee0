//! Repeats among what is shared: what takes the place of something in an inbox.
//!
//! Whether it does is each reader's own: whoever has read the one before gets another. So an inbox in which something
//! unsettled repeats something else is settled before anybody looks at it, which puts the one in the place of the other.
//! Merging them in each read was rejected: every list, number and sync would have to hide items because of others.

use super::{UNSETTLED, settling};
use crate::{
    auth::user_id::UserId,
    store::{
        ProjectKey, StoreError, UserRef,
        postgres::{
            transaction::Db,
            users::{self, Hold},
        },
        reading::UserRow,
    },
};

/// Whether anything unsettled is to take the place of something in a user's inbox.
pub(in crate::store::postgres) async fn are_there(db: &Db<'_>, user: &UserRow) -> Result<bool, StoreError> {
    if !has_groups(db, user).await? {
        return Ok(false);
    }
    let sql = format!(
        "SELECT 1 FROM (SELECT i.group_key AS name, count(*) AS number FROM {UNSETTLED} i \
         WHERE i.group_key IS NOT NULL GROUP BY i.group_key) g \
         WHERE g.number > 1 OR EXISTS (SELECT 1 FROM items o WHERE o.inbox = $1 AND o.group_key = g.name \
         AND o.group_key IS NOT NULL AND o.place = 0 AND o.read_at IS NULL) LIMIT 1"
    );
    db.is_any(&sql, &[&user.key, &user.project, &user.settled]).await
}

/// Whether anything that the user has not settled has a group at all: the same for all who have settled as much.
pub(in crate::store::postgres) async fn has_groups(db: &Db<'_>, user: &UserRow) -> Result<bool, StoreError> {
    Ok(user.state.shared != user.settled && is_grouped(db, user, None).await?)
}

/// Settles a user's inbox if there are such.
pub(in crate::store::postgres) async fn fold(db: &Db<'_>, user: &UserRef) -> Result<(), StoreError> {
    users::hold_project(db, user.project, Hold::Still).await?;
    let row = users::lock(db, user).await?;
    if are_there(db, &row).await? {
        settling::settle_all(db, user).await?;
    }
    Ok(())
}

/// Settles the inboxes of users before something of a group comes to them by name, so that it finds what it repeats.
/// No inbox is locked yet.
///
/// What is shared at the same moment comes after it: it is what takes the other's place then.
pub(in crate::store::postgres) async fn fold_group(
    db: &Db<'_>,
    project: ProjectKey,
    users: &[UserId],
    group: &str,
) -> Result<(), StoreError> {
    let is_shared = db
        .is_any(
            "SELECT 1 FROM shared WHERE project = $1 AND group_key = $2 AND group_key IS NOT NULL \
             AND removed_at IS NULL LIMIT 1",
            &[&project.0, &group],
        )
        .await?;
    if !is_shared {
        return Ok(());
    }
    users::hold_project(db, project, Hold::Still).await?;
    let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
    for inbox in users::lock_or_create_all(db, project, &ids).await? {
        let user = UserRef { project, user: UserId::trusted(&inbox.id) };
        let row = users::read(db, &user).await?;
        if row.state.shared != row.settled && is_grouped(db, &row, Some(group)).await? {
            settling::settle_all(db, &user).await?;
        }
    }
    Ok(())
}

/// Whether the project has shared anything of a group, or of any, that the user has not settled.
async fn is_grouped(db: &Db<'_>, user: &UserRow, group: Option<&str>) -> Result<bool, StoreError> {
    db.is_any(
        "SELECT 1 FROM shared WHERE project = $1 AND came > $2 AND group_key IS NOT NULL \
         AND removed_at IS NULL AND ($3::text IS NULL OR group_key = $3) LIMIT 1",
        &[&user.project, &user.settled, &group],
    )
    .await
}

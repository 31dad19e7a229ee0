//! Settling: what a user has received gets items of its own, so that a change of them has somewhere to be written.

use std::collections::{BTreeMap, HashSet};

use tokio_postgres::Row;

use super::{UNSETTLED, WANTED, repeats};
use crate::store::{
    Place, Selection, StoreError, UserRef,
    numbers_kept::{Delta, NEW},
    postgres::{
        counts, groups,
        items::{self, NewItem},
        transaction::Db,
        users::{self, Hold},
    },
    reading::UserRow,
    revision::StateNumbers,
};

/// What a user has received and not settled.
struct Unsettled {
    notification: i64,
    shared: i64,
    position: i64,
    category: Option<String>,
    due_at: Option<i64>,
    group_key: Option<String>,
    /// Whether the user sees it.
    is_wanted: bool,
}

/// Settles all of a user's inbox if a change would reach anything in it that is not settled; gives the user's row,
/// locked if there is one.
///
/// What the inbox shows is the same before and after, and no revision is raised, unless something of it repeats what is
/// there: see [`repeats`].
pub(in crate::store::postgres) async fn settle(
    db: &Db<'_>,
    user: &UserRef,
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<UserRow, StoreError> {
    let may_reach = selection.ids.is_some() || selection.place == Place::Inbox;
    let row = users::read(db, user).await?;
    if row.state.shared == row.settled || !may_reach {
        let locked = users::lock(db, user).await?;
        // What is shared from now on comes after this change. It is not settled by it, and not reached.
        let state = StateNumbers { shared: row.state.shared, ..locked.state };
        return Ok(UserRow { state, ..locked });
    }
    users::hold_project(db, user.project, Hold::Still).await?;
    let row = users::lock(db, user).await?;
    let found = unsettled(db, &row).await?;
    if !reaches(db, &row, &found, selection, up_to).await? && !repeats::are_there(db, &row).await? {
        return Ok(row);
    }
    settle_all(db, user).await
}

/// Settles all of a user's inbox, whatever a change would reach. The project is held.
pub(super) async fn settle_all(db: &Db<'_>, user: &UserRef) -> Result<UserRow, StoreError> {
    let row = users::lock_or_create(db, user).await?;
    let found = unsettled(db, &row).await?;
    db.run("UPDATE users SET settled = $2 WHERE key = $1", &[&row.key, &row.state.shared]).await?;
    let own = write(db, row.key, row.state.own, &found).await?;
    // A subscription that ended and was settled long ago is asked for by nothing any more, not even by what was
    // withdrawn since.
    if row.settled <= row.floor.shared {
        db.run("DELETE FROM subscriptions WHERE inbox = $1 AND until <= $2", &[&row.key, &row.settled])
            .await?;
    }
    let state = StateNumbers { own, ..row.state };
    Ok(UserRow { settled: row.state.shared, state, ..row })
}

/// What is not settled, also what the user has turned off: it may be turned on again.
async fn unsettled(db: &Db<'_>, user: &UserRow) -> Result<Vec<Unsettled>, StoreError> {
    let sql = format!(
        "SELECT i.notification, i.shared, i.position, i.category, i.due_at, i.group_key, \
         (TRUE {WANTED}) AS is_wanted FROM {UNSETTLED} i ORDER BY i.shared"
    );
    let read = |row: &Row| {
        Ok(Unsettled {
            notification: row.try_get("notification")?,
            shared: row.try_get("shared")?,
            position: row.try_get("position")?,
            category: row.try_get("category")?,
            due_at: row.try_get("due_at")?,
            group_key: row.try_get("group_key")?,
            is_wanted: row.try_get("is_wanted")?,
        })
    };
    db.all(&sql, &[&user.key, &user.project, &user.settled]).await?.iter().map(read).collect()
}

/// Whether a change would reach any of it.
async fn reaches(
    db: &Db<'_>,
    user: &UserRow,
    found: &[Unsettled],
    selection: &Selection,
    up_to: StateNumbers,
) -> Result<bool, StoreError> {
    let reached = found.iter().filter(|one| {
        let is_of_category = selection.category.is_none() || one.category == selection.category;
        one.is_wanted && one.shared <= up_to.shared && is_of_category
    });
    let reached: HashSet<i64> = reached.map(|one| one.notification).collect();
    let Some(ids) = &selection.ids else { return Ok(!reached.is_empty()) };
    let named = db
        .all("SELECT key FROM notifications WHERE id = ANY($1) AND project = $2", &[ids, &user.project])
        .await?;
    for row in named {
        if reached.contains(&row.try_get(0)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives each an item; gives the state that the inbox is in then.
async fn write(db: &Db<'_>, key: i64, own: i64, found: &[Unsettled]) -> Result<i64, StoreError> {
    let (mut delta, mut last) = (Delta::default(), own);
    let mut fresh = Vec::with_capacity(found.len());
    for one in found {
        let count = match &one.group_key {
            Some(group) => {
                // It may repeat one of those before it.
                items::insert(db, &fresh).await?;
                fresh.clear();
                let now = notification_bell_protocol::Timestamp::from_unix_ms(one.position);
                groups::fold(db, key, own + 1, group, now, &mut delta).await?
            }
            None => 1,
        };
        // With an own revision of 0: nobody who was told of it when it came needs to be told again. What has taken the
        // place of something stands for more than it did then.
        let revision = if count > 1 { own + 1 } else { 0 };
        last = last.max(revision);
        delta.add(one.category.as_deref(), None, &NEW);
        fresh.push(NewItem {
            inbox: key,
            notification: one.notification,
            revision,
            arrived: 0,
            shared: one.shared,
            position: one.position,
            category: one.category.clone(),
            due_at: one.due_at,
            group_key: one.group_key.clone(),
            group_count: count,
        });
    }
    items::insert(db, &fresh).await?;
    counts::write(db, &BTreeMap::from([(key, (last, delta))])).await?;
    Ok(last)
}

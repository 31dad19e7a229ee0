//! Repeats among what is shared: what takes the place of something in an inbox.
//!
//! Whether it does is each reader's own: whoever has read the one before gets another. So an inbox in which something
//! unsettled repeats something else is settled before anybody looks at it, which puts the one in the place of the other.
//! Merging them in each read was rejected: every list, number and sync would have to hide items because of others.

use rusqlite::{Connection, named_params, params};

use super::{UNSETTLED, settling};
use crate::{
    auth::user_id::UserId,
    store::{ProjectKey, StoreError, UserRef, reading::UserRow, sqlite::counts},
};

/// Whether anything unsettled is to take the place of something in a user's inbox.
pub(in crate::store::sqlite) fn are_there(
    connection: &Connection,
    user: &UserRow,
) -> Result<bool, StoreError> {
    if !has_groups(connection, user)? {
        return Ok(false);
    }
    let sql = format!(
        "SELECT 1 FROM (SELECT i.group_key AS name, count(*) AS number FROM {UNSETTLED} i \
         WHERE i.group_key IS NOT NULL GROUP BY i.group_key) g \
         WHERE g.number > 1 OR EXISTS (SELECT 1 FROM items o WHERE o.user = :user AND o.group_key = g.name \
         AND o.group_key IS NOT NULL AND o.place = 0 AND o.read_at IS NULL)"
    );
    let parameters = named_params! { ":user": user.key, ":project": user.project, ":after": user.settled };
    Ok(connection.prepare_cached(&sql)?.query(parameters)?.next()?.is_some())
}

/// Whether anything that the user has not settled has a group at all: the same for all who have settled as much.
pub(in crate::store::sqlite) fn has_groups(
    connection: &Connection,
    user: &UserRow,
) -> Result<bool, StoreError> {
    Ok(user.state.shared != user.settled && is_grouped(connection, user, None)?)
}

/// Settles a user's inbox if there are such. `false`, and nothing is done, if that would be more than `most`.
pub(in crate::store::sqlite) fn fold(
    connection: &Connection,
    user: &UserRef,
    most: usize,
) -> Result<bool, StoreError> {
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
    Ok(!are_there(connection, &row)? || settling::settle_all(connection, user, &row, most)?)
}

/// Settles the inboxes of users before something of a group comes to them by name, so that it finds what it repeats.
/// `false`, and not all of them are settled, if more than `most` would have to be for one.
pub(in crate::store::sqlite) fn fold_group(
    connection: &Connection,
    project: ProjectKey,
    users: &[UserId],
    group: &str,
    most: usize,
) -> Result<bool, StoreError> {
    for user in users {
        let row = counts::user_row(connection, project.0, user.as_str())?;
        if row.state.shared != row.settled && is_grouped(connection, &row, Some(group))? {
            let user = UserRef { project, user: user.clone() };
            if !settling::settle_all(connection, &user, &row, most)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether the project has shared anything of a group, or of any, that the user has not settled.
fn is_grouped(connection: &Connection, user: &UserRow, group: Option<&str>) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT 1 FROM shared WHERE project = ?1 AND came > ?2 AND group_key IS NOT NULL \
             AND removed_at IS NULL AND (?3 IS NULL OR group_key = ?3) LIMIT 1",
        )?
        .exists(params![user.project, user.settled, group])?)
}

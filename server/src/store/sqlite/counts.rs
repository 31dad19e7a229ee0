//! The numbers of an inbox, kept with every change.

use std::{borrow::Cow, collections::BTreeMap};

use notification_bell_protocol::Counts;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::shared;
pub(super) use crate::store::numbers_kept::Delta;
use crate::store::{
    StoreError,
    numbers_kept::{Weight, number},
    reading::UserRow,
    revision::StateNumbers,
};

/// What [`user_at`] reads of a project called `p` and of a user called `u`, who may not be there.
const USER_COLUMNS: &str = "coalesce(u.key, 0), coalesce(u.revision, p.own_base), p.shared_revision, \
     coalesce(u.floor, p.own_base), p.shared_floor, coalesce(u.settled, 0), coalesce(u.unseen, 0), \
     coalesce(u.unread, 0), coalesce(u.total, 0)";

fn user_at(row: &Row<'_>, project: i64) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        project,
        key: row.get(0)?,
        state: StateNumbers { own: row.get(1)?, shared: row.get(2)? },
        floor: StateNumbers { own: row.get(3)?, shared: row.get(4)? },
        settled: row.get(5)?,
        unseen: row.get(6)?,
        unread: row.get(7)?,
        total: row.get(8)?,
    })
}

/// The row of a user.
pub(super) fn user_row(connection: &Connection, project: i64, id: &str) -> Result<UserRow, StoreError> {
    let sql = format!(
        "SELECT {USER_COLUMNS} FROM projects p LEFT JOIN users u ON u.project = p.key AND u.id = ?2 WHERE p.key = ?1"
    );
    let row = connection
        .prepare_cached(&sql)?
        .query_row(params![project, id], |row| user_at(row, project))
        .optional()?;
    Ok(row.unwrap_or_default())
}

/// The rows of users of one project, in the order of their ids.
pub(super) fn user_rows(
    connection: &Connection,
    project: i64,
    ids: &[&str],
) -> Result<Vec<UserRow>, StoreError> {
    let sql = format!(
        "SELECT {USER_COLUMNS}, j.key FROM projects p CROSS JOIN json_each(?2) j \
         LEFT JOIN users u ON u.project = p.key AND u.id = j.value WHERE p.key = ?1"
    );
    let ids_json = serde_json::to_string(ids).map_err(|error| StoreError::Database(Box::new(error)))?;
    let mut rows = vec![UserRow::default(); ids.len()];
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(params![project, ids_json])?;
    while let Some(row) = found.next()? {
        let index: i64 = row.get(9)?;
        if let Some(place) = usize::try_from(index).ok().and_then(|index| rows.get_mut(index)) {
            *place = user_at(row, project)?;
        }
    }
    Ok(rows)
}

/// Leaves out what the user has turned off, among items called `i`.
pub(super) const ONLY_WANTED: &str = "AND NOT EXISTS (SELECT 1 FROM categories_off o \
     WHERE o.user = i.user AND o.name = i.category)";

/// What a user sees in numbers.
pub(super) struct Numbers {
    pub(super) counts: Counts,
    /// [`ONLY_WANTED`] if there is anything to leave out: most users have turned nothing off, and their reads should
    /// not look for it item by item.
    pub(super) only_wanted: &'static str,
}

/// The numbers of a user, without what they have turned off.
pub(super) fn numbers(connection: &Connection, user: &UserRow) -> Result<Numbers, StoreError> {
    numbers_with(connection, user, |_| Ok(Cow::Owned(shared::numbers(connection, user, shared::WANTED)?)))
}

/// The same, with the numbers of what is shared and wanted by category from `shared`, which is told whether nothing is
/// turned off.
pub(super) fn numbers_with<'a>(
    connection: &Connection,
    user: &UserRow,
    shared: impl FnOnce(bool) -> Result<Cow<'a, [(Option<String>, i64)]>, StoreError>,
) -> Result<Numbers, StoreError> {
    let mut statement = connection.prepare_cached(
        // As in `categories_off`, which SQLite would work out for all users to join it here.
        "SELECT name, unread, unseen, total, is_on FROM (SELECT c.*, \
         coalesce(d.is_locked, 0) = 1 OR coalesce(c.wanted, d.is_default, 1) = 1 AS is_on \
         FROM inbox_categories c LEFT JOIN categories d ON d.project = ?2 AND d.name = c.name WHERE c.user = ?1) \
         WHERE unread > 0 OR NOT is_on",
    )?;
    let mut rows = statement.query([user.key, user.project])?;
    let mut shown = user.weight();
    let mut categories = BTreeMap::new();
    let mut only_wanted = "";
    while let Some(row) = rows.next()? {
        let unread: i64 = row.get(1)?;
        if row.get(4)? {
            categories.insert(row.get(0)?, number(unread));
        } else {
            only_wanted = ONLY_WANTED;
            shown.unread -= unread;
            shown.unseen -= row.get::<_, i64>(2)?;
            shown.total -= row.get::<_, i64>(3)?;
        }
    }
    let shared = shared(only_wanted.is_empty())?;
    Ok(Numbers { counts: shown.counts(categories, &shared), only_wanted })
}

/// The same for a user whose inbox has no categories of its own.
pub(super) fn numbers_without_categories(user: &UserRow, shared: &[(Option<String>, i64)]) -> Numbers {
    Numbers { counts: user.weight().counts(BTreeMap::new(), shared), only_wanted: "" }
}

impl UserRow {
    const fn weight(&self) -> Weight {
        Weight { unseen: self.unseen, unread: self.unread, total: self.total, stored: 0 }
    }
}

impl Delta {
    /// Writes the new numbers, and the revision they belong to.
    pub(super) fn write(&self, connection: &Connection, user: i64, revision: i64) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "UPDATE users SET revision = ?2, unseen = unseen + ?3, unread = unread + ?4, total = total + ?5 \
                 WHERE key = ?1",
            )?
            .execute(params![user, revision, self.all.unseen, self.all.unread, self.all.total])?;
        for (name, weight) in &self.categories {
            connection
                .prepare_cached(
                    "INSERT INTO inbox_categories (user, name, stored, unseen, unread, total) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user, name) DO UPDATE SET \
                     stored = stored + excluded.stored, unseen = unseen + excluded.unseen, \
                     unread = unread + excluded.unread, total = total + excluded.total",
                )?
                .execute(params![user, name, weight.stored, weight.unseen, weight.unread, weight.total])?;
            if weight.stored < 0 {
                // A category that nothing has any more and nobody chose about is not one.
                connection
                    .prepare_cached(
                        "DELETE FROM inbox_categories \
                         WHERE user = ?1 AND name = ?2 AND stored = 0 AND wanted IS NULL",
                    )?
                    .execute(params![user, name])?;
            }
        }
        Ok(())
    }
}

//! The numbers of an inbox, kept with every change.

use std::{borrow::Cow, collections::BTreeMap};

use notification_bell_protocol::Counts;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::shared;
use crate::store::{ItemState, Place, StoreError, revision::StateNumbers};

/// A user's row, and the state of what is shared in the project. Without a row, an inbox is empty, and at the revision
/// that the inboxes of the project begin at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UserRow {
    pub(super) project: i64,
    pub(super) key: i64,
    /// The state of the inbox.
    pub(super) state: StateNumbers,
    /// The oldest state that can be resumed from.
    pub(super) floor: StateNumbers,
    /// See [`shared`].
    pub(super) settled: i64,
    pub(super) unseen: i64,
    pub(super) unread: i64,
    pub(super) total: i64,
}

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

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// How much an item in a state adds to the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    unseen: i64,
    unread: i64,
    total: i64,
    /// Wherever it is: what makes its category one of this inbox.
    stored: i64,
}

impl UserRow {
    const fn weight(&self) -> Weight {
        Weight { unseen: self.unseen, unread: self.unread, total: self.total, stored: 0 }
    }
}

impl Weight {
    /// With what is shared, all of which is in the inbox, unseen and unread.
    fn counts(mut self, mut categories: BTreeMap<String, u64>, shared: &[(Option<String>, i64)]) -> Counts {
        for (category, number_of) in shared {
            self.unseen += number_of;
            self.unread += number_of;
            self.total += number_of;
            if let Some(category) = category {
                *categories.entry(category.clone()).or_default() += number(*number_of);
            }
        }
        Counts {
            unseen: number(self.unseen),
            unread: number(self.unread),
            total: number(self.total),
            categories,
        }
    }

    fn of(state: &ItemState) -> Self {
        let in_inbox = state.place == Place::Inbox;
        Self {
            unseen: i64::from(in_inbox && state.seen_at.is_none()),
            unread: i64::from(in_inbox && state.read_at.is_none()),
            total: i64::from(in_inbox),
            stored: i64::from(state.place != Place::Removed),
        }
    }

    fn change(&mut self, before: Self, after: Self) {
        self.unseen += after.unseen - before.unseen;
        self.unread += after.unread - before.unread;
        self.total += after.total - before.total;
        self.stored += after.stored - before.stored;
    }
}

/// Gathers what several changes of one user's items do to the numbers, and writes it once.
#[derive(Debug, Default)]
pub(super) struct Delta {
    all: Weight,
    categories: BTreeMap<String, Weight>,
}

impl Delta {
    /// An item of a category went from one state to another; from nothing, when it is new.
    pub(super) fn add(&mut self, category: Option<&str>, before: Option<&ItemState>, after: &ItemState) {
        let (before, after) = (before.map(Weight::of).unwrap_or_default(), Weight::of(after));
        self.all.change(before, after);
        if let Some(category) = category.filter(|_| after != before) {
            self.categories.entry(category.to_owned()).or_default().change(before, after);
        }
    }

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

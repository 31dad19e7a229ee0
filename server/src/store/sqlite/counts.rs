//! The numbers of an inbox, kept with every change.

use std::collections::BTreeMap;

use notification_bell_protocol::Counts;
use rusqlite::{Connection, OptionalExtension, params};

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

/// The row of a user.
pub(super) fn user_row(connection: &Connection, project: i64, id: &str) -> Result<UserRow, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(u.key, 0), coalesce(u.revision, p.own_base), p.shared_revision, coalesce(u.floor, p.own_base), \
             p.shared_floor, coalesce(u.settled, 0), coalesce(u.unseen, 0), coalesce(u.unread, 0), \
             coalesce(u.total, 0) FROM projects p LEFT JOIN users u ON u.project = p.key AND u.id = ?2 \
             WHERE p.key = ?1",
        )?
        .query_row(params![project, id], |row| {
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
        })
        .optional()?
        .unwrap_or_default())
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
    let mut statement = connection.prepare_cached(
        // As in `categories_off`, which SQLite would work out for all users to join it here.
        "SELECT name, unread, unseen, total, is_on FROM (SELECT c.*, \
         coalesce(d.is_locked, 0) = 1 OR coalesce(c.wanted, d.is_default, 1) = 1 AS is_on \
         FROM inbox_categories c LEFT JOIN categories d ON d.project = ?2 AND d.name = c.name WHERE c.user = ?1) \
         WHERE unread > 0 OR NOT is_on",
    )?;
    let mut rows = statement.query([user.key, user.project])?;
    let mut shown = Weight { unseen: user.unseen, unread: user.unread, total: user.total, stored: 0 };
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
    for (category, number_of) in shared::numbers(connection, user, shared::WANTED)? {
        shown.unseen += number_of;
        shown.unread += number_of;
        shown.total += number_of;
        if let Some(category) = category {
            *categories.entry(category).or_default() += number(number_of);
        }
    }
    let counts = Counts {
        unseen: number(shown.unseen),
        unread: number(shown.unread),
        total: number(shown.total),
        categories,
    };
    Ok(Numbers { counts, only_wanted })
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

impl Weight {
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

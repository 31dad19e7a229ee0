//! The numbers of an inbox, kept with every change.

use notification_bell_protocol::Counts;
use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{ItemState, Place, StoreError};

/// A user's row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UserRow {
    pub(super) key: i64,
    pub(super) revision: i64,
    pub(super) floor: i64,
    unseen: i64,
    unread: i64,
    total: i64,
}

/// The row of a user, if anything was ever sent to them.
pub(super) fn user_row(
    connection: &Connection,
    project: i64,
    id: &str,
) -> Result<Option<UserRow>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT key, revision, floor, unseen, unread, total FROM users WHERE project = ?1 AND id = ?2",
        )?
        .query_row(params![project, id], |row| {
            Ok(UserRow {
                key: row.get(0)?,
                revision: row.get(1)?,
                floor: row.get(2)?,
                unseen: row.get(3)?,
                unread: row.get(4)?,
                total: row.get(5)?,
            })
        })
        .optional()?)
}

/// The numbers of a user.
pub(super) fn counts(connection: &Connection, user: &UserRow) -> Result<Counts, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT category, unread FROM category_counts WHERE user = ?1 AND unread > 0")?;
    let categories = statement
        .query_map([user.key], |row| Ok((row.get(0)?, number(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    Ok(Counts {
        unseen: number(user.unseen),
        unread: number(user.unread),
        total: number(user.total),
        categories,
    })
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// How much an item in a state adds to the numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    unseen: i64,
    unread: i64,
    total: i64,
}

fn weight(state: &ItemState) -> Weight {
    if state.place != Place::Inbox {
        return Weight::default();
    }
    Weight {
        unseen: i64::from(state.seen_at.is_none()),
        unread: i64::from(state.read_at.is_none()),
        total: 1,
    }
}

/// Gathers what several changes of one user's items do to the numbers, and writes it once.
#[derive(Debug, Default)]
pub(super) struct Delta {
    unseen: i64,
    unread: i64,
    total: i64,
    categories: std::collections::BTreeMap<String, i64>,
}

impl Delta {
    /// An item of a category went from one state to another; from nothing, when it is new.
    pub(super) fn add(&mut self, category: Option<&str>, before: Option<&ItemState>, after: &ItemState) {
        let (before, after) = (before.map(weight).unwrap_or_default(), weight(after));
        self.unseen += after.unseen - before.unseen;
        self.unread += after.unread - before.unread;
        self.total += after.total - before.total;
        if let Some(category) = category.filter(|_| after.unread != before.unread) {
            *self.categories.entry(category.to_owned()).or_default() += after.unread - before.unread;
        }
    }

    /// Writes the new numbers, and the revision they belong to.
    pub(super) fn write(&self, connection: &Connection, user: i64, revision: i64) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "UPDATE users SET revision = ?2, unseen = unseen + ?3, unread = unread + ?4, total = total + ?5 \
                 WHERE key = ?1",
            )?
            .execute(params![user, revision, self.unseen, self.unread, self.total])?;
        for (category, unread) in &self.categories {
            connection
                .prepare_cached(
                    "INSERT INTO category_counts (user, category, unread) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (user, category) DO UPDATE SET unread = unread + excluded.unread",
                )?
                .execute(params![user, category, unread])?;
        }
        Ok(())
    }
}

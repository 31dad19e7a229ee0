//! Reading what is shared and not settled.

use rusqlite::{Connection, OptionalExtension, named_params};
use uuid::Uuid;

use super::{UNSETTLED, WANTED};
use crate::{
    languages::Languages,
    store::{
        StoreError,
        reading::{ItemRow, UserRow},
        revision::Incarnation,
        sqlite::rows::{self, ITEM_COLUMNS},
    },
};

/// How many there are of each category, of all or of what is wanted: all of them unseen and unread, in the inbox.
pub(in crate::store::sqlite) fn numbers(
    connection: &Connection,
    user: &UserRow,
    which: &str,
) -> Result<Vec<(Option<String>, i64)>, StoreError> {
    if user.state.shared == user.settled {
        return Ok(Vec::new());
    }
    // Whether a category is wanted is asked once, and not for each that is in it.
    let sql = format!(
        "SELECT i.category, i.number FROM (SELECT :user AS user, u.category, count(*) AS number \
         FROM {UNSETTLED} u GROUP BY u.category) i WHERE TRUE {which}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters = named_params! { ":user": user.key, ":project": user.project, ":after": user.settled };
    let numbers = statement.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

/// Whose inbox is read, and how.
#[derive(Clone, Copy)]
pub(in crate::store::sqlite) struct Reader<'a> {
    pub(in crate::store::sqlite) incarnation: &'a Incarnation,
    pub(in crate::store::sqlite) languages: &'a Languages,
    pub(in crate::store::sqlite) user: &'a UserRow,
}

impl Reader<'_> {
    /// Those that a list shows after a position and a notification, the newest first.
    pub(in crate::store::sqlite) fn list(
        &self,
        connection: &Connection,
        category: Option<&str>,
        after: (i64, i64),
        limit: usize,
    ) -> Result<Vec<ItemRow>, StoreError> {
        if self.user.state.shared == self.user.settled {
            return Ok(Vec::new());
        }
        // Only those that are shown are joined with their texts.
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM (SELECT i.* FROM {UNSETTLED} i \
             WHERE (:category IS NULL OR i.category = :category) {WANTED} \
             AND (i.position, i.notification) < (:position, :notification) \
             ORDER BY i.position DESC, i.notification DESC LIMIT :limit) i \
             JOIN notifications n ON n.key = i.notification"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(
            named_params! {
                ":user": self.user.key,
                ":project": self.user.project,
                ":after": self.user.settled,
                ":category": category,
                ":position": after.0,
                ":notification": after.1,
                ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
            },
            |row| rows::item(row, self.incarnation, self.languages),
        )?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Those that came after a shared revision, in that order.
    pub(in crate::store::sqlite) fn changed(
        &self,
        connection: &Connection,
        since: i64,
        limit: usize,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let after = since.max(self.user.settled);
        if self.user.state.shared == after {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM (SELECT i.* FROM {UNSETTLED} i WHERE TRUE {WANTED} \
             ORDER BY i.shared LIMIT :limit) i \
             JOIN notifications n ON n.key = i.notification ORDER BY i.shared"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(
            named_params! {
                ":user": self.user.key,
                ":project": self.user.project,
                ":after": after,
                ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
            },
            |row| rows::item(row, self.incarnation, self.languages),
        )?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Those that were there at a shared revision, are gone now, and never had an item of this user's: they came after all
    /// that is settled, or were gone when it was.
    pub(in crate::store::sqlite) fn gone(
        &self,
        connection: &Connection,
        since: i64,
        limit: usize,
    ) -> Result<Vec<Uuid>, StoreError> {
        if self.user.state.shared == since {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT n.id FROM (SELECT :user AS user, x.* FROM shared x \
             WHERE x.project = :project AND x.removed_at IS NOT NULL AND x.revision > :since AND x.came <= :since \
             AND (x.came > :settled OR x.revision <= :settled) \
             AND (x.topic IS NULL OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.user = :user AND s.topic = x.topic \
             AND s.since < x.came AND x.came <= coalesce(s.until, x.came)))) i \
             JOIN notifications n ON n.key = i.notification WHERE TRUE {WANTED} LIMIT :limit"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(
            named_params! {
                ":user": self.user.key,
                ":project": self.user.project,
                ":since": since,
                ":settled": self.user.settled,
                ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
            },
            |row| row.get(0).map(Uuid::from_bytes),
        )?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// One of them.
    pub(in crate::store::sqlite) fn item(
        &self,
        connection: &Connection,
        id: Uuid,
    ) -> Result<Option<ItemRow>, StoreError> {
        if self.user.state.shared == self.user.settled {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM notifications n JOIN {UNSETTLED} i ON i.notification = n.key \
             WHERE n.id = :id AND n.project = :project {WANTED}"
        );
        let parameters = named_params! {
            ":user": self.user.key,
            ":project": self.user.project,
            ":after": self.user.settled,
            ":id": id.as_bytes(),
        };
        Ok(connection
            .prepare_cached(&sql)?
            .query_row(parameters, |row| rows::item(row, self.incarnation, self.languages))
            .optional()?)
    }
}

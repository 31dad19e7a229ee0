//! Reading what is shared and not settled.

use uuid::Uuid;

use super::{UNSETTLED, WANTED};
use crate::{
    languages::Languages,
    store::{
        StoreError,
        postgres::{
            rows::{self, ITEM_COLUMNS},
            transaction::Db,
        },
        reading::{ItemRow, UserRow},
        revision::Incarnation,
    },
};

/// How many there are of each category, of all or of what is wanted: all of them unseen and unread, in the inbox.
pub(in crate::store::postgres) async fn numbers(
    db: &Db<'_>,
    user: &UserRow,
    which: &str,
) -> Result<Vec<(Option<String>, i64)>, StoreError> {
    if user.state.shared == user.settled {
        return Ok(Vec::new());
    }
    // Whether a category is wanted is asked once, and not for each that is in it.
    let sql = format!(
        "SELECT i.category, i.number FROM (SELECT $1::bigint AS inbox, u.category, count(*) AS number \
         FROM {UNSETTLED} u GROUP BY u.category) i WHERE TRUE {which}"
    );
    let numbers = db.all(&sql, &[&user.key, &user.project, &user.settled]).await?;
    numbers.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Whose inbox is read, and how.
#[derive(Clone, Copy)]
pub(in crate::store::postgres) struct Reader<'a> {
    pub(in crate::store::postgres) incarnation: &'a Incarnation,
    pub(in crate::store::postgres) languages: &'a Languages,
    pub(in crate::store::postgres) user: &'a UserRow,
}

impl Reader<'_> {
    /// Those that a list shows after a position and a notification, the newest first.
    pub(in crate::store::postgres) async fn list(
        &self,
        db: &Db<'_>,
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
             WHERE ($4::text IS NULL OR i.category = $4) {WANTED} \
             AND (i.position, i.notification) < ($5, $6) \
             ORDER BY i.position DESC, i.notification DESC LIMIT $7) i \
             JOIN notifications n ON n.key = i.notification"
        );
        let user = self.user;
        let found = db
            .all(
                &sql,
                &[
                    &user.key,
                    &user.project,
                    &user.settled,
                    &category,
                    &after.0,
                    &after.1,
                    &rows::limit(limit),
                ],
            )
            .await?;
        found.iter().map(|row| rows::item(row, self.incarnation, self.languages)).collect()
    }

    /// Those that came after a shared revision, in that order.
    pub(in crate::store::postgres) async fn changed(
        &self,
        db: &Db<'_>,
        since: i64,
        limit: usize,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let after = since.max(self.user.settled);
        if self.user.state.shared == after {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM (SELECT i.* FROM {UNSETTLED} i WHERE TRUE {WANTED} \
             ORDER BY i.shared LIMIT $4) i JOIN notifications n ON n.key = i.notification ORDER BY i.shared"
        );
        let found = db.all(&sql, &[&self.user.key, &self.user.project, &after, &rows::limit(limit)]).await?;
        found.iter().map(|row| rows::item(row, self.incarnation, self.languages)).collect()
    }

    /// Those that were there at a shared revision, are gone now, and never had an item of this user's: they came after all
    /// that is settled, or were gone when it was.
    pub(in crate::store::postgres) async fn gone(
        &self,
        db: &Db<'_>,
        since: i64,
        limit: usize,
    ) -> Result<Vec<Uuid>, StoreError> {
        let user = self.user;
        if user.state.shared == since {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT n.id FROM (SELECT $1::bigint AS inbox, x.* FROM shared x \
             WHERE x.project = $2 AND x.removed_at IS NOT NULL AND x.revision > $3 AND x.came <= $3 \
             AND (x.came > $4 OR x.revision <= $4) \
             AND (x.topic IS NULL OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.inbox = $1 AND s.topic = x.topic \
             AND s.since < x.came AND x.came <= coalesce(s.until, x.came)))) i \
             JOIN notifications n ON n.key = i.notification WHERE TRUE {WANTED} LIMIT $5"
        );
        let found =
            db.all(&sql, &[&user.key, &user.project, &since, &user.settled, &rows::limit(limit)]).await?;
        found.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// One of them.
    pub(in crate::store::postgres) async fn item(
        &self,
        db: &Db<'_>,
        id: Uuid,
    ) -> Result<Option<ItemRow>, StoreError> {
        let user = self.user;
        if user.state.shared == user.settled {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM notifications n JOIN {UNSETTLED} i ON i.notification = n.key \
             WHERE n.id = $4 AND n.project = $2 {WANTED}"
        );
        let found = db.first(&sql, &[&user.key, &user.project, &user.settled, &id]).await?;
        found.map(|row| rows::item(&row, self.incarnation, self.languages)).transpose()
    }
}

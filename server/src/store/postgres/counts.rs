//! The numbers of an inbox, kept with every change.

use std::collections::BTreeMap;

use notification_bell_protocol::Counts;

use super::{shared, transaction::Db};
use crate::store::{
    StoreError,
    numbers_kept::{Delta, Weight, number},
    reading::UserRow,
};

/// Leaves out what the user has turned off, among items called `i`.
pub(super) const ONLY_WANTED: &str = "AND NOT EXISTS (SELECT 1 FROM categories_off o \
     WHERE o.inbox = i.inbox AND o.name = i.category)";

/// What a user sees in numbers.
pub(super) struct Numbers {
    pub(super) counts: Counts,
    /// See [`Own::only_wanted`].
    pub(super) only_wanted: &'static str,
}

/// What an inbox has by itself, without what its user has turned off.
pub(super) struct Own {
    all: Weight,
    categories: BTreeMap<String, u64>,
    /// [`ONLY_WANTED`] if there is anything to leave out: most users have turned nothing off, and their reads should
    /// not look for it item by item.
    pub(super) only_wanted: &'static str,
}

impl Own {
    /// That of a user whose inbox has no categories.
    pub(super) const fn without_categories(user: &UserRow) -> Self {
        let UserRow { unseen, unread, total, .. } = *user;
        let all = Weight { unseen, unread, total, stored: 0 };
        Self { all, categories: BTreeMap::new(), only_wanted: "" }
    }

    /// With what is shared, by category.
    pub(super) fn with(self, shared: &[(Option<String>, i64)]) -> Numbers {
        Numbers { counts: self.all.counts(self.categories, shared), only_wanted: self.only_wanted }
    }
}

/// The numbers of a user, without what they have turned off.
pub(super) async fn numbers(db: &Db<'_>, user: &UserRow) -> Result<Numbers, StoreError> {
    let own = own(db, user).await?;
    Ok(own.with(&shared::numbers(db, user, shared::WANTED).await?))
}

/// What an inbox has by itself.
pub(super) async fn own(db: &Db<'_>, user: &UserRow) -> Result<Own, StoreError> {
    let kept = db
        .all(
            "SELECT name, unread, unseen, total, is_on FROM (SELECT c.*, \
             coalesce(d.is_locked, FALSE) OR coalesce(c.wanted, d.is_default, TRUE) AS is_on \
             FROM inbox_categories c LEFT JOIN categories d ON d.project = $2 AND d.name = c.name \
             WHERE c.inbox = $1) k WHERE unread > 0 OR NOT is_on",
            &[&user.key, &user.project],
        )
        .await?;
    let mut own = Own::without_categories(user);
    for row in kept {
        let of_category: i64 = row.try_get("unread")?;
        if row.try_get("is_on")? {
            own.categories.insert(row.try_get("name")?, number(of_category));
        } else {
            own.only_wanted = ONLY_WANTED;
            own.all.unread -= of_category;
            own.all.unseen -= row.try_get::<_, i64>("unseen")?;
            own.all.total -= row.try_get::<_, i64>("total")?;
        }
    }
    Ok(own)
}

/// Writes the new numbers of inboxes, by their keys, and the revisions they belong to. Their rows are locked.
pub(super) async fn write(db: &Db<'_>, changes: &BTreeMap<i64, (i64, Delta)>) -> Result<(), StoreError> {
    let mut columns: [Vec<i64>; 5] = Default::default();
    for (key, (revision, delta)) in changes {
        let row = [*key, *revision, delta.all.unseen, delta.all.unread, delta.all.total];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let [keys, revisions, unseen, unread, total] = &columns;
    db.run(
        "UPDATE users u SET revision = c.revision, unseen = u.unseen + c.unseen, unread = u.unread + c.unread, \
         total = u.total + c.total \
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) \
         AS c (key, revision, unseen, unread, total) WHERE u.key = c.key",
        &[keys, revisions, unseen, unread, total],
    )
    .await?;
    write_categories(db, changes).await
}

async fn write_categories(db: &Db<'_>, changes: &BTreeMap<i64, (i64, Delta)>) -> Result<(), StoreError> {
    let (mut keys, mut names) = (Vec::new(), Vec::new());
    let mut columns: [Vec<i64>; 4] = Default::default();
    let mut may_be_gone = false;
    for (key, (_, delta)) in changes {
        for (name, weight) in &delta.categories {
            keys.push(*key);
            names.push(name.as_str());
            let row = [weight.stored, weight.unseen, weight.unread, weight.total];
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
            may_be_gone |= weight.stored < 0;
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let [stored, unseen, unread, total] = &columns;
    db.run(
        "INSERT INTO inbox_categories AS c (inbox, name, stored, unseen, unread, total) \
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) \
         ON CONFLICT (inbox, name) DO UPDATE SET stored = c.stored + excluded.stored, \
         unseen = c.unseen + excluded.unseen, unread = c.unread + excluded.unread, total = c.total + excluded.total",
        &[&keys, &names, stored, unseen, unread, total],
    )
    .await?;
    if may_be_gone {
        // A category that nothing has any more and nobody chose about is not one.
        db.run(
            "DELETE FROM inbox_categories c USING unnest($1::bigint[], $2::text[]) AS g (inbox, name) \
             WHERE c.inbox = g.inbox AND c.name = g.name AND c.stored = 0 AND c.wanted IS NULL",
            &[&keys, &names],
        )
        .await?;
    }
    Ok(())
}

//! A page of an inbox.

use notification_bell_protocol::{InboxPage, View};
use uuid::Uuid;

use super::{
    counts::{self, Numbers},
    rows::{self, ITEM_COLUMNS},
    shared,
    transaction::Db,
    users,
};
use crate::{
    languages::Languages,
    store::{
        ListQuery, Place, StoreError, UserRef,
        numbers_kept::place_number,
        reading::{ItemRow, MAX_LISTS, UserRow, Which, end_of_page, order_of, page, place_of, start_of},
        revision::Incarnation,
    },
};

/// A part of an inbox, from a position and a notification on: what a list is read from.
struct Part<'a> {
    inbox: i64,
    view: View,
    after: (i64, i64),
    limit: i64,
    incarnation: &'a Incarnation,
    languages: &'a Languages,
}

pub(super) async fn list(
    db: &Db<'_>,
    incarnation: &Incarnation,
    user: &UserRef,
    query: &ListQuery,
    languages: &Languages,
) -> Result<InboxPage, StoreError> {
    let after = end_of_page(incarnation, query.cursor.as_deref())?;
    let after = match after {
        Some((position, id)) => (position.unix_ms(), key_of(db, id).await?),
        None => start_of(query.view),
    };
    let row = users::read(db, user).await?;
    let Numbers { counts, only_wanted } = counts::numbers(db, &row).await?;
    let limit = rows::limit(query.limit).saturating_add(1);
    let part = Part { inbox: row.key, view: query.view, after, limit, incarnation, languages };
    let category = query.category.as_deref().map(rows::sought);
    let mut found = match category {
        Some(name) if !only_wanted.is_empty() && is_off(db, &row, name).await? => Vec::new(),
        Some(name) => part.read(db, Which::Of(Some(name))).await?,
        None if only_wanted.is_empty() => part.read(db, Which::All).await?,
        None => part.read_wanted(db, only_wanted).await?,
    };
    if place_of(query.view) == Place::Inbox {
        let reader = shared::Reader { incarnation, languages, user: &row };
        found.extend(reader.list(db, category, after, query.limit + 1).await?);
    }
    Ok(page(incarnation, query, (&row, counts), found))
}

/// The key of a notification that ended a page; 0, which is before all, if it has been forgotten since.
async fn key_of(db: &Db<'_>, id: Uuid) -> Result<i64, StoreError> {
    let found = db.first("SELECT key FROM notifications WHERE id = $1", &[&id]).await?;
    Ok(found.map(|row| row.try_get(0)).transpose()?.unwrap_or(0))
}

async fn is_off(db: &Db<'_>, user: &UserRow, category: &str) -> Result<bool, StoreError> {
    db.is_any("SELECT 1 FROM categories_off WHERE inbox = $1 AND name = $2", &[&user.key, &category]).await
}

/// Written out for each view and each kind, so that each finds its own index.
fn sql(view: View, which: Which<'_>) -> String {
    let order = order_of(view, "$3", "$4");
    let place = match view {
        View::Unread => "i.place = 0 AND i.read_at IS NULL".to_owned(),
        view => format!("i.place = {}", place_number(place_of(view))),
    };
    let condition = match which {
        Which::All => "AND $2::text IS NULL",
        Which::Wanted(only_wanted) => {
            return sql_of(&place, &format!("AND $2::text IS NULL {only_wanted}"), &order);
        }
        Which::Of(None) => "AND i.category IS NULL AND $2::text IS NULL",
        Which::Of(Some(_)) => "AND i.category = $2",
    };
    sql_of(&place, condition, &order)
}

fn sql_of(place: &str, condition: &str, order: &str) -> String {
    format!(
        "SELECT {ITEM_COLUMNS} FROM (SELECT * FROM items i WHERE i.inbox = $1 AND {place} {condition} \
         {order} LIMIT $5) i \
         JOIN notifications n ON n.key = i.notification"
    )
}

impl Part<'_> {
    async fn read(&self, db: &Db<'_>, which: Which<'_>) -> Result<Vec<ItemRow>, StoreError> {
        let category = if let Which::Of(category) = which { category } else { None };
        let sql = sql(self.view, which);
        let found =
            db.all(&sql, &[&self.inbox, &category, &self.after.0, &self.after.1, &self.limit]).await?;
        found.iter().map(|row| rows::item(row, self.incarnation, self.languages)).collect()
    }

    /// What is not turned off, where something is.
    async fn read_wanted(&self, db: &Db<'_>, only_wanted: &'static str) -> Result<Vec<ItemRow>, StoreError> {
        let wanted = db
            .all(
                "SELECT c.name FROM inbox_categories c WHERE c.inbox = $1 AND c.stored > 0 AND NOT EXISTS \
                 (SELECT 1 FROM categories_off o WHERE o.inbox = c.inbox AND o.name = c.name) LIMIT $2",
                &[&self.inbox, &rows::limit(MAX_LISTS)],
            )
            .await?;
        if wanted.len() == MAX_LISTS {
            return self.read(db, Which::Wanted(only_wanted)).await;
        }
        let mut found = self.read(db, Which::Of(None)).await?;
        for row in &wanted {
            found.extend(self.read(db, Which::Of(Some(row.try_get(0)?))).await?);
        }
        Ok(found)
    }
}

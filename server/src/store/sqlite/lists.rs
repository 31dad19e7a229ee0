//! A page of an inbox.

use notification_bell_protocol::{InboxPage, View};
use rusqlite::{Connection, OptionalExtension, named_params, params};
use uuid::Uuid;

use super::{
    counts::{self, Numbers},
    rows::{self, ITEM_COLUMNS},
    shared,
};
use crate::{
    languages::Languages,
    store::{
        ListQuery, Place, StoreError, UserRef,
        reading::{ItemRow, MAX_LISTS, UserRow, Which, end_of_page, order_of, page, place_of, start_of},
        revision::Incarnation,
    },
};

/// A part of an inbox, from a position and a notification on: what a list is read from.
struct Part<'a> {
    user: i64,
    view: View,
    after: (i64, i64),
    limit: i64,
    incarnation: &'a Incarnation,
    languages: &'a Languages,
}

pub(super) fn list(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    query: &ListQuery,
    languages: &Languages,
) -> Result<InboxPage, StoreError> {
    let after = end_of_page(incarnation, query.cursor.as_deref())?;
    let after = match after {
        Some((position, id)) => (position.unix_ms(), key_of(connection, id)?),
        None => start_of(query.view),
    };
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
    let Numbers { counts, only_wanted } = counts::numbers(connection, &row)?;
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1);
    let part = Part { user: row.key, view: query.view, after, limit, incarnation, languages };
    let category = query.category.as_deref();
    let mut found = match category {
        Some(name) if !only_wanted.is_empty() && is_off(connection, &row, name)? => Vec::new(),
        Some(name) => part.read(connection, Which::Of(Some(name)))?,
        None if only_wanted.is_empty() => part.read(connection, Which::All)?,
        None => part.read_wanted(connection, only_wanted)?,
    };
    if place_of(query.view) == Place::Inbox {
        let reader = shared::Reader { incarnation, languages, user: &row };
        found.extend(reader.list(connection, category, after, query.limit + 1)?);
    }
    Ok(page(incarnation, query, (&row, counts), found))
}

/// The key of a notification that ended a page; 0, which is before all, if it has been forgotten since.
fn key_of(connection: &Connection, id: Uuid) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT key FROM notifications WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

fn is_off(connection: &Connection, user: &UserRow, category: &str) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM categories_off WHERE user = ?1 AND name = ?2")?
        .exists(params![user.key, category])?)
}

/// Written out for each view and each kind, so that each finds its own index.
fn sql(view: View, which: Which<'_>) -> String {
    // By itself SQLite takes the index of places, and passes over all that was read.
    let index = match (view, which) {
        (View::Unread, Which::All | Which::Wanted(_)) => "INDEXED BY items_unread",
        _ => "",
    };
    let place = if view == View::Unread {
        "i.place = 0 AND i.read_at IS NULL AND :place = 0"
    } else {
        "i.place = :place"
    };
    let condition = match which {
        Which::All => "AND :category IS NULL",
        Which::Wanted(only_wanted) => only_wanted,
        Which::Of(None) => "AND i.category IS NULL AND :category IS NULL",
        Which::Of(Some(_)) => "AND i.category = :category",
    };
    let order = order_of(view, ":position", ":notification");
    format!(
        "SELECT {ITEM_COLUMNS} FROM items i {index} JOIN notifications n ON n.key = i.notification \
         WHERE i.user = :user AND {place} {condition} AND (:category IS NULL OR TRUE) \
         {order} LIMIT :limit"
    )
}

impl Part<'_> {
    fn read(&self, connection: &Connection, which: Which<'_>) -> Result<Vec<ItemRow>, StoreError> {
        let category = if let Which::Of(category) = which { category } else { None };
        let sql = sql(self.view, which);
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map(
            named_params! {
                ":user": self.user,
                ":place": rows::place_number(place_of(self.view)),
                ":category": category,
                ":position": self.after.0,
                ":notification": self.after.1,
                ":limit": self.limit,
            },
            |row| rows::item(row, self.incarnation, self.languages),
        )?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What is not turned off, where something is.
    fn read_wanted(
        &self,
        connection: &Connection,
        only_wanted: &'static str,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT c.name FROM inbox_categories c WHERE c.user = ?1 AND c.stored > 0 AND NOT EXISTS \
             (SELECT 1 FROM categories_off o WHERE o.user = c.user AND o.name = c.name) LIMIT ?2",
        )?;
        let most = i64::try_from(MAX_LISTS).unwrap_or(i64::MAX);
        let wanted: Vec<String> =
            statement.query_map([self.user, most], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if wanted.len() == MAX_LISTS {
            return self.read(connection, Which::Wanted(only_wanted));
        }
        let mut found = self.read(connection, Which::Of(None))?;
        for category in &wanted {
            found.extend(self.read(connection, Which::Of(Some(category)))?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::View;

    use super::{Which, sql};
    use crate::{randomness::test::CountedRandomness, store::sqlite::schema};

    #[test]
    fn each_list_reads_what_it_shows_and_passes_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (connection, _) =
            schema::open(&folder.path().join("bell.db"), &CountedRandomness::default()).unwrap();
        let plan = |view, which| {
            let mut statement =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql(view, which))).unwrap();
            let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
            while let Some(row) = rows.next().unwrap() {
                steps.push(row.get::<_, String>("detail").unwrap());
            }
            steps.join("; ")
        };
        for (view, which, index) in [
            (View::All, Which::All, "items_by_place (user=? AND place=? AND "),
            (View::Unread, Which::All, "items_unread (user=? AND "),
            (View::All, Which::Of(Some("news")), "items_by_category (user=? AND category=? AND place=? AND "),
            (View::Archived, Which::Of(None), "items_by_category (user=? AND category=? AND place=? AND "),
        ] {
            let plan = plan(view, which);
            assert!(plan.contains(&format!("{index}(position,notification)<(?,?))")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        for (which, index) in [
            (Which::All, "items_by_place (user=? AND place=? AND position>?)"),
            (Which::Of(Some("news")), "items_by_category (user=? AND category=? AND place=? AND position>?)"),
        ] {
            let plan = plan(View::Snoozed, which);
            assert!(plan.contains(index), "{plan}");
            assert!(
                plan.contains("TEMP B-TREE FOR LAST TERM"),
                "only those of one moment are sorted: {plan}"
            );
        }
    }
}

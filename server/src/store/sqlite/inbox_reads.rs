//! Numbers, single items, and what changed since a revision.

use std::ops::ControlFlow;

use notification_bell_protocol::{Counts, Item, Revision};
use rusqlite::{Connection, OptionalExtension, named_params, params};
use uuid::Uuid;

use super::{
    counts::{self, Numbers, ONLY_WANTED},
    rows::{self, ITEM_COLUMNS},
    shared,
};
use crate::{
    languages::Languages,
    store::{
        Changes, StoreError, UserRef,
        reading::{ItemRow, UserRow},
        revision::{Incarnation, StateNumbers},
        telling::{LIMIT, News, behind},
    },
};

fn user_row(connection: &Connection, user: &UserRef) -> Result<UserRow, StoreError> {
    counts::user_row(connection, user.project.0, user.user.as_str())
}

pub(super) fn counts_and_revision(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
) -> Result<(Counts, Revision), StoreError> {
    let row = user_row(connection, user)?;
    Ok((counts::numbers(connection, &row)?.counts, incarnation.revision(row.state)))
}

pub(super) fn changes(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    since: &str,
    languages: &Languages,
) -> Result<Changes, StoreError> {
    let row = user_row(connection, user)?;
    let numbers = counts::numbers(connection, &row)?;
    let reader = shared::Reader { incarnation, languages, user: &row };
    changes_with(connection, &reader, numbers, since, |since| reader.news(connection, since))
}

impl shared::Reader<'_> {
    /// What is new and gone since a shared revision.
    pub(super) fn news(&self, connection: &Connection, since: i64) -> Result<News, StoreError> {
        let changed = self.changed(connection, since, LIMIT)?;
        Ok(News {
            changed: changed.into_iter().map(|row| row.item).collect(),
            gone: self.gone(connection, since, LIMIT)?,
        })
    }
}

/// The same for a user whose row and numbers have been read, with the news since a shared revision from `news`.
pub(super) fn changes_with(
    connection: &Connection,
    reader: &shared::Reader<'_>,
    numbers: Numbers,
    since: &str,
    news: impl FnOnce(i64) -> Result<News, StoreError>,
) -> Result<Changes, StoreError> {
    let shared::Reader { incarnation, user: row, .. } = *reader;
    let Numbers { counts, only_wanted } = numbers;
    let behind = match behind(row, incarnation, counts, since) {
        ControlFlow::Break(changes) => return Ok(changes),
        ControlFlow::Continue(behind) => behind,
    };
    let own = if behind.only_shared {
        Vec::new()
    } else {
        own_changes(connection, reader, only_wanted, behind.since)?
    };
    let news = news(behind.since.shared)?;
    behind.told(own, news)
}

fn own_changes(
    connection: &Connection,
    reader: &shared::Reader<'_>,
    only_wanted: &str,
    since: StateNumbers,
) -> Result<Vec<ItemRow>, StoreError> {
    // What was settled since and not touched is new to a client that was not told when it came; what came and went
    // since need not be told at all.
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM (SELECT * FROM items WHERE user = :user AND revision > :own \
         AND NOT (place = 3 AND shared > :shared) UNION ALL \
         SELECT * FROM items WHERE user = :user AND shared > :shared AND revision = 0) i \
         JOIN notifications n ON n.key = i.notification \
         WHERE TRUE {only_wanted} ORDER BY i.revision, i.notification LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters = named_params! {
        ":user": reader.user.key,
        ":own": since.own,
        ":shared": since.shared,
        ":limit": i64::try_from(LIMIT).unwrap_or(i64::MAX),
    };
    let rows =
        statement.query_map(parameters, |row| rows::item(row, reader.incarnation, reader.languages))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An item that is still somewhere, for its user to see.
pub(super) fn item(
    connection: &Connection,
    incarnation: &Incarnation,
    user: &UserRef,
    id: Uuid,
    languages: &Languages,
) -> Result<Option<Item>, StoreError> {
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM items i JOIN notifications n ON n.key = i.notification \
         JOIN users u ON u.key = i.user \
         WHERE u.project = ?1 AND u.id = ?2 AND n.id = ?3 AND n.project = ?1 AND i.place <> 3 \
         {ONLY_WANTED}"
    );
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![user.project.0, user.user.as_str(), id.as_bytes()], |row| {
            rows::item(row, incarnation, languages)
        })
        .optional()?;
    if let Some(found) = found {
        return Ok(Some(found.item));
    }
    let row = user_row(connection, user)?;
    let reader = shared::Reader { incarnation, languages, user: &row };
    Ok(reader.item(connection, id)?.map(|row| row.item))
}

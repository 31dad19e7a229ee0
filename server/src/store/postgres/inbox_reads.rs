//! Numbers, single items, and what changed since a revision.

use std::{collections::HashMap, ops::ControlFlow};

use notification_bell_protocol::{Counts, Item, Revision};
use uuid::Uuid;

use super::{
    counts::{self, Numbers, ONLY_WANTED},
    rows::{self, ITEM_COLUMNS},
    shared,
    transaction::Db,
    users,
};
use crate::{
    languages::Languages,
    store::{
        Changes, StoreError, UserRef,
        reading::ItemRow,
        revision::{Incarnation, StateNumbers},
        telling::{LIMIT, News, behind},
    },
};

pub(super) async fn counts_and_revision(
    db: &Db<'_>,
    incarnation: &Incarnation,
    user: &UserRef,
) -> Result<(Counts, Revision), StoreError> {
    let row = users::read(db, user).await?;
    Ok((counts::numbers(db, &row).await?.counts, incarnation.revision(row.state)))
}

pub(super) async fn changes(
    db: &Db<'_>,
    incarnation: &Incarnation,
    user: &UserRef,
    since: &str,
    languages: &Languages,
) -> Result<Changes, StoreError> {
    let row = users::read(db, user).await?;
    let numbers = counts::numbers(db, &row).await?;
    let reader = shared::Reader { incarnation, languages, user: &row };
    changes_with(db, &reader, numbers, since, None).await
}

async fn read_news(db: &Db<'_>, reader: &shared::Reader<'_>, since: i64) -> Result<News, StoreError> {
    let changed = reader.changed(db, since, LIMIT).await?;
    let gone = reader.gone(db, since, LIMIT).await?;
    Ok(News { changed: changed.into_iter().map(|row| row.item).collect(), gone })
}

/// News that were read before, by what is settled and since when; then by languages, of which there are few. They are
/// the same for all who have chosen nothing and are in no topic.
#[derive(Default)]
pub(super) struct KnownNews(HashMap<(i64, i64), Vec<(Languages, News)>>);

impl KnownNews {
    async fn find(
        &mut self,
        db: &Db<'_>,
        reader: &shared::Reader<'_>,
        since: i64,
    ) -> Result<News, StoreError> {
        let known = self.0.entry((reader.user.settled, since)).or_default();
        if let Some((_, news)) = known.iter().find(|(languages, _)| languages == reader.languages) {
            return Ok(news.clone());
        }
        let news = read_news(db, reader, since).await?;
        known.push((reader.languages.clone(), news.clone()));
        Ok(news)
    }
}

/// What changed for a user whose row and numbers have been read; with `known`, news are looked for there.
pub(super) async fn changes_with(
    db: &Db<'_>,
    reader: &shared::Reader<'_>,
    numbers: Numbers,
    since: &str,
    known: Option<&mut KnownNews>,
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
        own_changes(db, reader, only_wanted, behind.since).await?
    };
    let news = match known {
        Some(known) => known.find(db, reader, behind.since.shared).await?,
        None => read_news(db, reader, behind.since.shared).await?,
    };
    behind.told(own, news)
}

async fn own_changes(
    db: &Db<'_>,
    reader: &shared::Reader<'_>,
    only_wanted: &str,
    since: StateNumbers,
) -> Result<Vec<ItemRow>, StoreError> {
    // What was settled since and not touched is new to a client that was not told when it came; what came and went
    // since need not be told at all.
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM (SELECT * FROM items WHERE inbox = $1 AND revision > $2 \
         AND NOT (place = 3 AND shared > $3) UNION ALL \
         SELECT * FROM items WHERE inbox = $1 AND shared > $3 AND revision = 0) i \
         JOIN notifications n ON n.key = i.notification \
         WHERE TRUE {only_wanted} ORDER BY i.revision, i.notification LIMIT $4"
    );
    let found = db.all(&sql, &[&reader.user.key, &since.own, &since.shared, &rows::limit(LIMIT)]).await?;
    found.iter().map(|row| rows::item(row, reader.incarnation, reader.languages)).collect()
}

/// An item that is still somewhere, for its user to see.
pub(super) async fn item(
    db: &Db<'_>,
    incarnation: &Incarnation,
    user: &UserRef,
    id: Uuid,
    languages: &Languages,
) -> Result<Option<Item>, StoreError> {
    let row = users::read(db, user).await?;
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM notifications n JOIN items i ON i.notification = n.key AND i.inbox = $1 \
         WHERE n.id = $2 AND n.project = $3 AND i.place <> 3 {ONLY_WANTED}"
    );
    if let Some(found) = db.first(&sql, &[&row.key, &id, &user.project.0]).await? {
        return Ok(Some(rows::item(&found, incarnation, languages)?.item));
    }
    let reader = shared::Reader { incarnation, languages, user: &row };
    Ok(reader.item(db, id).await?.map(|row| row.item))
}

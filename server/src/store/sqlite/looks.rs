//! What changed in many inboxes, read in one transaction.
//!
//! After a broadcast most of them are told the same. What is shared is the same for all who have settled as much and
//! have chosen nothing of their own about it, and is read once for them; nothing of it is kept beyond the transaction,
//! so nothing of it can be out of date.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, hash_map::Entry},
};

use rusqlite::{Connection, params};

use super::{counts, inbox_reads, shared};
use crate::{
    languages::Languages,
    store::{Changes, Look, StoreError, reading::UserRow, revision::Incarnation, telling::News},
};

/// For each look what changed, or nothing if its inbox has first to be folded, which is a write.
pub(super) fn read(
    connection: &Connection,
    incarnation: &Incarnation,
    looks: &[Look],
) -> Result<Vec<Result<Option<Changes>, StoreError>>, StoreError> {
    let mut found: Vec<_> = looks.iter().map(|_| Ok(None)).collect();
    let mut by_project: HashMap<i64, Vec<usize>> = HashMap::new();
    for (index, look) in looks.iter().enumerate() {
        by_project.entry(look.user.project.0).or_default().push(index);
    }
    for (project, indexes) in by_project {
        let ids: Vec<&str> = indexes.iter().map(|index| looks[*index].user.user.as_str()).collect();
        let users = counts::user_rows(connection, project, &ids)?;
        let mut common = InCommon::of(connection, project, &users)?;
        for (user, index) in users.iter().zip(indexes) {
            found[index] = common.read(connection, incarnation, &looks[index], user);
        }
    }
    Ok(found)
}

/// By category, how many there are of what is shared.
type Shares = Vec<(Option<String>, i64)>;

/// What is the same for many users of a project, found out for the first of them.
struct InCommon {
    /// Nothing is turned off for whoever has not chosen.
    is_all_on: bool,
    /// Whose inboxes have categories, or a choice about one.
    categorized: HashSet<i64>,
    /// To whom a topic's notifications may come, or have come while they were in it.
    subscribed: HashSet<i64>,
    /// By what is settled: whether anything that is not has a group.
    grouped: HashMap<i64, bool>,
    /// By what is settled.
    shares: HashMap<i64, Shares>,
    /// By what is settled and since when; then by languages, of which there are few.
    news: HashMap<(i64, i64), Vec<(Languages, News)>>,
}

impl InCommon {
    fn of(connection: &Connection, project: i64, users: &[UserRow]) -> Result<Self, StoreError> {
        let keys: Vec<i64> = users.iter().map(|user| user.key).filter(|key| *key != 0).collect();
        let keys = serde_json::to_string(&keys).map_err(|error| StoreError::Database(Box::new(error)))?;
        let those_in = |table: &str| -> Result<HashSet<i64>, StoreError> {
            let sql = format!(
                "SELECT j.value FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM {table} t WHERE t.user = j.value)"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map(params![keys], |row| row.get(0))?;
            Ok(found.collect::<Result<_, _>>()?)
        };
        let off = "SELECT 1 FROM categories WHERE project = ?1 AND is_locked = 0 AND is_default = 0";
        Ok(Self {
            is_all_on: !connection.prepare_cached(off)?.exists(params![project])?,
            categorized: those_in("inbox_categories")?,
            subscribed: those_in("subscriptions")?,
            grouped: HashMap::new(),
            shares: HashMap::new(),
            news: HashMap::new(),
        })
    }

    fn read(
        &mut self,
        connection: &Connection,
        incarnation: &Incarnation,
        look: &Look,
        user: &UserRow,
    ) -> Result<Option<Changes>, StoreError> {
        if self.is_grouped(connection, user)? && shared::has_repeats(connection, user)? {
            return Ok(None);
        }
        let mut is_plain = self.is_all_on && !self.subscribed.contains(&user.key);
        let numbers = if is_plain && !self.categorized.contains(&user.key) {
            counts::numbers_without_categories(user, self.shares(connection, user)?)
        } else {
            counts::numbers_with(connection, user, |nothing_off| {
                is_plain &= nothing_off;
                if is_plain {
                    return Ok(Cow::Borrowed(self.shares(connection, user)?.as_slice()));
                }
                Ok(Cow::Owned(shared::numbers(connection, user, shared::WANTED)?))
            })?
        };
        let reader = shared::Reader { incarnation, languages: &look.languages, user };
        let changes = inbox_reads::changes_with(connection, &reader, numbers, &look.since, |since| {
            if is_plain { self.news(connection, &reader, since) } else { reader.news(connection, since) }
        })?;
        Ok(Some(changes))
    }

    fn is_grouped(&mut self, connection: &Connection, user: &UserRow) -> Result<bool, StoreError> {
        Ok(match self.grouped.entry(user.settled) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(shared::has_groups(connection, user)?),
        })
    }

    fn shares(&mut self, connection: &Connection, user: &UserRow) -> Result<&Shares, StoreError> {
        Ok(match self.shares.entry(user.settled) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(shared::numbers(connection, user, shared::WANTED)?),
        })
    }

    fn news(
        &mut self,
        connection: &Connection,
        reader: &shared::Reader<'_>,
        since: i64,
    ) -> Result<News, StoreError> {
        let known = self.news.entry((reader.user.settled, since)).or_default();
        if let Some((_, news)) = known.iter().find(|(languages, _)| languages == reader.languages) {
            return Ok(news.clone());
        }
        let news = reader.news(connection, since)?;
        known.push((reader.languages.clone(), news.clone()));
        Ok(news)
    }
}

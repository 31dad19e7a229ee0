//! What changed in many inboxes, read in one transaction.
//!
//! After a broadcast most of them are told the same. What is shared is the same for all who have settled as much and
//! have chosen nothing of their own about it, and is read once for them; nothing of it is kept beyond the transaction,
//! so nothing of it can be out of date.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    counts::{self, Own},
    inbox_reads::{self, KnownNews},
    shared,
    transaction::Db,
    users,
};
use crate::store::{Changes, Look, StoreError, reading::UserRow, revision::Incarnation};

/// For each look what changed, or nothing if its inbox has first to be folded, which is a write.
pub(super) async fn read(
    db: &Db<'_>,
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
        let users = users::read_many(db, project, &ids).await?;
        let mut common = InCommon::of(db, project, &users).await?;
        for (user, index) in users.iter().zip(indexes) {
            found[index] = common.read(db, incarnation, &looks[index], user).await;
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
    news: KnownNews,
}

impl InCommon {
    async fn of(db: &Db<'_>, project: i64, users: &[UserRow]) -> Result<Self, StoreError> {
        let keys: Vec<i64> = users.iter().map(|user| user.key).filter(|key| *key != 0).collect();
        let off = "SELECT 1 FROM categories WHERE project = $1 AND NOT is_locked AND NOT is_default LIMIT 1";
        Ok(Self {
            is_all_on: !db.is_any(off, &[&project]).await?,
            categorized: those_in(db, "inbox_categories", &keys).await?,
            subscribed: those_in(db, "subscriptions", &keys).await?,
            grouped: HashMap::new(),
            shares: HashMap::new(),
            news: KnownNews::default(),
        })
    }

    async fn read(
        &mut self,
        db: &Db<'_>,
        incarnation: &Incarnation,
        look: &Look,
        user: &UserRow,
    ) -> Result<Option<Changes>, StoreError> {
        if self.is_grouped(db, user).await? && shared::has_repeats(db, user).await? {
            return Ok(None);
        }
        let is_plain = self.is_all_on && !self.subscribed.contains(&user.key);
        let own = if is_plain && !self.categorized.contains(&user.key) {
            Own::without_categories(user)
        } else {
            counts::own(db, user).await?
        };
        let is_plain = is_plain && own.only_wanted.is_empty();
        let numbers = if is_plain {
            own.with(self.shares(db, user).await?)
        } else {
            own.with(&shared::numbers(db, user, shared::WANTED).await?)
        };
        let reader = shared::Reader { incarnation, languages: &look.languages, user };
        let known = is_plain.then_some(&mut self.news);
        inbox_reads::changes_with(db, &reader, numbers, &look.since, known).await.map(Some)
    }

    async fn is_grouped(&mut self, db: &Db<'_>, user: &UserRow) -> Result<bool, StoreError> {
        Ok(match self.grouped.entry(user.settled) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(shared::has_groups(db, user).await?),
        })
    }

    async fn shares(&mut self, db: &Db<'_>, user: &UserRow) -> Result<&Shares, StoreError> {
        Ok(match self.shares.entry(user.settled) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(shared::numbers(db, user, shared::WANTED).await?),
        })
    }
}

/// Those of the inboxes that a table has rows of.
async fn those_in(db: &Db<'_>, table: &str, keys: &[i64]) -> Result<HashSet<i64>, StoreError> {
    let sql = format!(
        "SELECT k.key FROM unnest($1::bigint[]) AS k (key) WHERE EXISTS (SELECT 1 FROM {table} t WHERE t.inbox = k.key)"
    );
    db.all(&sql, &[&keys]).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

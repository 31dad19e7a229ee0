//! Who is in which topic.

use async_trait::async_trait;
use tokio_postgres::Row;

use super::sending::topic_key;
use crate::{
    auth::user_id::UserId,
    store::{
        ProjectKey, StoreError, SubscriberPage, TopicStore,
        postgres::{
            PostgresStore, rows,
            transaction::{Db, reading, writing},
            users::{self, Hold, hold_project},
        },
    },
};

/// So many users are put in or taken out in one transaction, so that nobody need wait long behind it.
const PIECE: usize = 500;

/// Says whether the topic is there.
async fn subscribe(
    db: &Db<'_>,
    project: ProjectKey,
    topic: &str,
    users: &[UserId],
    most_topics: u32,
) -> Result<bool, StoreError> {
    // While the project is held, nothing is shared, and no topic is removed; held alone, none is made by others.
    let hold = if topic_key(db, project, topic).await?.is_some() { Hold::Still } else { Hold::Alone };
    let revision = hold_project(db, project, hold).await?;
    let Some(topic) = (match topic_key(db, project, topic).await? {
        Some(key) => Some(key),
        None => begin(db, project, topic, most_topics).await?,
    }) else {
        return Ok(false);
    };
    let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
    let inboxes = users::lock_or_create_all(db, project, &ids).await?;
    let inboxes: Vec<i64> = inboxes.iter().map(|inbox| inbox.key).collect();
    // What ended without anything having come since goes on.
    db.run(
        "UPDATE subscriptions SET until = NULL WHERE inbox = ANY($1) AND topic = $2 AND until = $3",
        &[&inboxes, &topic, &revision],
    )
    .await?;
    db.run(
        "INSERT INTO subscriptions (inbox, topic, since, user_id) SELECT u.key, $2::bigint, $3::bigint, u.id \
         FROM users u WHERE u.key = ANY($1) AND NOT EXISTS \
         (SELECT 1 FROM subscriptions s WHERE s.inbox = u.key AND s.topic = $2 AND s.until IS NULL)",
        &[&inboxes, &topic, &revision],
    )
    .await?;
    Ok(true)
}

/// Makes a topic, unless there are as many as may be; gives its key.
async fn begin(db: &Db<'_>, project: ProjectKey, name: &str, most: u32) -> Result<Option<i64>, StoreError> {
    // Where it was there a moment ago and was removed, the project is held with others.
    hold_project(db, project, Hold::Alone).await?;
    let made = db
        .first(
            "INSERT INTO topics (project, name) SELECT key, $2 FROM projects \
             WHERE key = $1 AND topic_count < $3 RETURNING key",
            &[&project.0, &name, &i64::from(most)],
        )
        .await?;
    Ok(made.map(|row| row.try_get(0)).transpose()?)
}

/// What came of looking at an emptied topic.
pub(in crate::store::postgres) enum Cleared {
    /// There is none.
    Nothing,
    /// So many subscriptions went with it, or it is in use again.
    One(usize),
    /// More subscriptions of it are left than may be removed at once.
    Part,
}

/// Removes so many ended subscriptions of a topic that nobody is in and nothing is left of, and the topic if it has none
/// any more.
pub(in crate::store::postgres) async fn clear_emptied(
    db: &Db<'_>,
    most: usize,
) -> Result<Cleared, StoreError> {
    let found = db
        .first(
            "SELECT e.topic, t.project FROM emptied_topics e JOIN topics t ON t.key = e.topic ORDER BY e.topic LIMIT 1",
            &[],
        )
        .await?;
    let Some(found) = found else { return Ok(Cleared::Nothing) };
    let (topic, project): (i64, i64) = (found.try_get("topic")?, found.try_get("project")?);
    hold_project(db, ProjectKey(project), Hold::Alone).await?;
    let is_used = db
        .is_any(
            "SELECT 1 FROM topics WHERE key = $1 \
             AND (subscribers > 0 OR EXISTS (SELECT 1 FROM shared WHERE topic = $1))",
            &[&topic],
        )
        .await?;
    let mut ended = 0;
    if !is_used {
        // They say who received what, and there is nothing.
        ended = db
            .run(
                "DELETE FROM subscriptions WHERE ctid = ANY (ARRAY (\
                 SELECT ctid FROM subscriptions WHERE topic = $1 LIMIT $2 FOR UPDATE))",
                &[&topic, &rows::limit(most)],
            )
            .await?;
        if ended == most as u64 {
            return Ok(Cleared::Part);
        }
    }
    db.run("DELETE FROM emptied_topics WHERE topic = $1", &[&topic]).await?;
    if !is_used {
        db.run("DELETE FROM topics WHERE key = $1", &[&topic]).await?;
    }
    Ok(Cleared::One(usize::try_from(ended).unwrap_or(usize::MAX)))
}

async fn unsubscribe(
    db: &Db<'_>,
    project: ProjectKey,
    topic: &str,
    users: &[UserId],
) -> Result<(), StoreError> {
    let revision = hold_project(db, project, Hold::Still).await?;
    let Some(topic) = topic_key(db, project, topic).await? else { return Ok(()) };
    let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
    let inboxes = users::lock_known(db, project, &ids).await?;
    let ended = db
        .all(
            "UPDATE subscriptions SET until = $3 WHERE topic = $2 AND inbox = ANY($1) AND until IS NULL RETURNING inbox",
            &[&inboxes, &topic, &revision],
        )
        .await?;
    let ended = ended.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    // One during which nothing came that is still known need not be remembered: who joins and leaves over and over leaves
    // no more of them than was sent to the topic, and each read looks at all.
    db.run(
        "DELETE FROM subscriptions s WHERE s.topic = $2 AND s.inbox = ANY($1) AND s.until IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM shared x WHERE x.topic = s.topic \
         AND x.came > s.since AND x.came <= s.until AND x.removed_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM shared x WHERE x.topic = s.topic \
         AND x.came > s.since AND x.came <= s.until AND x.removed_at IS NOT NULL)",
        &[&ended, &topic],
    )
    .await
    .map(drop)
}

async fn subscribers(
    db: &Db<'_>,
    project: ProjectKey,
    topic: &str,
    limit: usize,
    after: &str,
) -> Result<SubscriberPage, StoreError> {
    let found = db
        .all(
            "SELECT s.user_id FROM topics t JOIN subscriptions s ON s.topic = t.key \
             WHERE t.project = $1 AND t.name = $2 AND s.until IS NULL AND s.user_id > $3 ORDER BY s.user_id LIMIT $4",
            &[&project.0, &rows::sought(topic), &after, &rows::limit(limit).saturating_add(1)],
        )
        .await?;
    let user = |row: &Row| Ok(UserId::trusted(row.try_get(0)?));
    let users: Vec<UserId> = found.iter().map(user).collect::<Result<_, StoreError>>()?;
    Ok(SubscriberPage::of(users, limit))
}

#[async_trait]
impl TopicStore for PostgresStore {
    async fn subscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
        most_topics: u32,
    ) -> Result<bool, StoreError> {
        for piece in users.chunks(PIECE) {
            if !writing!(self, db => subscribe(db, project, topic, piece, most_topics).await)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn unsubscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
    ) -> Result<(), StoreError> {
        for piece in users.chunks(PIECE) {
            writing!(self, db => unsubscribe(db, project, topic, piece).await)?;
        }
        Ok(())
    }

    async fn subscribers(
        &self,
        project: ProjectKey,
        topic: &str,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<SubscriberPage, StoreError> {
        let after = SubscriberPage::after(cursor.as_deref())?;
        if after.contains('\0') {
            return Err(StoreError::NotOurs("cursor"));
        }
        reading!(self, db => subscribers(db, project, topic, limit, &after).await)
    }
}

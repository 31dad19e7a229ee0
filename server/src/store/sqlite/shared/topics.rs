//! Who is in which topic.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::sending::topic_key;
use crate::{
    auth::user_id::UserId,
    store::{ProjectKey, StoreError, SubscriberPage, TopicStore, sqlite::SqliteStore},
};

/// So many users are put in or taken out in one transaction, so that sends need not wait long behind it.
const PIECE: usize = 500;

/// Says whether the topic is there.
fn subscribe(
    connection: &Connection,
    project: ProjectKey,
    topic: &str,
    users: &[UserId],
    most_topics: u32,
) -> Result<bool, StoreError> {
    let known = topic_key(connection, project, topic)?;
    let Some(topic) =
        known.map_or_else(|| begin(connection, project, topic, most_topics), |key| Ok(Some(key)))?
    else {
        return Ok(false);
    };
    // What ended without anything having come since goes on.
    let mut go_on = connection.prepare_cached(
        "UPDATE subscriptions SET until = NULL WHERE user = ?1 AND topic = ?2 \
         AND until = (SELECT shared_revision FROM projects WHERE key = ?3)",
    )?;
    let mut begin = connection.prepare_cached(
        "INSERT INTO subscriptions (user, topic, since, user_id) \
         SELECT ?1, ?2, shared_revision, ?4 FROM projects WHERE key = ?3 AND NOT EXISTS \
         (SELECT 1 FROM subscriptions WHERE user = ?1 AND topic = ?2 AND until IS NULL)",
    )?;
    for user in users {
        let key = user_key(connection, project, user)?;
        if go_on.execute(params![key, topic, project.0])? == 0 {
            begin.execute(params![key, topic, project.0, user.as_str()])?;
        }
    }
    Ok(true)
}

/// Makes a topic, unless there are as many as may be; gives its key.
fn begin(
    connection: &Connection,
    project: ProjectKey,
    name: &str,
    most: u32,
) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached(
            "INSERT INTO topics (project, name) SELECT key, ?2 FROM projects \
             WHERE key = ?1 AND topic_count < ?3 RETURNING key",
        )?
        .query_row(params![project.0, name, most], |row| row.get(0))
        .optional()?)
}

/// Removes so many ended subscriptions of topics that nobody is in and nothing is left of, and the topics that have none
/// any more. Says whether there is more to remove.
pub(in crate::store::sqlite) fn clear_emptied(
    connection: &Connection,
    most: usize,
) -> Result<bool, StoreError> {
    let most_rows = i64::try_from(most).unwrap_or(i64::MAX);
    let emptied: Vec<i64> = connection
        .prepare_cached("SELECT topic FROM emptied_topics LIMIT ?1")?
        .query_map([most_rows], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut left = most;
    for topic in &emptied {
        let is_used = connection
            .prepare_cached(
                "SELECT 1 FROM topics WHERE key = ?1 \
                 AND (subscribers > 0 OR EXISTS (SELECT 1 FROM shared WHERE topic = ?1))",
            )?
            .exists([topic])?;
        if !is_used {
            // They say who received what, and there is nothing.
            let ended = connection
                .prepare_cached(
                    "DELETE FROM subscriptions WHERE (user, topic, since) IN \
                     (SELECT user, topic, since FROM subscriptions WHERE topic = ?1 LIMIT ?2)",
                )?
                .execute(params![topic, i64::try_from(left).unwrap_or(i64::MAX)])?;
            left -= ended;
            if left == 0 {
                return Ok(true);
            }
        }
        connection.prepare_cached("DELETE FROM emptied_topics WHERE topic = ?1")?.execute([topic])?;
        if !is_used {
            connection.prepare_cached("DELETE FROM topics WHERE key = ?1")?.execute([topic])?;
        }
    }
    Ok(emptied.len() == most)
}

fn user_key(connection: &Connection, project: ProjectKey, user: &UserId) -> Result<i64, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor) SELECT key, ?2, own_base, own_base \
             FROM projects WHERE key = ?1 ON CONFLICT (project, id) DO NOTHING",
        )?
        .execute(params![project.0, user.as_str()])?;
    Ok(connection
        .prepare_cached("SELECT key FROM users WHERE project = ?1 AND id = ?2")?
        .query_row(params![project.0, user.as_str()], |row| row.get(0))?)
}

fn unsubscribe(
    connection: &Connection,
    project: ProjectKey,
    topic: &str,
    users: &[UserId],
) -> Result<(), StoreError> {
    let mut end = connection.prepare_cached(
        "UPDATE subscriptions SET until = (SELECT shared_revision FROM projects WHERE key = ?1) \
         WHERE topic = (SELECT key FROM topics WHERE project = ?1 AND name = ?2) \
         AND user = (SELECT key FROM users WHERE project = ?1 AND id = ?3) AND until IS NULL",
    )?;
    // One during which nothing came that is still known need not be remembered: who joins and leaves over and over leaves
    // no more of them than was sent to the topic, and each read looks at all.
    let mut forget = connection.prepare_cached(
        "DELETE FROM subscriptions WHERE topic = (SELECT key FROM topics WHERE project = ?1 AND name = ?2) \
         AND user = (SELECT key FROM users WHERE project = ?1 AND id = ?3) AND until IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM shared x WHERE x.topic = subscriptions.topic \
         AND x.came > subscriptions.since AND x.came <= subscriptions.until AND x.removed_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM shared x WHERE x.topic = subscriptions.topic \
         AND x.came > subscriptions.since AND x.came <= subscriptions.until AND x.removed_at IS NOT NULL)",
    )?;
    for user in users {
        let parameters = params![project.0, topic, user.as_str()];
        if end.execute(parameters)? == 1 {
            forget.execute(parameters)?;
        }
    }
    Ok(())
}

fn subscribers(
    connection: &Connection,
    project: ProjectKey,
    topic: &str,
    limit: usize,
    after: &str,
) -> Result<SubscriberPage, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT s.user_id FROM topics t JOIN subscriptions s ON s.topic = t.key \
         WHERE t.project = ?1 AND t.name = ?2 AND s.until IS NULL AND s.user_id > ?3 ORDER BY s.user_id LIMIT ?4",
    )?;
    let rows = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let users: Vec<UserId> = statement
        .query_map(params![project.0, topic, after, rows], |row| {
            row.get::<_, String>(0).map(|id| UserId::trusted(&id))
        })?
        .collect::<Result<_, _>>()?;
    Ok(SubscriberPage::of(users, limit))
}

#[async_trait]
impl TopicStore for SqliteStore {
    async fn subscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
        most_topics: u32,
    ) -> Result<bool, StoreError> {
        for piece in users.chunks(PIECE) {
            let (topic, piece) = (topic.to_owned(), piece.to_vec());
            let subscribe =
                move |connection: &Connection| subscribe(connection, project, &topic, &piece, most_topics);
            if !self.writer.run_large(subscribe).await? {
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
            let (topic, piece) = (topic.to_owned(), piece.to_vec());
            self.writer.run_large(move |connection| unsubscribe(connection, project, &topic, &piece)).await?;
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
        let topic = topic.to_owned();
        self.readers.run(move |connection| subscribers(connection, project, &topic, limit, &after)).await
    }
}

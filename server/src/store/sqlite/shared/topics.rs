//! Who is in which topic.

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use rusqlite::{Connection, params};

use super::sending::topic_key;
use crate::{
    auth::user_id::UserId,
    store::{ProjectKey, StoreError, SubscriberPage, TopicStore, sqlite::SqliteStore},
};

/// So many users are put in or taken out in one transaction, so that sends need not wait long behind it.
const PIECE: usize = 500;

fn subscribe(
    connection: &Connection,
    project: ProjectKey,
    topic: &str,
    users: &[UserId],
) -> Result<(), StoreError> {
    let topic = topic_key(connection, project, topic)?;
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
    Ok(())
}

fn user_key(connection: &Connection, project: ProjectKey, user: &UserId) -> Result<i64, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO users (project, id) VALUES (?1, ?2) ON CONFLICT (project, id) DO NOTHING",
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
    // One during which nothing came need not be remembered.
    let mut drop_empty = connection.prepare_cached(
        "DELETE FROM subscriptions WHERE topic = (SELECT key FROM topics WHERE project = ?1 AND name = ?2) \
         AND user = (SELECT key FROM users WHERE project = ?1 AND id = ?3) AND until IS NULL \
         AND since = (SELECT shared_revision FROM projects WHERE key = ?1)",
    )?;
    let mut end = connection.prepare_cached(
        "UPDATE subscriptions SET until = (SELECT shared_revision FROM projects WHERE key = ?1) \
         WHERE topic = (SELECT key FROM topics WHERE project = ?1 AND name = ?2) \
         AND user = (SELECT key FROM users WHERE project = ?1 AND id = ?3) AND until IS NULL",
    )?;
    for user in users {
        let parameters = params![project.0, topic, user.as_str()];
        if drop_empty.execute(parameters)? == 0 {
            end.execute(parameters)?;
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
    let mut users: Vec<UserId> = statement
        .query_map(params![project.0, topic, after, rows], |row| {
            row.get::<_, String>(0).map(|id| UserId::trusted(&id))
        })?
        .collect::<Result<_, _>>()?;
    let more = users.len() > limit;
    users.truncate(limit);
    let next = users.last().filter(|_| more).map(|last| BASE64URL_NOPAD.encode(last.as_str().as_bytes()));
    Ok(SubscriberPage { users, next })
}

impl SqliteStore {
    async fn in_pieces(
        &self,
        project: ProjectKey,
        topic: &str,
        users: &[UserId],
        change: fn(&Connection, ProjectKey, &str, &[UserId]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for piece in users.chunks(PIECE) {
            let (topic, piece) = (topic.to_owned(), piece.to_vec());
            self.writer.run_large(move |connection| change(connection, project, &topic, &piece)).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl TopicStore for SqliteStore {
    async fn subscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
    ) -> Result<(), StoreError> {
        self.in_pieces(project, topic, &users, subscribe).await
    }

    async fn unsubscribe(
        &self,
        project: ProjectKey,
        topic: &str,
        users: Vec<UserId>,
    ) -> Result<(), StoreError> {
        self.in_pieces(project, topic, &users, unsubscribe).await
    }

    async fn subscribers(
        &self,
        project: ProjectKey,
        topic: &str,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<SubscriberPage, StoreError> {
        let after = cursor
            .map(|cursor| {
                let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
                bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(StoreError::NotOurs("cursor"))
            })
            .transpose()?
            .unwrap_or_default();
        let topic = topic.to_owned();
        self.readers.run(move |connection| subscribers(connection, project, &topic, limit, &after)).await
    }
}

//! What was sent, for those who sent it.

use async_trait::async_trait;
use notification_bell_protocol::{Action, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use uuid::Uuid;

use super::{SqliteStore, counts, rows, shared, withdrawals};
use crate::store::{
    NotificationPage, NotificationQuery, NotificationRecord, NotificationStore, ProjectKey, StoreError,
    Tallies, Withdrawal, reading::end_of_page, revision::Incarnation,
};

const COLUMNS: &str = "n.key, n.id, n.type, n.category, n.title, n.body, n.url, n.icon, n.image, n.actions, n.texts, \
     n.group_key, n.topic, n.is_for_everyone, n.data, n.priority, n.created_at, n.expires_at, n.withdrawn_at, n.recipients, \
     coalesce(t.seen, 0) AS seen, coalesce(t.read, 0) AS read, coalesce(t.clicked, 0) AS clicked, \
     coalesce(t.archived, 0) AS archived";

/// A notification, and its key: for the numbers of its actions, which are in a table of their own.
fn record(row: &Row<'_>) -> rusqlite::Result<(i64, NotificationRecord)> {
    let actions: Vec<Action> = rows::json(row, "actions")?.unwrap_or_default();
    let number = |column| row.get::<_, i64>(column).map(|count| u64::try_from(count).unwrap_or(0));
    let tallies = Tallies {
        recipients: number("recipients")?,
        seen: number("seen")?,
        read: number("read")?,
        clicked: number("clicked")?,
        archived: number("archived")?,
        ..Tallies::default()
    };
    let record = NotificationRecord {
        id: Uuid::from_bytes(row.get("id")?).to_string(),
        r#type: row.get("type")?,
        category: row.get("category")?,
        title: row.get("title")?,
        body: row.get("body")?,
        url: row.get("url")?,
        icon: row.get("icon")?,
        image: row.get("image")?,
        actions: actions.into_iter().map(Into::into).collect(),
        texts: rows::json(row, "texts")?.unwrap_or_default(),
        group_key: row.get("group_key")?,
        topic: row.get("topic")?,
        everyone: row.get("is_for_everyone")?,
        data: rows::json(row, "data")?,
        priority: rows::priority(row.get("priority")?),
        created_at: rows::moment(row.get("created_at")?),
        expires_at: rows::optional_moment(row, "expires_at")?,
        withdrawn_at: rows::optional_moment(row, "withdrawn_at")?,
        tallies,
    };
    Ok((row.get("key")?, record))
}

fn with_actions(
    connection: &Connection,
    (key, mut record): (i64, NotificationRecord),
) -> Result<NotificationRecord, StoreError> {
    if !record.actions.is_empty() {
        record.tallies.actions = connection
            .prepare_cached("SELECT action, users FROM action_tallies WHERE notification = ?1")?
            .query_map([key], |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))?
            .collect::<Result<_, _>>()?;
    }
    Ok(record)
}

fn one(
    connection: &Connection,
    project: ProjectKey,
    id: Uuid,
) -> Result<Option<NotificationRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM notifications n LEFT JOIN tallies t ON t.notification = n.key \
         WHERE n.id = ?1 AND n.project = ?2"
    );
    let found =
        connection.prepare_cached(&sql)?.query_row(params![id.as_bytes(), project.0], record).optional()?;
    found.map(|found| with_actions(connection, found)).transpose()
}

fn search(
    connection: &Connection,
    incarnation: &Incarnation,
    project: ProjectKey,
    query: &NotificationQuery,
) -> Result<NotificationPage, StoreError> {
    let after = end_of_page(incarnation, query.cursor.as_deref())?;
    let (before_ms, before_id) = after.unwrap_or((Timestamp::from_unix_ms(i64::MAX), Uuid::max()));
    let user = match &query.user {
        Some(user) => Some(counts::user_row(connection, project.0, user.as_str())?),
        None => None,
    };
    // Written out for each filter, so that each finds its own index.
    let source = if user.is_some() {
        let unsettled = shared::UNSETTLED;
        format!(
            "(SELECT notification FROM items WHERE user = :user UNION ALL \
             SELECT u.notification FROM {unsettled} u) i JOIN notifications n ON n.key = i.notification"
        )
    } else {
        "notifications n".to_owned()
    };
    let mut conditions = String::new();
    let mut only = |is_asked: bool, asked: &'static str, otherwise: &'static str| {
        conditions.push_str(if is_asked { asked } else { otherwise });
    };
    only(user.is_some(), "", " AND :user IS NULL AND :after IS NULL");
    only(query.category.is_some(), " AND n.category = :category", " AND :category IS NULL");
    only(query.topic.is_some(), " AND n.topic = :topic", " AND :topic IS NULL");
    only(query.r#type.is_some(), " AND n.type = :type", " AND :type IS NULL");
    let sql = format!(
        "SELECT {COLUMNS} FROM {source} LEFT JOIN tallies t ON t.notification = n.key \
         WHERE n.project = :project{conditions} AND n.created_at >= :since AND n.created_at < :until \
         AND (n.created_at, n.id) < (:before, :id) ORDER BY n.created_at DESC, n.id DESC LIMIT :limit"
    );
    let mut found: Vec<(i64, NotificationRecord)> = connection
        .prepare_cached(&sql)?
        .query_map(
            named_params! {
                ":project": project.0,
                ":user": user.map(|row| row.key),
                ":after": user.map(|row| row.settled),
                ":category": query.category,
                ":topic": query.topic,
                ":type": query.r#type,
                ":since": query.since.map_or(i64::MIN, Timestamp::unix_ms),
                ":until": query.until.map_or(i64::MAX, Timestamp::unix_ms),
                ":before": before_ms.unix_ms(),
                ":id": before_id.as_bytes(),
                ":limit": i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1),
            },
            record,
        )?
        .collect::<Result<_, _>>()?;
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let notifications: Vec<NotificationRecord> =
        found.into_iter().map(|found| with_actions(connection, found)).collect::<Result<_, _>>()?;
    let last = notifications.last().filter(|_| more);
    let next = last.and_then(|last| Some((last.created_at, Uuid::try_parse(&last.id).ok()?)));
    let next = next.map(|(created_at, id)| incarnation.cursor(created_at, id));
    Ok(NotificationPage { notifications, next })
}

#[async_trait]
impl NotificationStore for SqliteStore {
    async fn notification(
        &self,
        project: ProjectKey,
        id: Uuid,
    ) -> Result<Option<NotificationRecord>, StoreError> {
        self.readers.run(move |connection| one(connection, project, id)).await
    }

    async fn search_notifications(
        &self,
        project: ProjectKey,
        query: NotificationQuery,
    ) -> Result<NotificationPage, StoreError> {
        let incarnation = self.incarnation.clone();
        self.readers.run(move |connection| search(connection, &incarnation, project, &query)).await
    }

    async fn withdraw(
        &self,
        project: ProjectKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Withdrawal>, StoreError> {
        self.writer.run_large(move |connection| withdrawals::withdraw(connection, project, id, now)).await
    }

    async fn unfinished_withdrawals(&self) -> Result<Vec<(ProjectKey, Uuid)>, StoreError> {
        self.readers.run(withdrawals::unfinished).await
    }
}

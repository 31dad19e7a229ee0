//! What was sent, for those who sent it.

use async_trait::async_trait;
use notification_bell_protocol::{Action, Timestamp};
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use super::{
    PostgresStore, rows, shared,
    transaction::{Db, reading, writing},
    users, withdrawals,
};
use crate::store::{
    NotificationPage, NotificationQuery, NotificationRecord, NotificationStore, ProjectKey, StoreError,
    Tallies, UserRef, Withdrawal, numbers_kept::priority, reading::end_of_page, revision::Incarnation,
};

const COLUMNS: &str = "n.key, n.id, n.type, n.category, n.title, n.body, n.url, n.icon, n.image, n.actions, n.texts, \
     n.group_key, n.topic, n.is_for_everyone, n.data, n.priority, n.created_at, n.expires_at, n.withdrawn_at, n.recipients, \
     coalesce(t.seen, 0) AS seen, coalesce(t.read, 0) AS read, coalesce(t.clicked, 0) AS clicked, \
     coalesce(t.archived, 0) AS archived";

/// A notification, and its key: for the numbers of its actions, which are in a table of their own.
fn record(row: &Row) -> Result<(i64, NotificationRecord), StoreError> {
    let actions: Vec<Action> = rows::json(row, "actions")?.unwrap_or_default();
    let tallies = Tallies {
        recipients: rows::number(row, "recipients")?,
        seen: rows::number(row, "seen")?,
        read: rows::number(row, "read")?,
        clicked: rows::number(row, "clicked")?,
        archived: rows::number(row, "archived")?,
        ..Tallies::default()
    };
    let record = NotificationRecord {
        id: row.try_get::<_, Uuid>("id")?.to_string(),
        r#type: row.try_get("type")?,
        category: row.try_get("category")?,
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        url: row.try_get("url")?,
        icon: row.try_get("icon")?,
        image: row.try_get("image")?,
        actions: actions.into_iter().map(Into::into).collect(),
        texts: rows::json(row, "texts")?.unwrap_or_default(),
        group_key: row.try_get("group_key")?,
        topic: row.try_get("topic")?,
        everyone: row.try_get("is_for_everyone")?,
        data: rows::json(row, "data")?,
        priority: priority(row.try_get("priority")?),
        created_at: rows::moment(row, "created_at")?,
        expires_at: rows::optional_moment(row, "expires_at")?,
        withdrawn_at: rows::optional_moment(row, "withdrawn_at")?,
        tallies,
    };
    Ok((row.try_get("key")?, record))
}

async fn with_actions(
    db: &Db<'_>,
    (key, mut record): (i64, NotificationRecord),
) -> Result<NotificationRecord, StoreError> {
    if !record.actions.is_empty() {
        let sql = "SELECT action, users FROM action_tallies WHERE notification = $1";
        for row in db.all(sql, &[&key]).await? {
            record.tallies.actions.insert(row.try_get("action")?, rows::number(&row, "users")?);
        }
    }
    Ok(record)
}

async fn one(db: &Db<'_>, project: ProjectKey, id: Uuid) -> Result<Option<NotificationRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM notifications n LEFT JOIN tallies t ON t.notification = n.key \
         WHERE n.id = $1 AND n.project = $2"
    );
    match db.first(&sql, &[&id, &project.0]).await? {
        Some(row) => with_actions(db, record(&row)?).await.map(Some),
        None => Ok(None),
    }
}

async fn search(
    db: &Db<'_>,
    incarnation: &Incarnation,
    project: ProjectKey,
    query: &NotificationQuery,
) -> Result<NotificationPage, StoreError> {
    let after = end_of_page(incarnation, query.cursor.as_deref())?;
    let (before_ms, before_id) = after.unwrap_or((Timestamp::from_unix_ms(i64::MAX), Uuid::max()));
    let user = match &query.user {
        Some(user) => Some(users::read(db, &UserRef { project, user: user.clone() }).await?),
        None => None,
    };
    // Written out for each filter, so that each finds its own index.
    let source = if user.is_some() {
        let unsettled = shared::UNSETTLED;
        format!(
            "(SELECT notification FROM items WHERE inbox = $1 UNION ALL \
             SELECT u.notification FROM {unsettled} u) i JOIN notifications n ON n.key = i.notification"
        )
    } else {
        "notifications n".to_owned()
    };
    let mut conditions = String::new();
    let mut only = |is_asked: bool, asked: &'static str, otherwise: &'static str| {
        conditions.push_str(if is_asked { asked } else { otherwise });
    };
    only(user.is_some(), "", " AND $1::bigint IS NULL AND $3::bigint IS NULL");
    only(query.category.is_some(), " AND n.category = $4", " AND $4::text IS NULL");
    only(query.topic.is_some(), " AND n.topic = $5", " AND $5::text IS NULL");
    only(query.r#type.is_some(), " AND n.type = $6", " AND $6::text IS NULL");
    let sql = format!(
        "SELECT {COLUMNS} FROM {source} LEFT JOIN tallies t ON t.notification = n.key \
         WHERE n.project = $2{conditions} AND n.created_at >= $7 AND n.created_at < $8 \
         AND (n.created_at, n.id) < ($9, $10) ORDER BY n.created_at DESC, n.id DESC LIMIT $11"
    );
    let parameters: [&(dyn ToSql + Sync); 11] = [
        &user.map(|row| row.key),
        &project.0,
        &user.map(|row| row.settled),
        &query.category.as_deref().map(rows::sought),
        &query.topic.as_deref().map(rows::sought),
        &query.r#type.as_deref().map(rows::sought),
        &query.since.map_or(i64::MIN, Timestamp::unix_ms),
        &query.until.map_or(i64::MAX, Timestamp::unix_ms),
        &before_ms.unix_ms(),
        &before_id,
        &rows::limit(query.limit).saturating_add(1),
    ];
    let found = db.all(&sql, &parameters).await?;
    let more = found.len() > query.limit;
    let mut notifications = Vec::with_capacity(found.len());
    for row in found.iter().take(query.limit) {
        notifications.push(with_actions(db, record(row)?).await?);
    }
    let last = notifications.last().filter(|_| more);
    let next = last.and_then(|last| Some((last.created_at, Uuid::try_parse(&last.id).ok()?)));
    let next = next.map(|(created_at, id)| incarnation.cursor(created_at, id));
    Ok(NotificationPage { notifications, next })
}

#[async_trait]
impl NotificationStore for PostgresStore {
    async fn notification(
        &self,
        project: ProjectKey,
        id: Uuid,
    ) -> Result<Option<NotificationRecord>, StoreError> {
        reading!(self, db => one(db, project, id).await)
    }

    async fn search_notifications(
        &self,
        project: ProjectKey,
        query: NotificationQuery,
    ) -> Result<NotificationPage, StoreError> {
        reading!(self, db => search(db, &self.incarnation, project, &query).await)
    }

    async fn withdraw(
        &self,
        project: ProjectKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Withdrawal>, StoreError> {
        writing!(self, db => withdrawals::withdraw(db, project, id, now).await)
    }

    async fn unfinished_withdrawals(&self) -> Result<Vec<(ProjectKey, Uuid)>, StoreError> {
        reading!(self, db => withdrawals::unfinished(db).await)
    }
}

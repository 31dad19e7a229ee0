//! The rows of a notification, and of an item of it in an inbox.

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{groups, sends::Placement};
use crate::{
    auth::user_id::UserId,
    store::{
        Audience, NewNotification, ProjectKey, StoreError,
        numbers_kept::{Delta, NEW, priority_number},
    },
};

pub(super) fn insert_notification(
    connection: &Connection,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
    recipients: i64,
) -> Result<i64, StoreError> {
    let topic = if let Audience::Topic(topic) = audience { Some(topic) } else { None };
    let actions = (!notification.actions.is_empty())
        .then(|| serde_json::to_string(&notification.actions))
        .transpose()
        .map_err(|error| StoreError::Database(Box::new(error)))?;
    let texts = (!notification.texts.is_empty())
        .then(|| serde_json::to_string(&notification.texts))
        .transpose()
        .map_err(|error| StoreError::Database(Box::new(error)))?;
    connection
        .prepare_cached(
            "INSERT INTO notifications (id, project, type, category, title, body, url, icon, image, actions, data, \
             priority, created_at, expires_at, recipients, texts, group_key, topic, is_for_everyone) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?
        .execute(params![
            notification.id.as_bytes(),
            project.0,
            notification.r#type,
            notification.category,
            notification.title,
            notification.body,
            notification.url,
            notification.icon,
            notification.image,
            actions,
            notification.data.as_ref().map(ToString::to_string),
            priority_number(notification.priority),
            notification.send_at.unwrap_or(notification.created_at).unix_ms(),
            notification.expires_at.map(Timestamp::unix_ms),
            recipients,
            texts,
            notification.group_key,
            topic,
            *audience == Audience::Everyone
        ])?;
    Ok(connection.last_insert_rowid())
}

/// Gives whose inbox it is in, and the revision that it has now.
pub(super) fn insert_item(
    connection: &Connection,
    project: ProjectKey,
    placement: &Placement,
    recipient: &UserId,
) -> Result<(i64, i64), StoreError> {
    let (user, revision) = next_revision(connection, project, recipient)?;
    let mut delta = Delta::default();
    let group_count = match &placement.group_key {
        Some(group) => groups::fold(connection, user, revision, group, placement.created_at, &mut delta)?,
        None => 1,
    };
    connection
        .prepare_cached(
            "INSERT INTO items (user, notification, revision, arrived, position, category, due_at, group_key, \
             group_count) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            user,
            placement.notification,
            revision,
            placement.created_at.unix_ms(),
            placement.category,
            placement.expires_at.map(Timestamp::unix_ms),
            placement.group_key,
            group_count
        ])?;
    delta.add(placement.category.as_deref(), None, &NEW);
    delta.write(connection, user, revision)?;
    Ok((user, revision))
}

/// The row of a recipient, and the revision of what they now receive: written with the numbers that go with it, but for
/// whoever receives something for the first time.
fn next_revision(
    connection: &Connection,
    project: ProjectKey,
    recipient: &UserId,
) -> Result<(i64, i64), StoreError> {
    // Apart from the insertion, although it could say what to do with a row that is there: a statement that may add a
    // row, which has a trigger, keeps copies of the pages that it changes.
    let known = connection
        .prepare_cached("SELECT key, revision + 1 FROM users WHERE project = ?1 AND id = ?2")?
        .query_row(params![project.0, recipient.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    let inserted = connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor) \
             SELECT key, ?2, own_base + 1, own_base FROM projects WHERE key = ?1",
        )?
        .execute(params![project.0, recipient.as_str()])?;
    if inserted != 1 {
        return Err(rusqlite::Error::StatementChangedRows(inserted).into());
    }
    let key = connection.last_insert_rowid();
    // Apart from it too: for what an insertion returns, SQLite makes a table in memory, which takes longer than all else.
    let revision = connection
        .prepare_cached("SELECT revision FROM users WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    Ok((key, revision))
}

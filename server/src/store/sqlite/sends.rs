//! Putting a notification into inboxes.

use std::sync::Arc;

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    SqliteStore,
    counts::Delta,
    groups,
    inbox_changes::{LARGE_SEND, LARGE_SETTLING},
    rows::priority_number,
    schedule, shared,
};
use crate::{
    auth::user_id::UserId,
    store::{
        Audience, Happenings, Idempotency, ItemState, NewNotification, Place, ProjectKey, Reached,
        SendOutcome, StoreError,
    },
};

/// The state of an item that nobody has touched.
pub(super) const NEW: ItemState = ItemState {
    place: Place::Inbox,
    seen_at: None,
    read_at: None,
    archived_at: None,
    snoozed_until: None,
    actions_done: Vec::new(),
    happened: Happenings::NONE,
};

/// What an item needs to know of its notification.
pub(super) struct Placement {
    pub(super) notification: i64,
    pub(super) category: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) group_key: Option<String>,
}

impl SqliteStore {
    /// Sends, if that holds within the transaction.
    pub(super) async fn send_with(
        &self,
        project: ProjectKey,
        notification: NewNotification,
        audience: Audience,
        idempotency: Option<Idempotency>,
        is_current: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<SendOutcome, StoreError> {
        let is_large = matches!(&audience, Audience::Users(users) if users.len() > LARGE_SEND);
        let send = Arc::new(move |connection: &Connection, most_settled| {
            if !is_current() {
                return Ok(Some(SendOutcome::Outdated));
            }
            let group = notification.group_key.as_deref();
            if !prepare(connection, project, group, &audience, most_settled)? {
                return Ok(None);
            }
            self::send(connection, project, &notification, &audience, idempotency.as_ref()).map(Some)
        });
        let attempt = Arc::clone(&send);
        if !is_large
            && let Some(outcome) =
                self.writer.run_repeatable(move |connection| attempt(connection, LARGE_SETTLING)).await?
        {
            return Ok(outcome);
        }
        let outcome = self.writer.run_large(move |connection| send(connection, usize::MAX)).await?;
        outcome.ok_or_else(|| StoreError::Database("there is no bound on what is settled here".into()))
    }
}

pub(super) fn send(
    connection: &Connection,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
    idempotency: Option<&Idempotency>,
) -> Result<SendOutcome, StoreError> {
    if let Some(outcome) = idempotency.map(|key| repeated(connection, project, key)).transpose()?.flatten() {
        return Ok(outcome);
    }
    let is_full = match audience {
        Audience::Users(_) => false,
        Audience::Topic(topic) => shared::is_full(connection, project, Some(topic))?,
        Audience::Everyone => shared::is_full(connection, project, None)?,
    };
    if is_full {
        return Ok(SendOutcome::TooManyShared);
    }
    let reached = reached(connection, project, audience)?;
    let recipients = i64::try_from(reached.recipients).unwrap_or(i64::MAX);
    let key = insert_notification(connection, project, notification, audience, recipients)?;
    if let Some(send_at) = notification.send_at {
        schedule::put(connection, key, send_at, audience)?;
    } else {
        let placement = Placement {
            notification: key,
            category: notification.category.clone(),
            created_at: notification.created_at,
            expires_at: notification.expires_at,
            group_key: notification.group_key.clone(),
        };
        place(connection, project, &placement, audience)?;
    }
    if let Some(idempotency) = idempotency {
        connection
            .prepare_cached(
                "INSERT INTO idempotency_keys (project, text, fingerprint, notification, recipients, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                project.0,
                idempotency.key,
                idempotency.fingerprint,
                notification.id.as_bytes(),
                recipients,
                notification.created_at.unix_ms()
            ])?;
    }
    Ok(SendOutcome::Stored(reached))
}

/// Has what it is to take the place of be in the inboxes of its recipients: what is shared may be read without being
/// there. `false`, and it must not be sent yet, if that would be more than `most` for one of them.
pub(super) fn prepare(
    connection: &Connection,
    project: ProjectKey,
    group_key: Option<&str>,
    audience: &Audience,
    most: usize,
) -> Result<bool, StoreError> {
    match (audience, group_key) {
        (Audience::Users(users), Some(group)) => shared::fold_group(connection, project, users, group, most),
        _ => Ok(true),
    }
}

/// Puts a notification where its audience sees it. What is sent by name has been [prepared](prepare).
pub(super) fn place(
    connection: &Connection,
    project: ProjectKey,
    placement: &Placement,
    audience: &Audience,
) -> Result<(), StoreError> {
    match audience {
        Audience::Users(users) => {
            for user in users {
                insert_item(connection, project, placement, user)?;
            }
            Ok(())
        }
        Audience::Topic(topic) => shared::share(connection, project, placement, Some(topic)),
        Audience::Everyone => shared::share(connection, project, placement, None),
    }
}

/// Whom a notification reaches that is sent now.
pub(super) fn reached(
    connection: &Connection,
    project: ProjectKey,
    audience: &Audience,
) -> Result<Reached, StoreError> {
    match audience {
        Audience::Users(users) => {
            let recipients = u64::try_from(users.len()).unwrap_or(u64::MAX);
            Ok(Reached { recipients, users: Some(users.clone()) })
        }
        Audience::Topic(topic) => shared::reached(connection, project, Some(topic)),
        Audience::Everyone => shared::reached(connection, project, None),
    }
}

/// Whether the key was used before. The writer does one thing after the other, so of a hundred sends at once with
/// one key the first stores and the others find it here.
pub(super) fn repeated(
    connection: &Connection,
    project: ProjectKey,
    idempotency: &Idempotency,
) -> Result<Option<SendOutcome>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT fingerprint, notification, recipients FROM idempotency_keys WHERE project = ?1 AND text = ?2",
        )?
        .query_row(params![project.0, idempotency.key], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Option<[u8; 16]>>(1)?, row.get::<_, Option<i64>>(2)?))
        })
        .optional()?;
    Ok(found.map(|(fingerprint, id, recipients)| match (id, recipients) {
        (Some(id), Some(recipients)) if fingerprint == idempotency.fingerprint => SendOutcome::Repeated {
            id: Uuid::from_bytes(id),
            recipients: u64::try_from(recipients).unwrap_or(0),
        },
        // Of another body, or of a batch.
        _ => SendOutcome::KeyReused,
    }))
}

fn insert_notification(
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

fn insert_item(
    connection: &Connection,
    project: ProjectKey,
    placement: &Placement,
    recipient: &UserId,
) -> Result<(), StoreError> {
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
    delta.write(connection, user, revision)
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
    Ok(connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor) \
             SELECT key, ?2, own_base + 1, own_base FROM projects WHERE key = ?1 RETURNING key, revision",
        )?
        .query_row(params![project.0, recipient.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

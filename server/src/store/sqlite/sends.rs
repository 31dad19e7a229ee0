//! Putting a notification into inboxes.

use std::sync::Arc;

use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    SqliteStore,
    inbox_changes::{LARGE_SEND, LARGE_SETTLING},
    insertions::{insert_item, insert_notification},
    schedule, shared,
    steps::{self, Arrival},
};
use crate::store::{
    Audience, Idempotency, NewNotification, ProjectKey, Reached, SendOutcome, Step, StoreError, step::Raised,
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
        let notification = Arc::new(notification);
        let stored = Arc::clone(&notification);
        let send = Arc::new(move |connection: &Connection, most_settled| {
            if !is_current() {
                return Ok(Some((SendOutcome::Outdated, None)));
            }
            // First: what was sent before settles nothing.
            let before = idempotency.as_ref().map(|key| repeated(connection, project, key)).transpose()?;
            if let Some(outcome) = before.flatten() {
                return Ok(Some((outcome, None)));
            }
            let group = notification.group_key.as_deref();
            if !prepare(connection, project, group, &audience, most_settled)? {
                return Ok(None);
            }
            let (outcome, raised) = send_telling(connection, project, &notification, &audience)?;
            if let (Some(key), SendOutcome::Stored(reached)) = (&idempotency, &outcome) {
                remember(connection, project, key, &notification, reached.recipients)?;
            }
            Ok(Some((outcome, raised)))
        });
        let attempt = Arc::clone(&send);
        let mut done = None;
        if !is_large {
            done = self.writer.run_repeatable(move |connection| attempt(connection, LARGE_SETTLING)).await?;
        }
        if done.is_none() {
            done = self.writer.run_large(move |connection| send(connection, usize::MAX)).await?;
        }
        Ok(match done {
            Some((SendOutcome::Stored(reached), raised)) => {
                let step = raised.map(|raised| Step::new(self.incarnation.clone(), raised, stored));
                SendOutcome::Stored(Reached { step, ..reached })
            }
            Some((outcome, _)) => outcome,
            None => return Err(StoreError::Database("there is no bound on what is settled here".into())),
        })
    }
}

/// Sends what has been [prepared](prepare).
pub(super) fn send(
    connection: &Connection,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
) -> Result<SendOutcome, StoreError> {
    send_telling(connection, project, notification, audience).map(|(outcome, _)| outcome)
}

/// The same; gives also what there is to be told of it without asking.
fn send_telling(
    connection: &Connection,
    project: ProjectKey,
    notification: &NewNotification,
    audience: &Audience,
) -> Result<(SendOutcome, Option<Raised>), StoreError> {
    let is_full = match audience {
        Audience::Users(_) => false,
        Audience::Topic(topic) => shared::is_full(connection, project, Some(topic))?,
        Audience::Everyone => shared::is_full(connection, project, None)?,
    };
    if is_full {
        return Ok((SendOutcome::TooManyShared, None));
    }
    let reached = reached(connection, project, audience)?;
    let recipients = i64::try_from(reached.recipients).unwrap_or(i64::MAX);
    let key = insert_notification(connection, project, notification, audience, recipients)?;
    let mut raised = None;
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
        if let Some(arrival) = place(connection, project, &placement, audience)? {
            raised = steps::told(connection, project, notification, arrival)?;
        }
    }
    Ok((SendOutcome::Stored(reached), raised))
}

/// Keeps what was sent under a key.
fn remember(
    connection: &Connection,
    project: ProjectKey,
    idempotency: &Idempotency,
    notification: &NewNotification,
    recipients: u64,
) -> Result<(), StoreError> {
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
            i64::try_from(recipients).unwrap_or(i64::MAX),
            notification.created_at.unix_ms()
        ])?;
    Ok(())
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

/// Puts a notification where its audience sees it; says how it came, if that was in one way for all of them. What is sent
/// by name has been [prepared](prepare).
pub(super) fn place(
    connection: &Connection,
    project: ProjectKey,
    placement: &Placement,
    audience: &Audience,
) -> Result<Option<Arrival>, StoreError> {
    match audience {
        Audience::Users(users) => {
            let mut came = None;
            for recipient in users {
                let (user, revision) = insert_item(connection, project, placement, recipient)?;
                came = Some(Arrival::InOne { user, revision });
            }
            Ok(came.filter(|_| users.len() == 1))
        }
        Audience::Topic(topic) => shared::share(connection, project, placement, Some(topic)).map(|_| None),
        Audience::Everyone => {
            let came = shared::share(connection, project, placement, None)?;
            Ok(came.map(|revision| Arrival::InAll { revision }))
        }
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
            Ok(Reached { recipients, users: Some(users.clone()), step: None })
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

//! Batches in SQLite.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{SqliteStore, sends};
use crate::store::{
    BatchEntry, BatchStanding, BatchStore, Idempotency, ProjectKey, SendOutcome, SentEntry, StoreError,
};

/// What is kept under a key; `None` if nothing is.
fn standing(
    connection: &Connection,
    project: ProjectKey,
    key: &Idempotency,
) -> Result<Option<BatchStanding>, StoreError> {
    let found = connection
        .prepare_cached("SELECT fingerprint, answer FROM idempotency_keys WHERE project = ?1 AND text = ?2")?
        .query_row(params![project.0, key.key], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Option<String>>(1)?))
        })
        .optional()?;
    // The body of a single send is never that of a batch: its key has another fingerprint.
    Ok(match found {
        None => None,
        Some((fingerprint, _)) if fingerprint != key.fingerprint => Some(BatchStanding::KeyReused),
        Some((_, Some(answer))) => Some(BatchStanding::Answered(answer)),
        Some((_, None)) => Some(BatchStanding::Sent(sent(connection, project, key)?)),
    })
}

fn sent(
    connection: &Connection,
    project: ProjectKey,
    key: &Idempotency,
) -> Result<Vec<SentEntry>, StoreError> {
    let entries = connection
        .prepare_cached(
            "SELECT position, notification, recipients FROM batch_entries \
             WHERE project = ?1 AND text = ?2 ORDER BY position",
        )?
        .query_map(params![project.0, key.key], |row| {
            Ok(SentEntry {
                position: usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX),
                id: Uuid::from_bytes(row.get(1)?),
                recipients: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                is_new: false,
                is_refused: false,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(entries)
}

fn send_entries(
    connection: &Connection,
    project: ProjectKey,
    entries: &[BatchEntry],
    key: Option<&Idempotency>,
    now: Timestamp,
) -> Result<BatchStanding, StoreError> {
    let mut before = Vec::new();
    if let Some(key) = key {
        match standing(connection, project, key)? {
            None => claim(connection, project, key, None, now)?,
            Some(BatchStanding::Sent(sent)) => before = sent,
            Some(ended) => return Ok(ended),
        }
    }
    let mut outcomes = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(sent) = before.iter().find(|sent| sent.position == entry.position) {
            outcomes.push(*sent);
            continue;
        }
        let group = entry.notification.group_key.as_deref();
        sends::prepare(connection, project, group, &entry.audience, usize::MAX)?;
        let sent = sends::send(connection, project, &entry.notification, &entry.audience)?;
        let is_refused = sent == SendOutcome::TooManyShared;
        // Without a key of its own it is stored in any other case.
        let recipients = if let SendOutcome::Stored(reached) = sent { reached.recipients } else { 0 };
        if let Some(key) = key.filter(|_| !is_refused) {
            connection
                .prepare_cached(
                    "INSERT INTO batch_entries (project, text, position, notification, recipients) \
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    project.0,
                    key.key,
                    i64::try_from(entry.position).unwrap_or(i64::MAX),
                    entry.notification.id.as_bytes(),
                    i64::try_from(recipients).unwrap_or(i64::MAX)
                ])?;
        }
        let id = entry.notification.id;
        outcomes.push(SentEntry {
            position: entry.position,
            id,
            recipients,
            is_new: !is_refused,
            is_refused,
        });
    }
    Ok(BatchStanding::Sent(outcomes))
}

fn answer_batch(
    connection: &Connection,
    project: ProjectKey,
    key: &Idempotency,
    answer: String,
    now: Timestamp,
) -> Result<BatchStanding, StoreError> {
    match standing(connection, project, key)? {
        None => claim(connection, project, key, Some(&answer), now)?,
        Some(BatchStanding::Sent(_)) => {
            connection
                .prepare_cached("UPDATE idempotency_keys SET answer = ?3 WHERE project = ?1 AND text = ?2")?
                .execute(params![project.0, key.key, answer])?;
            connection
                .prepare_cached("DELETE FROM batch_entries WHERE project = ?1 AND text = ?2")?
                .execute(params![project.0, key.key])?;
        }
        Some(ended) => return Ok(ended),
    }
    Ok(BatchStanding::Answered(answer))
}

fn claim(
    connection: &Connection,
    project: ProjectKey,
    key: &Idempotency,
    answer: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO idempotency_keys (project, text, fingerprint, answer, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![project.0, key.key, key.fingerprint, answer, now.unix_ms()])?;
    Ok(())
}

#[async_trait]
impl BatchStore for SqliteStore {
    async fn batch_standing(
        &self,
        project: ProjectKey,
        idempotency: &Idempotency,
    ) -> Result<BatchStanding, StoreError> {
        let key = idempotency.clone();
        let standing = self.readers.run(move |connection| standing(connection, project, &key)).await?;
        Ok(standing.unwrap_or_else(|| BatchStanding::Sent(Vec::new())))
    }

    async fn send_entries(
        &self,
        project: ProjectKey,
        entries: Vec<BatchEntry>,
        idempotency: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<BatchStanding, StoreError> {
        self.writer
            .run_large(move |connection| {
                send_entries(connection, project, &entries, idempotency.as_ref(), now)
            })
            .await
    }

    async fn answer_batch(
        &self,
        project: ProjectKey,
        idempotency: Idempotency,
        answer: String,
        now: Timestamp,
    ) -> Result<BatchStanding, StoreError> {
        self.writer.run(move |connection| answer_batch(connection, project, &idempotency, answer, now)).await
    }
}

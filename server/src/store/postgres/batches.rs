//! Batches in PostgreSQL.

use std::collections::BTreeSet;

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use super::{
    PostgresStore, rows, sends,
    shared::Sharing,
    transaction::{Db, reading, writing},
    users::{self, Hold},
};
use crate::{
    auth::user_id::UserId,
    store::{
        Audience, BatchEntry, BatchStanding, BatchStore, Idempotency, ProjectKey, SendOutcome, SentEntry,
        StoreError,
    },
};

/// What is kept under a key; `None` if nothing is. With `locks`, the key is this transaction's alone then.
async fn standing(
    db: &Db<'_>,
    project: ProjectKey,
    key: &Idempotency,
    locks: bool,
) -> Result<Option<BatchStanding>, StoreError> {
    let lock = if locks { "FOR UPDATE" } else { "" };
    let sql =
        format!("SELECT fingerprint, answer FROM idempotency_keys WHERE project = $1 AND text = $2 {lock}");
    let Some(row) = db.first(&sql, &[&project.0, &key.key]).await? else { return Ok(None) };
    // The body of a single send is never that of a batch: its key has another fingerprint.
    if row.try_get::<_, &[u8]>("fingerprint")? != key.fingerprint {
        return Ok(Some(BatchStanding::KeyReused));
    }
    Ok(Some(match row.try_get("answer")? {
        Some(answer) => BatchStanding::Answered(answer),
        None => BatchStanding::Sent(sent(db, project, key).await?),
    }))
}

async fn sent(db: &Db<'_>, project: ProjectKey, key: &Idempotency) -> Result<Vec<SentEntry>, StoreError> {
    let entry = |row: &Row| {
        Ok(SentEntry {
            position: usize::try_from(row.try_get::<_, i64>("position")?).unwrap_or(usize::MAX),
            id: row.try_get("notification")?,
            recipients: rows::number(row, "recipients")?,
            is_new: false,
            is_refused: false,
        })
    };
    let sql = "SELECT position, notification, recipients FROM batch_entries \
               WHERE project = $1 AND text = $2 ORDER BY position";
    db.all(sql, &[&project.0, &key.key]).await?.iter().map(entry).collect()
}

/// Takes a key, or finds what is kept under it. Somebody who is about to take it is waited for.
async fn take(
    db: &Db<'_>,
    project: ProjectKey,
    key: &Idempotency,
    answer: Option<&str>,
    now: Timestamp,
) -> Result<Option<BatchStanding>, StoreError> {
    let taken = db
        .run(
            "INSERT INTO idempotency_keys (project, text, fingerprint, answer, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (project, text) DO NOTHING",
            &[&project.0, &key.key, &key.fingerprint.as_slice(), &answer, &now.unix_ms()],
        )
        .await?;
    if taken == 1 {
        return Ok(None);
    }
    let found = standing(db, project, key, true).await?;
    found.map(Some).ok_or_else(|| StoreError::Database("a key was forgotten while it was looked for".into()))
}

async fn send_entries(
    db: &Db<'_>,
    project: ProjectKey,
    entries: &[BatchEntry],
    key: Option<&Idempotency>,
    now: Timestamp,
) -> Result<BatchStanding, StoreError> {
    let mut before = Vec::new();
    if let Some(key) = key {
        match take(db, project, key, None, now).await? {
            None => {}
            Some(BatchStanding::Sent(sent)) => before = sent,
            Some(ended) => return Ok(ended),
        }
    }
    lock(db, project, entries).await?;
    let (mut outcomes, mut sharing) = (Vec::with_capacity(entries.len()), Sharing::default());
    for entry in entries {
        if let Some(sent) = before.iter().find(|sent| sent.position == entry.position) {
            outcomes.push(*sent);
            continue;
        }
        let outcome = send_entry(db, project, entry, &mut sharing).await?;
        if let Some(key) = key.filter(|_| !outcome.is_refused) {
            db.run(
                "INSERT INTO batch_entries (project, text, position, notification, recipients) \
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    &project.0,
                    &key.key,
                    &rows::limit(entry.position),
                    &outcome.id,
                    &i64::try_from(outcome.recipients).unwrap_or(i64::MAX),
                ],
            )
            .await?;
        }
        outcomes.push(outcome);
    }
    sharing.write(db, project).await?;
    Ok(BatchStanding::Sent(outcomes))
}

/// Locks what the entries together need, in the order that everybody keeps.
async fn lock(db: &Db<'_>, project: ProjectKey, entries: &[BatchEntry]) -> Result<(), StoreError> {
    let is_shared = entries.iter().any(|entry| !matches!(entry.audience, Audience::Users(_)));
    let is_grouped = entries.iter().any(|entry| entry.notification.group_key.is_some());
    if is_shared {
        users::hold_project(db, project, Hold::Alone).await?;
    } else if is_grouped {
        users::hold_project(db, project, Hold::Still).await?;
    }
    let users: BTreeSet<&str> = entries
        .iter()
        .filter(|entry| entry.notification.send_at.is_none())
        .filter_map(|entry| if let Audience::Users(users) = &entry.audience { Some(users) } else { None })
        .flat_map(|users| users.iter().map(UserId::as_str))
        .collect();
    users::lock_or_create_all(db, project, &users.into_iter().collect::<Vec<_>>()).await.map(drop)
}

async fn send_entry(
    db: &Db<'_>,
    project: ProjectKey,
    entry: &BatchEntry,
    sharing: &mut Sharing,
) -> Result<SentEntry, StoreError> {
    let BatchEntry { position, notification, audience } = entry;
    if notification.group_key.is_some() && matches!(audience, Audience::Users(_)) {
        // It may repeat one of those before it.
        sharing.write(db, project).await?;
    }
    sends::prepare(db, project, notification.group_key.as_deref(), audience).await?;
    let outcome = sends::store(db, project, notification, audience, sharing).await?;
    let is_refused = outcome == SendOutcome::TooManyShared;
    // Without a key of its own it is stored in any other case.
    let recipients = if let SendOutcome::Stored(reached) = outcome { reached.recipients } else { 0 };
    Ok(SentEntry { position: *position, id: notification.id, recipients, is_new: !is_refused, is_refused })
}

async fn answer_batch(
    db: &Db<'_>,
    project: ProjectKey,
    key: &Idempotency,
    answer: &str,
    now: Timestamp,
) -> Result<BatchStanding, StoreError> {
    match take(db, project, key, Some(answer), now).await? {
        None => {}
        Some(BatchStanding::Sent(_)) => {
            db.run(
                "UPDATE idempotency_keys SET answer = $3 WHERE project = $1 AND text = $2",
                &[&project.0, &key.key, &answer],
            )
            .await?;
            db.run("DELETE FROM batch_entries WHERE project = $1 AND text = $2", &[&project.0, &key.key])
                .await?;
        }
        Some(ended) => return Ok(ended),
    }
    Ok(BatchStanding::Answered(answer.to_owned()))
}

#[async_trait]
impl BatchStore for PostgresStore {
    async fn batch_standing(
        &self,
        project: ProjectKey,
        idempotency: &Idempotency,
    ) -> Result<BatchStanding, StoreError> {
        let standing = reading!(self, db => standing(db, project, idempotency, false).await)?;
        Ok(standing.unwrap_or_else(|| BatchStanding::Sent(Vec::new())))
    }

    async fn send_entries(
        &self,
        project: ProjectKey,
        entries: Vec<BatchEntry>,
        idempotency: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<BatchStanding, StoreError> {
        writing!(self, db => send_entries(db, project, &entries, idempotency.as_ref(), now).await)
    }

    async fn answer_batch(
        &self,
        project: ProjectKey,
        idempotency: Idempotency,
        answer: String,
        now: Timestamp,
    ) -> Result<BatchStanding, StoreError> {
        writing!(self, db => answer_batch(db, project, &idempotency, &answer, now).await)
    }
}

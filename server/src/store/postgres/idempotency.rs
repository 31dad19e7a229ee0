//! Keys of idempotency: what makes a repeated send the same send.

use uuid::Uuid;

use super::transaction::Db;
use crate::store::{Idempotency, NewNotification, ProjectKey, Reached, SendOutcome, StoreError};

/// Whether a key was used before.
pub(super) async fn repeated(
    db: &Db<'_>,
    project: ProjectKey,
    idempotency: &Idempotency,
) -> Result<Option<SendOutcome>, StoreError> {
    let found = db
        .first(
            "SELECT fingerprint, notification, recipients FROM idempotency_keys WHERE project = $1 AND text = $2",
            &[&project.0, &idempotency.key],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let is_same = row.try_get::<_, &[u8]>("fingerprint")? == idempotency.fingerprint;
    let (id, recipients): (Option<Uuid>, Option<i64>) =
        (row.try_get("notification")?, row.try_get("recipients")?);
    Ok(Some(match (id, recipients) {
        (Some(id), Some(recipients)) if is_same => {
            SendOutcome::Repeated { id, recipients: u64::try_from(recipients).unwrap_or(0) }
        }
        // Of another body, or of a batch.
        _ => SendOutcome::KeyReused,
    }))
}

/// Writes a key of idempotency, unless it is there; says whether it did. Somebody who is about to write the same one is
/// waited for.
pub(super) async fn claim(
    db: &Db<'_>,
    project: ProjectKey,
    key: &Idempotency,
    notification: &NewNotification,
) -> Result<bool, StoreError> {
    let written = db
        .run(
            "INSERT INTO idempotency_keys (project, text, fingerprint, notification, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (project, text) DO NOTHING",
            &[
                &project.0,
                &key.key,
                &key.fingerprint.as_slice(),
                &notification.id,
                &notification.created_at.unix_ms(),
            ],
        )
        .await?;
    Ok(written == 1)
}

/// Notes how many received what was sent with a key.
pub(super) async fn keep(
    db: &Db<'_>,
    project: ProjectKey,
    key: &Idempotency,
    reached: &Reached,
) -> Result<(), StoreError> {
    let recipients = i64::try_from(reached.recipients).unwrap_or(i64::MAX);
    db.run(
        "UPDATE idempotency_keys SET recipients = $3 WHERE project = $1 AND text = $2",
        &[&project.0, &key.key, &recipients],
    )
    .await
    .map(drop)
}

/// Takes a key back, because nothing was sent with it.
pub(super) async fn forget(db: &Db<'_>, project: ProjectKey, key: &Idempotency) -> Result<(), StoreError> {
    db.run("DELETE FROM idempotency_keys WHERE project = $1 AND text = $2", &[&project.0, &key.key])
        .await
        .map(drop)
}

//! The audit log in PostgreSQL.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use super::{
    PostgresStore, rows,
    transaction::{Db, Lock, reading, writing},
};
use crate::store::{
    AuditEntry, AuditQuery, AuditRecord, AuditStore, Edition, FailedProofs, StoreError, UserRef,
};

/// Writes an entry, and raises the edition of keys and projects; gives it. The transaction has to have begun with the
/// [lock](Lock::Audit) of the log.
pub(super) async fn record(db: &Db<'_>, entry: &AuditEntry) -> Result<Edition, StoreError> {
    db.run(
        "INSERT INTO audit (at, project, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &entry.at.unix_ms(),
            &entry.project,
            &entry.actor.to_string(),
            &entry.action.as_str(),
            &entry.subject,
            &rows::as_json(&entry.detail)?,
        ],
    )
    .await?;
    edition_of(&db.one("UPDATE edition SET number = number + 1 RETURNING number", &[]).await?)
}

/// The edition of keys and projects, which stays the present one until the transaction has ended: a key that is revoked
/// meanwhile waits for it, so that nothing is sent with a key after its revocation was answered.
pub(super) async fn lasting_edition(db: &Db<'_>) -> Result<Edition, StoreError> {
    // By itself, because a statement sees what was committed before it began, and not before it had a lock.
    db.share(Lock::Audit).await?;
    edition(db).await
}

/// The edition of keys and projects, as it is committed.
pub(super) async fn edition(db: &Db<'_>) -> Result<Edition, StoreError> {
    edition_of(&db.one("SELECT number FROM edition", &[]).await?)
}

fn edition_of(row: &Row) -> Result<Edition, StoreError> {
    Ok(Edition(rows::number(row, "number")?))
}

/// The entries about a user, the oldest first.
pub(super) async fn about_user(db: &Db<'_>, user: &UserRef) -> Result<Vec<AuditRecord>, StoreError> {
    let records = db
        .all(
            "SELECT key, at, project, actor, action, subject, detail FROM audit WHERE subject = $2 \
             AND action LIKE 'user.%' AND project = (SELECT id FROM projects WHERE key = $1) ORDER BY key",
            &[&user.project.0, &user.user.as_str()],
        )
        .await?;
    records.iter().map(audit_record).collect()
}

/// Writes something else in the place of a user's id.
pub(super) async fn rename_user(db: &Db<'_>, user: &UserRef, pseudonym: &str) -> Result<(), StoreError> {
    db.run(
        "UPDATE audit SET subject = $3 WHERE subject = $2 AND action LIKE 'user.%' \
         AND project = (SELECT id FROM projects WHERE key = $1)",
        &[&user.project.0, &user.user.as_str(), &pseudonym],
    )
    .await
    .map(drop)
}

fn audit_record(row: &Row) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        key: row.try_get("key")?,
        at: rows::moment(row, "at")?,
        project: row.try_get("project")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: rows::json(row, "detail")?.unwrap_or_default(),
    })
}

async fn records(db: &Db<'_>, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
    let found = db
        .all(
            "SELECT key, at, project, actor, action, subject, detail FROM audit \
             WHERE ($1::text IS NULL OR project = $1) AND at >= $2 AND key > $3 ORDER BY key DESC LIMIT $4",
            &[
                &query.project,
                &query.since.map_or(i64::MIN, Timestamp::unix_ms),
                &query.after_key.unwrap_or(i64::MIN),
                &rows::limit(query.limit),
            ],
        )
        .await?;
    found.iter().rev().map(audit_record).collect()
}

async fn failed_proofs(db: &Db<'_>, query: &AuditQuery) -> Result<Vec<FailedProofs>, StoreError> {
    // The hour that the moment is in counts whole.
    let since = query.since.map_or(i64::MIN, |since| FailedProofs::hour(since).unix_ms());
    let found = db
        .all(
            "SELECT hour, project, reason, count FROM failed_proofs \
             WHERE ($1::text IS NULL OR project = $1) AND hour >= $2 \
             ORDER BY hour DESC, project DESC, reason DESC LIMIT $3",
            &[&query.project, &since, &rows::limit(query.limit)],
        )
        .await?;
    let failed = |row: &Row| {
        Ok(FailedProofs {
            hour: rows::moment(row, "hour")?,
            project: row.try_get("project")?,
            reason: row.try_get("reason")?,
            count: rows::number(row, "count")?,
        })
    };
    found.iter().rev().map(failed).collect()
}

async fn add_failed_proofs(db: &Db<'_>, failed: &[FailedProofs]) -> Result<(), StoreError> {
    // In one order, so that of two servers that write at once none waits for the other while the other waits for it.
    let mut failed: Vec<&FailedProofs> = failed.iter().collect();
    failed.sort_unstable_by_key(|failed| (failed.hour, &failed.project, &failed.reason));
    for failed in failed {
        db.run(
            "INSERT INTO failed_proofs AS f (hour, project, reason, count) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (hour, project, reason) DO UPDATE SET count = f.count + excluded.count",
            &[
                &failed.hour.unix_ms(),
                &failed.project,
                &failed.reason,
                &i64::try_from(failed.count).unwrap_or(i64::MAX),
            ],
        )
        .await?;
    }
    Ok(())
}

#[async_trait]
impl AuditStore for PostgresStore {
    async fn audit_records(&self, query: AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        reading!(self, db => records(db, &query).await)
    }

    async fn add_failed_proofs(&self, failed: Vec<FailedProofs>) -> Result<(), StoreError> {
        writing!(self, db => add_failed_proofs(db, &failed).await)
    }

    async fn failed_proofs(&self, query: AuditQuery) -> Result<Vec<FailedProofs>, StoreError> {
        reading!(self, db => failed_proofs(db, &query).await)
    }
}

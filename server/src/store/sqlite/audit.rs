//! The audit log in SQLite.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, rows};
use crate::store::{AuditEntry, AuditQuery, AuditRecord, AuditStore, FailedProofs, StoreError, UserRef};

impl SqliteStore {
    /// Makes a change and writes its entry in one transaction; the line of the log comes after the commit. A change
    /// that turns out to be none (`None`) leaves no trace.
    pub(super) async fn audited<T: Send + 'static>(
        &self,
        entry: AuditEntry,
        change: impl FnOnce(&Connection) -> Result<Option<T>, StoreError> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let kept = entry.clone();
        let changed = self
            .writer
            .run_on_keys(move |connection| {
                let changed = change(connection)?;
                if changed.is_some() {
                    record(connection, &kept)?;
                }
                Ok(changed)
            })
            .await?;
        if changed.is_some() {
            entry.log();
        }
        Ok(changed)
    }
}

pub(super) fn record(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO audit (at, project, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            entry.at.unix_ms(),
            entry.project,
            entry.actor.to_string(),
            entry.action.as_str(),
            entry.subject,
            serde_json::to_string(&entry.detail).unwrap_or_default(),
        ])?;
    Ok(())
}

/// The entries about a user, the oldest first.
pub(super) fn about_user(connection: &Connection, user: &UserRef) -> Result<Vec<AuditRecord>, StoreError> {
    let records = connection
        .prepare_cached(
            "SELECT key, at, project, actor, action, subject, detail FROM audit WHERE subject = ?2 \
             AND action LIKE 'user.%' AND project = (SELECT id FROM projects WHERE key = ?1) ORDER BY key",
        )?
        .query_map(params![user.project.0, user.user.as_str()], audit_record)?
        .collect::<Result<_, _>>()?;
    Ok(records)
}

/// Writes something else in the place of a user's id.
pub(super) fn rename_user(
    connection: &Connection,
    user: &UserRef,
    pseudonym: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE audit SET subject = ?3 WHERE subject = ?2 AND action LIKE 'user.%' \
             AND project = (SELECT id FROM projects WHERE key = ?1)",
        )?
        .execute(params![user.project.0, user.user.as_str(), pseudonym])?;
    Ok(())
}

fn audit_record(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord {
        key: row.get("key")?,
        at: rows::moment(row.get("at")?),
        project: row.get("project")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        detail: rows::json(row, "detail")?.unwrap_or_default(),
    })
}

#[async_trait]
impl AuditStore for SqliteStore {
    async fn audit_records(&self, query: AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        self.readers
            .run(move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT key, at, project, actor, action, subject, detail FROM audit \
                     WHERE (?1 IS NULL OR project = ?1) AND at >= ?2 AND key > ?3 ORDER BY key DESC LIMIT ?4",
                )?;
                let parameters = params![
                    query.project,
                    query.since.map_or(i64::MIN, Timestamp::unix_ms),
                    query.after_key.unwrap_or(i64::MIN),
                    i64::try_from(query.limit).unwrap_or(i64::MAX)
                ];
                let mut records: Vec<AuditRecord> =
                    statement.query_map(parameters, audit_record)?.collect::<Result<_, _>>()?;
                records.reverse();
                Ok(records)
            })
            .await
    }

    async fn add_failed_proofs(&self, failed: Vec<FailedProofs>) -> Result<(), StoreError> {
        self.writer
            .run(move |connection| {
                let mut add = connection.prepare_cached(
                    "INSERT INTO failed_proofs (hour, project, reason, count) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET count = count + excluded.count",
                )?;
                for failed in failed {
                    let count = i64::try_from(failed.count).unwrap_or(i64::MAX);
                    add.execute(params![failed.hour.unix_ms(), failed.project, failed.reason, count])?;
                }
                Ok(())
            })
            .await
    }

    async fn failed_proofs(&self, query: AuditQuery) -> Result<Vec<FailedProofs>, StoreError> {
        self.readers
            .run(move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT hour, project, reason, count FROM failed_proofs \
                     WHERE (?1 IS NULL OR project = ?1) AND hour >= ?2 ORDER BY hour DESC LIMIT ?3",
                )?;
                let parameters = params![
                    query.project,
                    // The hour that the moment is in counts whole.
                    query.since.map_or(i64::MIN, |since| FailedProofs::hour(since).unix_ms()),
                    i64::try_from(query.limit).unwrap_or(i64::MAX)
                ];
                let failed = |row: &rusqlite::Row<'_>| {
                    Ok(FailedProofs {
                        hour: rows::moment(row.get("hour")?),
                        project: row.get("project")?,
                        reason: row.get("reason")?,
                        count: u64::try_from(row.get::<_, i64>("count")?).unwrap_or(0),
                    })
                };
                let mut failed: Vec<FailedProofs> =
                    statement.query_map(parameters, failed)?.collect::<Result<_, _>>()?;
                failed.reverse();
                Ok(failed)
            })
            .await
    }
}

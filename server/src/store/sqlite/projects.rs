//! Projects in SQLite.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::{SqliteStore, rows};
use crate::{
    auth::user_id::UserIdRule,
    languages::Locale,
    store::{
        AuditEntry, NewProject, NewSecret, PreviousSecret, Project, ProjectChange, ProjectKey, ProjectStore,
        Retention, StoreError,
    },
};

pub(super) const PROJECT_COLUMNS: &str = "p.key AS project_key, p.id AS project_id, p.name AS project_name, \
     p.api_key, p.sealed_secret, p.previous_sealed, p.previous_until, p.proofs, p.user_id_rule, p.origins, p.locale, p.retention_ms, \
     p.epoch AS project_epoch, \
     p.issued_before AS project_issued_before, p.created_at AS project_created_at";

pub(super) fn project(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        key: ProjectKey(row.get("project_key")?),
        id: row.get("project_id")?,
        name: row.get("project_name")?,
        api_key: row.get("api_key")?,
        sealed_secret: row.get("sealed_secret")?,
        previous_secret: match (row.get("previous_sealed")?, rows::optional_moment(row, "previous_until")?) {
            (Some(sealed), Some(until)) => Some(PreviousSecret { sealed, until }),
            _ => None,
        },
        proofs: rows::json(row, "proofs")?.unwrap_or_default(),
        user_id_rule: match row.get::<_, String>("user_id_rule")?.as_str() {
            "exact" => UserIdRule::Exact,
            _ => UserIdRule::Lowercase,
        },
        origins: rows::json(row, "origins")?.unwrap_or_default(),
        locale: Locale::trusted(row.get("locale")?),
        retention: retention(row.get("retention_ms")?),
        epoch: row.get("project_epoch")?,
        issued_before: rows::moment(row.get("project_issued_before")?),
        created_at: rows::moment(row.get("project_created_at")?),
    })
}

const DAY_MS: i64 = 86_400_000;

fn retention(retention_ms: Option<i64>) -> Retention {
    retention_ms
        .map_or(Retention::ForGood, |ms| Retention::Days(u32::try_from(ms / DAY_MS).unwrap_or(u32::MAX)))
}

fn retention_ms(retention: Retention) -> Option<i64> {
    retention.days().map(|days| i64::from(days) * DAY_MS)
}

pub(super) fn all(connection: &Connection) -> Result<Vec<Project>, StoreError> {
    let sql = format!("SELECT {PROJECT_COLUMNS} FROM projects p ORDER BY p.key");
    let mut statement = connection.prepare_cached(&sql)?;
    let projects = statement.query_map([], project)?.collect::<Result<_, _>>()?;
    Ok(projects)
}

fn by_api_key(connection: &Connection, api_key: &str) -> Result<Option<Project>, StoreError> {
    let sql = format!("SELECT {PROJECT_COLUMNS} FROM projects p WHERE p.api_key = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([api_key], project).optional()?)
}

#[async_trait]
impl ProjectStore for SqliteStore {
    async fn create_project(&self, new: NewProject, audit: AuditEntry) -> Result<Project, StoreError> {
        let created = self
            .audited(audit, move |connection| {
                connection
                    .execute(
                        "INSERT INTO projects (id, name, api_key, sealed_secret, secret_fingerprint, user_id_rule, \
                         origins, created_at, proofs, locale, retention_ms) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                        params![
                            new.id,
                            new.name,
                            new.api_key,
                            new.sealed_secret,
                            new.secret_fingerprint,
                            new.user_id_rule.as_str(),
                            text(&new.origins),
                            new.created_at.unix_ms(),
                            text(&new.proofs),
                            new.locale.as_str(),
                            retention_ms(new.retention)
                        ],
                    )
                    .map_err(taken)?;
                by_api_key(connection, &new.api_key)
            })
            .await?;
        created.ok_or(StoreError::Closed)
    }

    async fn change_project(
        &self,
        project: ProjectKey,
        change: ProjectChange,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let changed = self.audited(audit, move |connection| {
            connection
                .execute(
                    "UPDATE projects SET name = coalesce(?2, name), proofs = coalesce(?3, proofs), \
                     user_id_rule = coalesce(?4, user_id_rule), origins = coalesce(?5, origins), locale = coalesce(?6, locale), \
                     retention_ms = CASE WHEN ?7 THEN ?8 ELSE retention_ms END WHERE key = ?1",
                    params![
                        project.0,
                        change.name,
                        change.proofs.as_ref().map(text),
                        change.user_id_rule.map(UserIdRule::as_str),
                        change.origins.as_ref().map(text),
                        change.locale.as_ref().map(Locale::as_str),
                        change.retention.is_some(),
                        change.retention.and_then(retention_ms),
                    ],
                )
                .map_err(taken)?;
            Ok(Some(()))
        });
        changed.await.map(drop)
    }

    async fn revoke_project(
        &self,
        project: ProjectKey,
        issued_before: Option<Timestamp>,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let revoked = self.audited(audit, move |connection| {
            connection.execute(
                "UPDATE projects SET epoch = epoch + ?2, issued_before = max(issued_before, ?3) WHERE key = ?1",
                params![
                    project.0,
                    i64::from(issued_before.is_none()),
                    issued_before.map_or(0, Timestamp::unix_ms)
                ],
            )?;
            Ok(Some(()))
        });
        revoked.await.map(drop)
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.readers.run(all).await
    }

    async fn project_by_api_key(&self, api_key: &str) -> Result<Option<Project>, StoreError> {
        let api_key = api_key.to_owned();
        self.readers.run(move |connection| by_api_key(connection, &api_key)).await
    }

    async fn rotate_secret(
        &self,
        project: ProjectKey,
        secret: NewSecret,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let at = audit.at;
        let rotated = self.audited(audit, move |connection| {
            // A secret that is out of use stays recognisable: pages may still carry it.
            let rotated = connection.execute(
                "UPDATE projects SET previous_sealed = sealed_secret, previous_fingerprint = secret_fingerprint, \
                 previous_until = ?2, sealed_secret = ?3, secret_fingerprint = ?4, \
                 epoch = epoch + (?5 OR coalesce(previous_until, 0) > ?7) \
                 WHERE key = ?1 AND (?6 OR coalesce(previous_until, 0) <= ?7)",
                params![
                    project.0,
                    secret.previous_until.unwrap_or(at).unix_ms(),
                    secret.sealed,
                    secret.fingerprint,
                    i64::from(secret.previous_until.is_none()),
                    secret.force,
                    at.unix_ms(),
                ],
            )?;
            Ok((rotated == 1).then_some(()))
        });
        rotated.await.map(|rotated| rotated.is_some())
    }

    async fn is_secret(&self, fingerprint: [u8; 32]) -> Result<bool, StoreError> {
        self.readers
            .run(move |connection| {
                Ok(connection
                    .prepare_cached(
                        "SELECT 1 FROM projects WHERE secret_fingerprint = ?1 OR previous_fingerprint = ?1",
                    )?
                    .exists([fingerprint])?)
            })
            .await
    }
}

/// A list as it is kept.
fn text<T: serde::Serialize>(list: &Vec<T>) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

fn taken(error: rusqlite::Error) -> StoreError {
    match &error {
        rusqlite::Error::SqliteFailure(failure, Some(message))
            if failure.code == ErrorCode::ConstraintViolation =>
        {
            if message.contains("projects.name") {
                StoreError::Taken("this project name")
            } else if message.contains("projects.api_key") {
                StoreError::Taken("this apiKey")
            } else {
                error.into()
            }
        }
        _ => error.into(),
    }
}

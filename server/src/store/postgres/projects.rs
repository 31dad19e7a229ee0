//! Projects in PostgreSQL.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio_postgres::{Row, error::SqlState};

use super::{
    PostgresStore, rows,
    transaction::{Db, audited, reading},
};
use crate::{
    auth::user_id::UserIdRule,
    languages::Locale,
    store::{
        AuditEntry, NewProject, NewSecret, PreviousSecret, Project, ProjectChange, ProjectKey, ProjectStore,
        Retention, StoreError,
    },
};

pub(super) const PROJECT_COLUMNS: &str = "p.key AS project_key, p.id AS project_id, p.name AS project_name, \
     p.api_key, p.sealed_secret, p.previous_sealed, p.previous_until, p.proofs, p.user_id_rule, p.origins, p.locale, \
     p.retention_ms, p.epoch AS project_epoch, p.issued_before AS project_issued_before, \
     p.created_at AS project_created_at";

pub(super) fn project(row: &Row) -> Result<Project, StoreError> {
    let previous = row.try_get::<_, Option<Vec<u8>>>("previous_sealed")?;
    let previous = previous.zip(rows::optional_moment(row, "previous_until")?);
    Ok(Project {
        key: ProjectKey(row.try_get("project_key")?),
        id: row.try_get("project_id")?,
        name: row.try_get("project_name")?,
        api_key: row.try_get("api_key")?,
        sealed_secret: row.try_get("sealed_secret")?,
        previous_secret: previous.map(|(sealed, until)| PreviousSecret { sealed, until }),
        proofs: rows::json(row, "proofs")?.unwrap_or_default(),
        user_id_rule: match row.try_get("user_id_rule")? {
            "exact" => UserIdRule::Exact,
            _ => UserIdRule::Lowercase,
        },
        origins: rows::json(row, "origins")?.unwrap_or_default(),
        locale: Locale::trusted(row.try_get("locale")?),
        retention: retention(row.try_get("retention_ms")?),
        epoch: row.try_get("project_epoch")?,
        issued_before: rows::moment(row, "project_issued_before")?,
        created_at: rows::moment(row, "project_created_at")?,
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

async fn by_api_key(db: &Db<'_>, api_key: &str) -> Result<Option<Project>, StoreError> {
    let sql = format!("SELECT {PROJECT_COLUMNS} FROM projects p WHERE p.api_key = $1");
    db.first(&sql, &[&rows::sought(api_key)]).await?.as_ref().map(project).transpose()
}

async fn all(db: &Db<'_>) -> Result<Vec<Project>, StoreError> {
    let sql = format!("SELECT {PROJECT_COLUMNS} FROM projects p ORDER BY p.key");
    db.all(&sql, &[]).await?.iter().map(project).collect()
}

async fn create(db: &Db<'_>, new: &NewProject) -> Result<Option<Project>, StoreError> {
    if db.is_any("SELECT 1 FROM projects WHERE name = $1", &[&new.name]).await? {
        return Err(StoreError::Taken("this project name"));
    }
    db.run(
        "INSERT INTO projects (id, name, api_key, sealed_secret, secret_fingerprint, user_id_rule, origins, \
         created_at, proofs, locale, retention_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &new.id,
            &new.name,
            &new.api_key,
            &new.sealed_secret,
            &new.secret_fingerprint.as_slice(),
            &new.user_id_rule.as_str(),
            &rows::as_json(&new.origins)?,
            &new.created_at.unix_ms(),
            &rows::as_json(&new.proofs)?,
            &new.locale.as_str(),
            &retention_ms(new.retention),
        ],
    )
    .await
    .map_err(taken)?;
    by_api_key(db, &new.api_key).await
}

async fn change(db: &Db<'_>, project: ProjectKey, change: &ProjectChange) -> Result<(), StoreError> {
    db.run(
        "UPDATE projects SET name = coalesce($2, name), proofs = coalesce($3, proofs), \
         user_id_rule = coalesce($4, user_id_rule), origins = coalesce($5, origins), \
         locale = coalesce($6, locale), retention_ms = CASE WHEN $7 THEN $8 ELSE retention_ms END WHERE key = $1",
        &[
            &project.0,
            &change.name,
            &change.proofs.as_ref().map(rows::as_json).transpose()?,
            &change.user_id_rule.map(UserIdRule::as_str),
            &change.origins.as_ref().map(rows::as_json).transpose()?,
            &change.locale.as_ref().map(Locale::as_str),
            &change.retention.is_some(),
            &change.retention.and_then(retention_ms),
        ],
    )
    .await
    .map(drop)
    .map_err(taken)
}

async fn revoke(
    db: &Db<'_>,
    project: ProjectKey,
    issued_before: Option<Timestamp>,
) -> Result<(), StoreError> {
    db.run(
        "UPDATE projects SET epoch = epoch + $2, issued_before = greatest(issued_before, $3) WHERE key = $1",
        &[&project.0, &i64::from(issued_before.is_none()), &issued_before.map_or(0, Timestamp::unix_ms)],
    )
    .await
    .map(drop)
}

/// Of two who rotate at once, the second waits for the first, and then finds its secret.
async fn rotate(
    db: &Db<'_>,
    project: ProjectKey,
    secret: &NewSecret,
    at: Timestamp,
) -> Result<bool, StoreError> {
    // A secret that is out of use stays recognisable: pages may still carry it.
    let rotated = db
        .run(
            "UPDATE projects SET previous_sealed = sealed_secret, previous_fingerprint = secret_fingerprint, \
             previous_until = $2, sealed_secret = $3, secret_fingerprint = $4, \
             epoch = epoch + CASE WHEN $5 OR coalesce(previous_until, 0) > $7 THEN 1 ELSE 0 END \
             WHERE key = $1 AND ($6 OR coalesce(previous_until, 0) <= $7)",
            &[
                &project.0,
                &secret.previous_until.unwrap_or(at).unix_ms(),
                &secret.sealed,
                &secret.fingerprint.as_slice(),
                &secret.previous_until.is_none(),
                &secret.force,
                &at.unix_ms(),
            ],
        )
        .await?;
    Ok(rotated == 1)
}

#[async_trait]
impl ProjectStore for PostgresStore {
    async fn create_project(&self, new: NewProject, audit: AuditEntry) -> Result<Project, StoreError> {
        audited!(self, audit, db => create(db, &new).await)?.ok_or(StoreError::Closed)
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        reading!(self, db => all(db).await)
    }

    async fn project_by_api_key(&self, api_key: &str) -> Result<Option<Project>, StoreError> {
        reading!(self, db => by_api_key(db, api_key).await)
    }

    async fn change_project(
        &self,
        project: ProjectKey,
        wanted: ProjectChange,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        audited!(self, audit, db => change(db, project, &wanted).await.map(Some)).map(drop)
    }

    async fn revoke_project(
        &self,
        project: ProjectKey,
        issued_before: Option<Timestamp>,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        audited!(self, audit, db => revoke(db, project, issued_before).await.map(Some)).map(drop)
    }

    async fn rotate_secret(
        &self,
        project: ProjectKey,
        secret: NewSecret,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let at = audit.at;
        let rotated = audited!(self, audit, db => {
            rotate(db, project, &secret, at).await.map(|rotated| rotated.then_some(()))
        });
        Ok(rotated?.is_some())
    }

    async fn is_secret(&self, fingerprint: [u8; 32]) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM projects WHERE secret_fingerprint = $1 OR previous_fingerprint = $1";
        reading!(self, db => db.is_any(sql, &[&fingerprint.as_slice()]).await)
    }
}

fn taken(error: StoreError) -> StoreError {
    match constraint(&error) {
        Some("projects_name_key") => StoreError::Taken("this project name"),
        Some("projects_api_key_key") => StoreError::Taken("this apiKey"),
        _ => error,
    }
}

/// The name of the constraint that something was unique by and is not.
pub(super) fn constraint(error: &StoreError) -> Option<&str> {
    let StoreError::Database(error) = error else { return None };
    let found = error.downcast_ref::<tokio_postgres::Error>()?.as_db_error()?;
    (*found.code() == SqlState::UNIQUE_VIOLATION).then(|| found.constraint())?
}

//! Webhooks in PostgreSQL.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use super::{
    PostgresStore, rows,
    transaction::{Db, audited, reading},
    users::{Hold, hold_project},
};
use crate::store::{
    AuditEntry, Happenings, NewWebhook, PreviousSecret, ProjectKey, StoreError, Webhook, WebhookChange,
    WebhookKey, WebhookStore,
};

pub(super) fn webhook(row: &Row) -> Result<Webhook, StoreError> {
    let until = rows::optional_moment(row, "previous_until")?;
    let previous = row.try_get::<_, Option<Vec<u8>>>("previous_sealed")?.zip(until);
    Ok(Webhook {
        key: WebhookKey(row.try_get("key")?),
        id: row.try_get("id")?,
        project: ProjectKey(row.try_get("project")?),
        url: row.try_get("url")?,
        description: row.try_get("description")?,
        events: rows::happenings(row, "events")?,
        enabled: row.try_get("enabled")?,
        gone_at: rows::optional_moment(row, "gone_at")?,
        sealed_secret: row.try_get("sealed_secret")?,
        previous_secret: previous.map(|(sealed, until)| PreviousSecret { sealed, until }),
        created_at: rows::moment(row, "created_at")?,
    })
}

async fn one(db: &Db<'_>, project: ProjectKey, id: &str) -> Result<Option<Webhook>, StoreError> {
    let sql = "SELECT * FROM webhooks WHERE id = $1 AND project = $2 AND removed_at IS NULL";
    db.first(sql, &[&rows::sought(id), &project.0]).await?.as_ref().map(webhook).transpose()
}

async fn of_project(db: &Db<'_>, project: ProjectKey) -> Result<Vec<Webhook>, StoreError> {
    let sql = "SELECT * FROM webhooks WHERE project = $1 AND removed_at IS NULL ORDER BY key";
    db.all(sql, &[&project.0]).await?.iter().map(webhook).collect()
}

async fn create(db: &Db<'_>, new: &NewWebhook, most: usize) -> Result<Option<Webhook>, StoreError> {
    // Those that are counted stay as many as they are until this one is there.
    hold_project(db, new.project, Hold::Alone).await?;
    if of_project(db, new.project).await?.len() >= most {
        return Ok(None);
    }
    db.run(
        "INSERT INTO webhooks (id, project, url, description, events, enabled, sealed_secret, created_at) \
         VALUES ($1, $2, $3, $4, $5, TRUE, $6, $7)",
        &[
            &new.id,
            &new.project.0,
            &new.url,
            &new.description,
            &i64::from(new.events.bits()),
            &new.sealed_secret,
            &new.created_at.unix_ms(),
        ],
    )
    .await?;
    one(db, new.project, &new.id).await
}

async fn change(
    db: &Db<'_>,
    project: ProjectKey,
    id: &str,
    change: &WebhookChange,
) -> Result<Option<Webhook>, StoreError> {
    let changed = db
        .run(
            "UPDATE webhooks SET url = coalesce($3, url), \
             description = CASE WHEN $4::text IS NULL THEN description ELSE nullif($4, '') END, \
             events = coalesce($5, events), enabled = coalesce($6, enabled), \
             gone_at = CASE WHEN $6 THEN NULL ELSE coalesce($7, gone_at) END \
             WHERE id = $1 AND project = $2 AND removed_at IS NULL",
            &[
                &rows::sought(id),
                &project.0,
                &change.url,
                &change.description,
                &change.events.map(Happenings::bits).map(i64::from),
                &change.enabled,
                &change.gone_at.map(Timestamp::unix_ms),
            ],
        )
        .await?;
    if changed == 0 {
        return Ok(None);
    }
    if let Some((sealed, previous_until)) = &change.secret {
        db.run(
            "UPDATE webhooks SET previous_sealed = sealed_secret, previous_until = $4, sealed_secret = $3 \
             WHERE id = $1 AND project = $2",
            &[&id, &project.0, sealed, &previous_until.unix_ms()],
        )
        .await?;
    }
    one(db, project, id).await
}

#[async_trait]
impl WebhookStore for PostgresStore {
    async fn create_webhook(
        &self,
        webhook: NewWebhook,
        most: usize,
        audit: AuditEntry,
    ) -> Result<Option<Webhook>, StoreError> {
        audited!(self, audit, db => create(db, &webhook, most).await)
    }

    async fn webhooks(&self, project: ProjectKey) -> Result<Vec<Webhook>, StoreError> {
        reading!(self, db => of_project(db, project).await)
    }

    async fn change_webhook(
        &self,
        project: ProjectKey,
        id: &str,
        wanted: WebhookChange,
        audit: AuditEntry,
    ) -> Result<Option<Webhook>, StoreError> {
        audited!(self, audit, db => change(db, project, id, &wanted).await)
    }

    async fn remove_webhook(
        &self,
        project: ProjectKey,
        id: &str,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let at = audit.at.unix_ms();
        let sql = "UPDATE webhooks SET removed_at = $3, enabled = FALSE \
                   WHERE id = $1 AND project = $2 AND removed_at IS NULL";
        let removed = audited!(self, audit, db => {
            db.run(sql, &[&rows::sought(id), &project.0, &at]).await.map(|removed| (removed == 1).then_some(()))
        });
        Ok(removed?.is_some())
    }
}

//! Webhooks in SQLite.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteStore, rows};
use crate::store::{
    AuditEntry, Happenings, NewWebhook, PreviousSecret, ProjectKey, StoreError, Webhook, WebhookChange,
    WebhookKey, WebhookStore,
};

pub(super) fn webhook(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let until = rows::optional_moment(row, "previous_until")?;
    let previous = row.get::<_, Option<Vec<u8>>>("previous_sealed")?.zip(until);
    Ok(Webhook {
        key: WebhookKey(row.get("key")?),
        id: row.get("id")?,
        project: ProjectKey(row.get("project")?),
        url: row.get("url")?,
        description: row.get("description")?,
        events: Happenings::from_bits(row.get("events")?),
        enabled: row.get("enabled")?,
        gone_at: rows::optional_moment(row, "gone_at")?,
        sealed_secret: row.get("sealed_secret")?,
        previous_secret: previous.map(|(sealed, until)| PreviousSecret { sealed, until }),
        created_at: rows::moment(row.get("created_at")?),
    })
}

fn one(connection: &Connection, project: ProjectKey, id: &str) -> Result<Option<Webhook>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT * FROM webhooks WHERE id = ?1 AND project = ?2 AND removed_at IS NULL")?
        .query_row(params![id, project.0], webhook)
        .optional()?)
}

fn of_project(connection: &Connection, project: ProjectKey) -> Result<Vec<Webhook>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT * FROM webhooks WHERE project = ?1 AND removed_at IS NULL ORDER BY key")?
        .query_map([project.0], webhook)?
        .collect::<Result<_, _>>()?)
}

fn create(connection: &Connection, new: &NewWebhook, most: usize) -> Result<Option<Webhook>, StoreError> {
    if of_project(connection, new.project)?.len() >= most {
        return Ok(None);
    }
    connection.execute(
        "INSERT INTO webhooks (id, project, url, description, events, enabled, sealed_secret, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)",
        params![
            new.id,
            new.project.0,
            new.url,
            new.description,
            new.events.bits(),
            new.sealed_secret,
            new.created_at.unix_ms()
        ],
    )?;
    one(connection, new.project, &new.id)
}

fn change(
    connection: &Connection,
    project: ProjectKey,
    id: &str,
    change: &WebhookChange,
) -> Result<Option<Webhook>, StoreError> {
    let Some(found) = one(connection, project, id)? else { return Ok(None) };
    connection.execute(
        "UPDATE webhooks SET url = coalesce(?2, url), \
         description = CASE WHEN ?3 IS NULL THEN description ELSE nullif(?3, '') END, \
         events = coalesce(?4, events), enabled = coalesce(?5, enabled), \
         gone_at = CASE WHEN ?5 = 1 THEN NULL ELSE coalesce(?6, gone_at) END WHERE key = ?1",
        params![
            found.key.0,
            change.url,
            change.description,
            change.events.map(Happenings::bits),
            change.enabled,
            change.gone_at.map(Timestamp::unix_ms)
        ],
    )?;
    if let Some((sealed, previous_until)) = &change.secret {
        connection.execute(
            "UPDATE webhooks SET previous_sealed = sealed_secret, previous_until = ?3, sealed_secret = ?2 \
             WHERE key = ?1",
            params![found.key.0, sealed, previous_until.unix_ms()],
        )?;
    }
    one(connection, project, id)
}

#[async_trait]
impl WebhookStore for SqliteStore {
    async fn create_webhook(
        &self,
        webhook: NewWebhook,
        most: usize,
        audit: AuditEntry,
    ) -> Result<Option<Webhook>, StoreError> {
        self.audited(audit, move |connection| create(connection, &webhook, most)).await
    }

    async fn webhooks(&self, project: ProjectKey) -> Result<Vec<Webhook>, StoreError> {
        self.readers.run(move |connection| of_project(connection, project)).await
    }

    async fn change_webhook(
        &self,
        project: ProjectKey,
        id: &str,
        wanted: WebhookChange,
        audit: AuditEntry,
    ) -> Result<Option<Webhook>, StoreError> {
        let id = id.to_owned();
        self.audited(audit, move |connection| change(connection, project, &id, &wanted)).await
    }

    async fn remove_webhook(
        &self,
        project: ProjectKey,
        id: &str,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let (id, at) = (id.to_owned(), audit.at);
        let removed = self.audited(audit, move |connection| {
            let removed = connection.execute(
                "UPDATE webhooks SET removed_at = ?3, enabled = 0 \
                 WHERE id = ?1 AND project = ?2 AND removed_at IS NULL",
                params![id, project.0, at.unix_ms()],
            )?;
            Ok((removed == 1).then_some(()))
        });
        removed.await.map(|removed| removed.is_some())
    }
}

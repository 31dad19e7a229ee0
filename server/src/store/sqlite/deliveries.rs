//! Deliveries in SQLite.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{SqliteStore, rows, webhooks};
use crate::store::{
    Attempted, ClaimedDelivery, Delivery, DeliveryQuery, DeliveryStatus, DeliveryStore, DueWebhook,
    NewDelivery, Outcome, ProjectKey, StoreError, TRIED_FOR_MS, Webhook, WebhookKey,
};

/// Leaves out what tells of users that were erased, among deliveries called `d`: nobody is to be told of it any more, and
/// it is removed piece by piece.
const NOT_OF_ERASED: &str = "AND NOT EXISTS (SELECT 1 FROM abandoned_inboxes a WHERE a.user = d.user)";

/// How many rows one transaction forgets, so that sends need not wait long behind it.
const MAX_FORGOTTEN: usize = 1_000;

const fn status_number(status: DeliveryStatus) -> i64 {
    match status {
        DeliveryStatus::Pending => 0,
        DeliveryStatus::Delivered => 1,
        DeliveryStatus::Failed => 2,
    }
}

pub(super) fn status(row: &Row<'_>) -> rusqlite::Result<DeliveryStatus> {
    Ok(match row.get::<_, i64>("status")? {
        0 => DeliveryStatus::Pending,
        1 => DeliveryStatus::Delivered,
        _ => DeliveryStatus::Failed,
    })
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: Uuid::from_bytes(row.get("id")?),
        r#type: row.get("type")?,
        body: row.get("body")?,
        status: status(row)?,
        created_at: rows::moment(row.get("created_at")?),
        attempts: row.get("attempts")?,
        last_attempt_at: rows::optional_moment(row, "last_attempt_at")?,
        last_status: row.get("last_status")?,
        last_error: row.get("last_error")?,
        last_answer: row.get("last_answer")?,
        next_attempt_at: rows::optional_moment(row, "due_at")?,
    })
}

/// Writes a message, unless it is there already; `user` is whom it tells of.
pub(super) fn insert(
    connection: &Connection,
    webhook: WebhookKey,
    user: Option<i64>,
    delivery: &NewDelivery,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO webhook_deliveries (webhook, id, user, type, body, created_at, due_at, give_up_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7) ON CONFLICT (webhook, id) DO NOTHING",
        )?
        .execute(params![
            webhook.0,
            delivery.id.as_bytes(),
            user,
            delivery.r#type,
            delivery.body,
            delivery.created_at.unix_ms(),
            delivery.created_at.plus_ms(TRIED_FOR_MS).unix_ms()
        ])?;
    Ok(())
}

fn claim(
    connection: &Connection,
    most: &[(WebhookKey, usize)],
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let mut claimed = Vec::new();
    for (key, most) in most {
        let webhook: Option<Webhook> = connection
            .prepare_cached("SELECT * FROM webhooks WHERE key = ?1 AND enabled = 1")?
            .query_map([key.0], webhooks::webhook)?
            .next()
            .transpose()?;
        let Some(webhook) = webhook else { continue };
        let mut statement = connection.prepare_cached(&format!(
            "UPDATE webhook_deliveries SET attempts = attempts + 1, tries = tries + 1, last_attempt_at = ?2, \
             due_at = ?3 WHERE key IN (SELECT d.key FROM webhook_deliveries d WHERE d.webhook = ?1 \
             AND d.due_at <= ?2 {NOT_OF_ERASED} ORDER BY d.due_at, d.key LIMIT ?4) \
             RETURNING key, id, body, attempts, tries, give_up_at"
        ))?;
        let limit = i64::try_from(*most).unwrap_or(i64::MAX);
        let found =
            statement.query_map(params![key.0, now.unix_ms(), lease_until.unix_ms(), limit], |row| {
                Ok(ClaimedDelivery {
                    key: row.get("key")?,
                    webhook: webhook.clone(),
                    id: Uuid::from_bytes(row.get("id")?),
                    body: row.get("body")?,
                    attempt: row.get("attempts")?,
                    tries: row.get("tries")?,
                    give_up_at: rows::moment(row.get("give_up_at")?),
                })
            })?;
        claimed.extend(found.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(claimed)
}

fn settle(connection: &Connection, attempted: &Attempted) -> Result<bool, StoreError> {
    let (status, due_at) = match attempted.outcome {
        Outcome::Delivered => (DeliveryStatus::Delivered, None),
        Outcome::Retried(at) => (DeliveryStatus::Pending, Some(at.unix_ms())),
        Outcome::Failed => (DeliveryStatus::Failed, None),
    };
    let settled = connection
        .prepare_cached(
            "UPDATE webhook_deliveries SET status = ?3, due_at = ?4, last_status = ?5, last_error = ?6, \
             last_answer = ?7 WHERE key = ?1 AND attempts = ?2 AND status = 0",
        )?
        .execute(params![
            attempted.key,
            attempted.attempt,
            status_number(status),
            due_at,
            attempted.status,
            attempted.error,
            attempted.answer
        ])?;
    Ok(settled == 1)
}

/// Ends the attempts at all that waits, which can be replayed; says of how much.
pub(super) fn end_waiting(connection: &Connection) -> Result<usize, StoreError> {
    Ok(connection.execute(
        "UPDATE webhook_deliveries SET status = ?1, due_at = NULL, \
         last_error = 'it waited when this backup was made, and was not tried after it was restored' WHERE status = 0",
        [status_number(DeliveryStatus::Failed)],
    )?)
}

fn forget(connection: &Connection, written_before: Timestamp) -> Result<bool, StoreError> {
    let limit = i64::try_from(MAX_FORGOTTEN).unwrap_or(i64::MAX);
    // What waits for a webhook that is disabled has not been due for a day.
    let old = connection
        .prepare_cached(
            "DELETE FROM webhook_deliveries WHERE key IN (SELECT key FROM webhook_deliveries \
             WHERE created_at < ?1 AND (due_at IS NULL OR due_at < ?1) LIMIT ?2)",
        )?
        .execute(params![written_before.unix_ms(), limit])?;
    let orphaned = connection
        .prepare_cached(
            "DELETE FROM webhook_deliveries WHERE key IN (SELECT d.key FROM webhooks w \
             JOIN webhook_deliveries d ON d.webhook = w.key WHERE w.removed_at IS NOT NULL LIMIT ?1)",
        )?
        .execute([limit])?;
    connection
        .prepare_cached(
            "DELETE FROM webhooks WHERE removed_at IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook = webhooks.key)",
        )?
        .execute([])?;
    Ok([old, orphaned].contains(&MAX_FORGOTTEN))
}

#[async_trait]
impl DeliveryStore for SqliteStore {
    async fn add_delivery(&self, webhook: WebhookKey, delivery: NewDelivery) -> Result<(), StoreError> {
        self.writer.run(move |connection| insert(connection, webhook, None, &delivery)).await
    }

    async fn deliveries(
        &self,
        webhook: WebhookKey,
        query: DeliveryQuery,
    ) -> Result<Vec<Delivery>, StoreError> {
        // Written out for both, so that each finds its own index.
        let of_status = if query.status.is_some() { "d.status = ?3" } else { "?3 IS NULL" };
        let sql = format!(
            "SELECT d.* FROM webhook_deliveries d WHERE d.webhook = ?1 AND d.id < ?2 AND {of_status} \
             {NOT_OF_ERASED} ORDER BY d.id DESC LIMIT ?4"
        );
        let read = move |connection: &Connection| {
            let before = query.before.unwrap_or(Uuid::max());
            let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map(
                params![webhook.0, before.as_bytes(), query.status.map(status_number), limit],
                delivery,
            )?;
            Ok(found.collect::<Result<_, _>>()?)
        };
        self.readers.run(read).await
    }

    async fn replay_delivery(
        &self,
        webhook: WebhookKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let replay = move |connection: &Connection| {
            let replayed = connection.execute(
                &format!(
                    "UPDATE webhook_deliveries AS d SET status = 0, due_at = ?3, give_up_at = ?4, tries = 0 \
                     WHERE webhook = ?1 AND id = ?2 {NOT_OF_ERASED}"
                ),
                params![webhook.0, id.as_bytes(), now.unix_ms(), now.plus_ms(TRIED_FOR_MS).unix_ms()],
            )?;
            Ok(replayed == 1)
        };
        self.writer.run(replay).await
    }

    async fn due_webhooks(&self) -> Result<Vec<DueWebhook>, StoreError> {
        let read = |connection: &Connection| {
            // One look into the index for each webhook, however much waits.
            let mut statement = connection.prepare_cached(&format!(
                "SELECT w.key, w.project, (SELECT d.due_at FROM webhook_deliveries d WHERE d.webhook = w.key \
                 AND d.due_at IS NOT NULL {NOT_OF_ERASED} ORDER BY d.due_at LIMIT 1) AS first_due FROM webhooks w \
                 WHERE w.enabled = 1"
            ))?;
            let found = statement.query_map([], |row| {
                let (webhook, project) = (WebhookKey(row.get("key")?), ProjectKey(row.get("project")?));
                let first_due = rows::optional_moment(row, "first_due")?;
                Ok(first_due.map(|at| DueWebhook { webhook, project, at }))
            })?;
            let mut due = Vec::new();
            for row in found {
                due.extend(row?);
            }
            due.sort_unstable_by_key(|due: &DueWebhook| (due.at, due.webhook));
            Ok(due)
        };
        self.readers.run(read).await
    }

    async fn claim_deliveries(
        &self,
        most: Vec<(WebhookKey, usize)>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        self.writer.run(move |connection| claim(connection, &most, now, lease_until)).await
    }

    async fn settle_delivery(&self, attempted: Attempted) -> Result<bool, StoreError> {
        self.writer.run(move |connection| settle(connection, &attempted)).await
    }

    async fn forget_deliveries(&self, written_before: Timestamp) -> Result<bool, StoreError> {
        self.writer.run(move |connection| forget(connection, written_before)).await
    }
}

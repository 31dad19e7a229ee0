//! Deliveries in PostgreSQL.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    PostgresStore, rows,
    transaction::{Db, reading, writing},
    webhooks,
};
use crate::store::{
    Attempted, ClaimedDelivery, Delivery, DeliveryQuery, DeliveryStatus, DeliveryStore, DueWebhook,
    NewDelivery, Outcome, ProjectKey, StoreError, TRIED_FOR_MS, WebhookKey,
};

/// Leaves out what tells of users that were erased, among deliveries called `d`: nobody is to be told of it any more, and
/// it is removed piece by piece.
const NOT_OF_ERASED: &str = "AND NOT EXISTS (SELECT 1 FROM abandoned_inboxes a WHERE a.inbox = d.inbox)";

/// How many rows one transaction forgets, so that nobody need wait long behind it.
const MAX_FORGOTTEN: usize = 1_000;

const fn status_number(status: DeliveryStatus) -> i64 {
    match status {
        DeliveryStatus::Pending => 0,
        DeliveryStatus::Delivered => 1,
        DeliveryStatus::Failed => 2,
    }
}

pub(super) fn status(row: &Row) -> Result<DeliveryStatus, StoreError> {
    Ok(match row.try_get::<_, i64>("status")? {
        0 => DeliveryStatus::Pending,
        1 => DeliveryStatus::Delivered,
        _ => DeliveryStatus::Failed,
    })
}

fn small(row: &Row, column: &str) -> Result<u32, StoreError> {
    Ok(u32::try_from(rows::number(row, column)?).unwrap_or(u32::MAX))
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    let last_status: Option<i64> = row.try_get("last_status")?;
    Ok(Delivery {
        id: row.try_get("id")?,
        r#type: row.try_get("type")?,
        body: row.try_get("body")?,
        status: status(row)?,
        created_at: rows::moment(row, "created_at")?,
        attempts: small(row, "attempts")?,
        last_attempt_at: rows::optional_moment(row, "last_attempt_at")?,
        last_status: last_status.and_then(|status| u16::try_from(status).ok()),
        last_error: row.try_get("last_error")?,
        last_answer: row.try_get("last_answer")?,
        next_attempt_at: rows::optional_moment(row, "due_at")?,
    })
}

/// Writes messages, those that are not there already, each with the inbox of the user that it tells of.
pub(super) async fn insert(
    db: &Db<'_>,
    deliveries: &[(Option<i64>, WebhookKey, NewDelivery)],
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let inboxes: Vec<Option<i64>> = deliveries.iter().map(|(inbox, ..)| *inbox).collect();
    let webhooks: Vec<i64> = deliveries.iter().map(|(_, webhook, _)| webhook.0).collect();
    let ids: Vec<Uuid> = deliveries.iter().map(|(.., delivery)| delivery.id).collect();
    let types: Vec<&str> = deliveries.iter().map(|(.., delivery)| delivery.r#type.as_str()).collect();
    let bodies: Vec<&str> = deliveries.iter().map(|(.., delivery)| delivery.body.as_str()).collect();
    let moments: Vec<i64> = deliveries.iter().map(|(.., delivery)| delivery.created_at.unix_ms()).collect();
    let ends: Vec<i64> =
        deliveries.iter().map(|(.., delivery)| delivery.created_at.plus_ms(TRIED_FOR_MS).unix_ms()).collect();
    db.run(
        "INSERT INTO webhook_deliveries (inbox, webhook, id, type, body, created_at, due_at, give_up_at) \
         SELECT w.inbox, w.webhook, w.id, w.type, w.body, w.created_at, w.created_at, w.give_up_at \
         FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) \
         AS w (inbox, webhook, id, type, body, created_at, give_up_at) ON CONFLICT (webhook, id) DO NOTHING",
        &[&inboxes, &webhooks, &ids, &types, &bodies, &moments, &ends],
    )
    .await
    .map(drop)
}

/// Of several who claim at once, each passes over what another has taken.
async fn claim(
    db: &Db<'_>,
    most: &[(WebhookKey, usize)],
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let mut claimed = Vec::new();
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT d.key FROM webhook_deliveries d WHERE d.webhook = $1 AND d.due_at <= $2 \
         {NOT_OF_ERASED} ORDER BY d.due_at, d.key LIMIT $4 FOR UPDATE SKIP LOCKED) \
         UPDATE webhook_deliveries d SET attempts = attempts + 1, tries = tries + 1, last_attempt_at = $2, \
         due_at = $3 FROM due WHERE d.key = due.key RETURNING d.key, d.id, d.body, d.attempts, d.tries, d.give_up_at"
    );
    for (key, most) in most {
        let found = db.first("SELECT * FROM webhooks WHERE key = $1 AND enabled", &[&key.0]).await?;
        let Some(webhook) = found.as_ref().map(webhooks::webhook).transpose()? else { continue };
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&key.0, &now.unix_ms(), &lease_until.unix_ms(), &rows::limit(*most)];
        for row in db.all(&sql, &parameters).await? {
            claimed.push(ClaimedDelivery {
                key: row.try_get("key")?,
                webhook: webhook.clone(),
                id: row.try_get("id")?,
                body: row.try_get("body")?,
                attempt: small(&row, "attempts")?,
                tries: small(&row, "tries")?,
                give_up_at: rows::moment(&row, "give_up_at")?,
            });
        }
    }
    Ok(claimed)
}

async fn settle(db: &Db<'_>, attempted: &Attempted) -> Result<bool, StoreError> {
    let (status, due_at) = match attempted.outcome {
        Outcome::Delivered => (DeliveryStatus::Delivered, None),
        Outcome::Retried(at) => (DeliveryStatus::Pending, Some(at.unix_ms())),
        Outcome::Failed => (DeliveryStatus::Failed, None),
    };
    // PostgreSQL has no text with a NUL in it, and the answer is whatever somebody wrote.
    let without_nul = |text: &Option<String>| text.as_ref().map(|text| text.replace('\0', "\u{fffd}"));
    let settled = db
        .run(
            "UPDATE webhook_deliveries SET status = $3, due_at = $4, last_status = $5, last_error = $6, \
             last_answer = $7 WHERE key = $1 AND attempts = $2 AND status = 0",
            &[
                &attempted.key,
                &i64::from(attempted.attempt),
                &status_number(status),
                &due_at,
                &attempted.status.map(i64::from),
                &without_nul(&attempted.error),
                &without_nul(&attempted.answer),
            ],
        )
        .await?;
    Ok(settled == 1)
}

async fn forget(db: &Db<'_>, written_before: Timestamp) -> Result<bool, StoreError> {
    let limit = rows::limit(MAX_FORGOTTEN);
    // What waits for a webhook that is disabled has not been due for a day.
    let old = db
        .run(
            "DELETE FROM webhook_deliveries WHERE key = ANY (ARRAY (SELECT key FROM webhook_deliveries \
             WHERE created_at < $1 AND (due_at IS NULL OR due_at < $1) ORDER BY created_at LIMIT $2 \
             FOR UPDATE SKIP LOCKED))",
            &[&written_before.unix_ms(), &limit],
        )
        .await?;
    let orphaned = db
        .run(
            "DELETE FROM webhook_deliveries WHERE key = ANY (ARRAY (SELECT d.key FROM webhooks w \
             JOIN webhook_deliveries d ON d.webhook = w.key WHERE w.removed_at IS NOT NULL \
             LIMIT $1 FOR UPDATE OF d SKIP LOCKED))",
            &[&limit],
        )
        .await?;
    db.run(
        "DELETE FROM webhooks w WHERE w.removed_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook = w.key)",
        &[],
    )
    .await?;
    Ok([old, orphaned].contains(&(MAX_FORGOTTEN as u64)))
}

async fn list(db: &Db<'_>, webhook: WebhookKey, query: &DeliveryQuery) -> Result<Vec<Delivery>, StoreError> {
    // Written out for both, so that each finds its own index.
    let of_status = if query.status.is_some() { "d.status = $3" } else { "$3::bigint IS NULL" };
    let sql = format!(
        "SELECT d.* FROM webhook_deliveries d WHERE d.webhook = $1 AND d.id < $2 AND {of_status} \
         {NOT_OF_ERASED} ORDER BY d.id DESC LIMIT $4"
    );
    let before = query.before.unwrap_or(Uuid::max());
    let status = query.status.map(status_number);
    db.all(&sql, &[&webhook.0, &before, &status, &rows::limit(query.limit)])
        .await?
        .iter()
        .map(delivery)
        .collect()
}

async fn due(db: &Db<'_>) -> Result<Vec<DueWebhook>, StoreError> {
    // One look into the index for each webhook, however much waits.
    let sql = format!(
        "SELECT * FROM (SELECT w.key, w.project, (SELECT d.due_at FROM webhook_deliveries d \
         WHERE d.webhook = w.key AND d.due_at IS NOT NULL {NOT_OF_ERASED} ORDER BY d.due_at LIMIT 1) AS first_due \
         FROM webhooks w WHERE w.enabled) f WHERE first_due IS NOT NULL ORDER BY first_due, key"
    );
    let webhook = |row: &Row| {
        Ok(DueWebhook {
            webhook: WebhookKey(row.try_get("key")?),
            project: ProjectKey(row.try_get("project")?),
            at: rows::moment(row, "first_due")?,
        })
    };
    db.all(&sql, &[]).await?.iter().map(webhook).collect()
}

async fn replay(db: &Db<'_>, webhook: WebhookKey, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE webhook_deliveries d SET status = 0, due_at = $3, give_up_at = $4, tries = 0 \
         WHERE webhook = $1 AND id = $2 {NOT_OF_ERASED}"
    );
    let ends = now.plus_ms(TRIED_FOR_MS).unix_ms();
    Ok(db.run(&sql, &[&webhook.0, &id, &now.unix_ms(), &ends]).await? == 1)
}

#[async_trait]
impl DeliveryStore for PostgresStore {
    async fn add_delivery(&self, webhook: WebhookKey, delivery: NewDelivery) -> Result<(), StoreError> {
        let deliveries = [(None, webhook, delivery)];
        writing!(self, db => insert(db, &deliveries).await)
    }

    async fn deliveries(
        &self,
        webhook: WebhookKey,
        query: DeliveryQuery,
    ) -> Result<Vec<Delivery>, StoreError> {
        reading!(self, db => list(db, webhook, &query).await)
    }

    async fn replay_delivery(
        &self,
        webhook: WebhookKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        writing!(self, db => replay(db, webhook, id, now).await)
    }

    async fn due_webhooks(&self) -> Result<Vec<DueWebhook>, StoreError> {
        reading!(self, db => due(db).await)
    }

    async fn claim_deliveries(
        &self,
        most: Vec<(WebhookKey, usize)>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        writing!(self, db => claim(db, &most, now, lease_until).await)
    }

    async fn settle_delivery(&self, attempted: Attempted) -> Result<bool, StoreError> {
        writing!(self, db => settle(db, &attempted).await)
    }

    async fn forget_deliveries(&self, written_before: Timestamp) -> Result<bool, StoreError> {
        writing!(self, db => forget(db, written_before).await)
    }
}

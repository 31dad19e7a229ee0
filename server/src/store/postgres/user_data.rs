//! Forgetting what is held about a user, in PostgreSQL, and the way to what gives it out.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    PostgresStore, audit, held, keys, preferences, retention, rows, schedule,
    transaction::{Db, audited, reading},
    users::{self, Hold, hold_project},
};
use crate::{
    languages::Languages,
    store::{
        AuditEntry, HeldEventPage, HeldPage, HeldPosition, StoreError, UserDataStore, UserRecord, UserRef,
    },
};

/// What stays of an erased user's id while their sessions might live.
pub(super) fn digest(user_id: &str) -> [u8; 32] {
    Sha256::digest(user_id).into()
}

async fn erase(db: &Db<'_>, user: &UserRef, pseudonym: &str, erased_at: Timestamp) -> Result<(), StoreError> {
    let (project, id) = (user.project.0, user.user.as_str());
    schedule::forget_recipient(db, user).await?;
    hold_project(db, user.project, Hold::Alone).await?;
    users::lock(db, user).await?;
    let abandoned = db
        .first(
            // No id has a control character in it.
            "UPDATE users SET id = chr(1) || key WHERE project = $1 AND id = $2 RETURNING key, revision",
            &[&project, &id],
        )
        .await?;
    if let Some(abandoned) = abandoned {
        let (key, revision): (i64, i64) = (abandoned.try_get("key")?, abandoned.try_get("revision")?);
        // Whoever has seen a state of this inbox must not take one of the next inbox of this name for a later one.
        db.run(
            "UPDATE projects SET own_base = greatest(own_base, $2) WHERE key = $1",
            &[&project, &(revision + 1)],
        )
        .await?;
        db.run("DELETE FROM inbox_categories WHERE inbox = $1", &[&key]).await?;
        db.run("DELETE FROM subscriptions WHERE inbox = $1", &[&key]).await?;
        db.run("INSERT INTO abandoned_inboxes (inbox) VALUES ($1)", &[&key]).await?;
    }
    audit::rename_user(db, user, pseudonym).await?;
    // Later than every session that there is.
    db.run(
        "INSERT INTO erased_users AS e (project, digest, erased_at) VALUES ($1, $2, $3) \
         ON CONFLICT (project, digest) DO UPDATE SET erased_at = greatest(e.erased_at, excluded.erased_at)",
        &[&project, &digest(id).as_slice(), &erased_at.plus_ms(1).unix_ms()],
    )
    .await
    .map(drop)
}

/// Removes so many items and deliveries of inboxes that are nobody's. Says whether there is more to remove.
pub(super) async fn clear_abandoned(db: &Db<'_>, most: usize) -> Result<bool, StoreError> {
    let found = db.first("SELECT inbox FROM abandoned_inboxes LIMIT 1 FOR UPDATE SKIP LOCKED", &[]).await?;
    let Some(found) = found else { return Ok(false) };
    let inbox: i64 = found.try_get(0)?;
    users::lock_all(db, &[inbox]).await?;
    let limit = rows::limit(most);
    let deliveries = db
        .run(
            "DELETE FROM webhook_deliveries WHERE key = ANY (ARRAY (\
             SELECT key FROM webhook_deliveries WHERE inbox = $1 ORDER BY key LIMIT $2))",
            &[&inbox, &limit],
        )
        .await?;
    if deliveries == most as u64 {
        return Ok(true);
    }
    let removed = db
        .all(
            "DELETE FROM items WHERE inbox = $1 AND notification = ANY (ARRAY (\
             SELECT notification FROM items WHERE inbox = $1 ORDER BY notification LIMIT $2)) RETURNING notification",
            &[&inbox, &limit],
        )
        .await?;
    let notifications = removed.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    retention::remove_unless_held(db, &notifications).await?;
    if notifications.len() < most {
        for sql in [
            "DELETE FROM inbox_categories WHERE inbox = $1",
            "DELETE FROM abandoned_inboxes WHERE inbox = $1",
            "DELETE FROM users WHERE key = $1",
        ] {
            db.run(sql, &[&inbox]).await?;
        }
    }
    Ok(true)
}

async fn record(db: &Db<'_>, user: &UserRef) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        standing: keys::standing_of(db, user).await?,
        preferences: preferences::preferences(db, user, &Languages::ANY).await?,
        topics: held::topics(db, user).await?,
        audit: audit::about_user(db, user).await?,
    })
}

#[async_trait]
impl UserDataStore for PostgresStore {
    async fn erase_user(&self, user: &UserRef, pseudonym: &str, audit: AuditEntry) -> Result<(), StoreError> {
        let at = audit.at;
        audited!(self, audit, db => erase(db, user, pseudonym, at).await.map(Some)).map(drop)
    }

    async fn user_record(&self, user: &UserRef, audit: AuditEntry) -> Result<UserRecord, StoreError> {
        audited!(self, audit, db => record(db, user).await.map(Some))?.ok_or(StoreError::Closed)
    }

    async fn held_items(
        &self,
        user: &UserRef,
        from: HeldPosition,
        limit: usize,
    ) -> Result<HeldPage, StoreError> {
        reading!(self, db => held::items(db, &self.incarnation, user, from, limit).await)
    }

    async fn held_events(
        &self,
        user: &UserRef,
        from: HeldPosition,
        limit: usize,
    ) -> Result<HeldEventPage, StoreError> {
        reading!(self, db => held::events(db, user, from, limit).await)
    }
}

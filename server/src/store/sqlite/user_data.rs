//! Forgetting what is held about a user, in SQLite, and the way to what gives it out.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{SqliteStore, audit, held, keys, preferences, retention, schedule};
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

fn erase(
    connection: &Connection,
    user: &UserRef,
    pseudonym: &str,
    erased_at: Timestamp,
) -> Result<(), StoreError> {
    let (project, id) = (user.project.0, user.user.as_str());
    let abandoned: Option<(i64, i64)> = connection
        .prepare_cached(
            // No id has a control character in it.
            "UPDATE users SET id = char(1) || key WHERE project = ?1 AND id = ?2 RETURNING key, revision",
        )?
        .query_row(params![project, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((key, revision)) = abandoned {
        // Whoever has seen a state of this inbox must not take one of the next inbox of this name for a later one.
        connection
            .prepare_cached("UPDATE projects SET own_base = max(own_base, ?2) WHERE key = ?1")?
            .execute(params![project, revision + 1])?;
        connection.prepare_cached("DELETE FROM inbox_categories WHERE user = ?1")?.execute([key])?;
        connection.prepare_cached("DELETE FROM subscriptions WHERE user = ?1")?.execute([key])?;
        connection.prepare_cached("INSERT INTO abandoned_inboxes (user) VALUES (?1)")?.execute([key])?;
    }
    schedule::forget_recipient(connection, user)?;
    audit::rename_user(connection, user, pseudonym)?;
    // Later than every session that there is.
    connection
        .prepare_cached(
            "INSERT INTO erased_users (project, digest, erased_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET erased_at = max(erased_at, excluded.erased_at)",
        )?
        .execute(params![project, digest(id), erased_at.plus_ms(1).unix_ms()])?;
    Ok(())
}

/// Removes so many items and deliveries of inboxes that are nobody's. Says whether there is more to remove.
pub(super) fn clear_abandoned(connection: &Connection, most: usize) -> Result<bool, StoreError> {
    let user: Option<i64> = connection
        .prepare_cached("SELECT user FROM abandoned_inboxes LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(user) = user else { return Ok(false) };
    let deliveries = connection
        .prepare_cached(
            "DELETE FROM webhook_deliveries WHERE key IN \
             (SELECT key FROM webhook_deliveries WHERE user = ?1 LIMIT ?2)",
        )?
        .execute(params![user, i64::try_from(most).unwrap_or(i64::MAX)])?;
    if deliveries == most {
        return Ok(true);
    }
    let notifications: Vec<i64> = connection
        .prepare_cached(
            "DELETE FROM items WHERE user = ?1 AND notification IN \
             (SELECT notification FROM items WHERE user = ?1 LIMIT ?2) RETURNING notification",
        )?
        .query_map(params![user, i64::try_from(most).unwrap_or(i64::MAX)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for notification in &notifications {
        retention::remove_unless_held(connection, *notification)?;
    }
    if notifications.len() < most {
        for sql in [
            "DELETE FROM inbox_categories WHERE user = ?1",
            "DELETE FROM abandoned_inboxes WHERE user = ?1",
            "DELETE FROM users WHERE key = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([user])?;
        }
    }
    Ok(true)
}

#[async_trait]
impl UserDataStore for SqliteStore {
    async fn erase_user(&self, user: &UserRef, pseudonym: &str, audit: AuditEntry) -> Result<(), StoreError> {
        let (user, pseudonym, erased_at) = (user.clone(), pseudonym.to_owned(), audit.at);
        let erased = self.audited(audit, move |connection| {
            erase(connection, &user, &pseudonym, erased_at)?;
            Ok(Some(()))
        });
        erased.await.map(drop)
    }

    async fn user_record(&self, user: &UserRef, audit: AuditEntry) -> Result<UserRecord, StoreError> {
        let user = user.clone();
        let record = self.audited(audit, move |connection| {
            Ok(Some(UserRecord {
                standing: keys::standing_of(connection, &user)?,
                preferences: preferences::preferences(connection, &user, &Languages::ANY)?,
                topics: held::topics(connection, &user)?,
                audit: audit::about_user(connection, &user)?,
            }))
        });
        record.await?.ok_or(StoreError::Closed)
    }

    async fn held_items(
        &self,
        user: &UserRef,
        from: HeldPosition,
        limit: usize,
    ) -> Result<HeldPage, StoreError> {
        let (incarnation, user) = (self.incarnation.clone(), user.clone());
        self.readers.run(move |connection| held::items(connection, &incarnation, &user, from, limit)).await
    }

    async fn held_events(
        &self,
        user: &UserRef,
        from: HeldPosition,
        limit: usize,
    ) -> Result<HeldEventPage, StoreError> {
        let user = user.clone();
        self.readers.run(move |connection| held::events(connection, &user, from, limit)).await
    }
}

//! Keys and sessions in SQLite.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{SqliteStore, projects, rows, user_data};
use crate::{
    auth::user_id::UserId,
    store::{
        AuditEntry, BackendKey, Edition, KeyStore, NewBackendKey, Project, ProjectKey, Revocation,
        SessionStanding, StoreError, StoredSessionKey, UserRef, UserStanding,
    },
};

const KEY_COLUMNS: &str =
    "k.id, k.project, k.name, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.revoked_at";

fn backend_key(row: &Row<'_>) -> rusqlite::Result<BackendKey> {
    Ok(BackendKey {
        id: row.get("id")?,
        project: ProjectKey(row.get("project")?),
        name: row.get("name")?,
        scopes: rows::json(row, "scopes")?.unwrap_or_default(),
        created_at: rows::moment(row.get("created_at")?),
        expires_at: rows::optional_moment(row, "expires_at")?,
        last_used_at: rows::optional_moment(row, "last_used_at")?,
        revoked_at: rows::optional_moment(row, "revoked_at")?,
    })
}

const STANDING_COLUMNS: &str = "coalesce(u.epoch, 0) AS user_epoch, max(coalesce(u.issued_before, 0), coalesce(e.erased_at, 0)) AS issued_before, \
     coalesce(u.blocked, 0) AS blocked, coalesce(u.plain_hmac_off, 0) AS plain_hmac_off";

/// What [`STANDING_COLUMNS`] are read from: a project, called `p`, and in it the user with this id and digest.
const STANDING_JOINS: &str = "LEFT JOIN users u ON u.project = p.key AND u.id = :user \
     LEFT JOIN erased_users e ON e.project = p.key AND e.digest = :digest";

/// How a user stands, whether or not anything is known of them.
pub(super) fn standing_of(connection: &Connection, user: &UserRef) -> Result<UserStanding, StoreError> {
    let sql = format!("SELECT {STANDING_COLUMNS} FROM projects p {STANDING_JOINS} WHERE p.key = :project");
    Ok(connection.prepare_cached(&sql)?.query_row(
        named_params! {
            ":project": user.project.0,
            ":user": user.user.as_str(),
            ":digest": user_data::digest(user.user.as_str()),
        },
        standing,
    )?)
}

fn standing(row: &Row<'_>) -> rusqlite::Result<UserStanding> {
    Ok(UserStanding {
        epoch: row.get("user_epoch")?,
        issued_before: rows::moment(row.get("issued_before")?),
        blocked: row.get("blocked")?,
        plain_hmac_off: row.get("plain_hmac_off")?,
    })
}

/// What is still known of a session, and of its project and user.
pub(super) fn session_standing(
    connection: &Connection,
    project_id: &str,
    user: &UserId,
    session_id: &str,
) -> Result<Option<SessionStanding>, StoreError> {
    let sql = format!(
        "SELECT {}, {STANDING_COLUMNS}, \
         EXISTS (SELECT 1 FROM ended_sessions WHERE id = :session) AS ended \
         FROM projects p {STANDING_JOINS} WHERE p.id = :project",
        projects::PROJECT_COLUMNS
    );
    let parameters = named_params! {
        ":project": project_id,
        ":user": user.as_str(),
        ":digest": user_data::digest(user.as_str()),
        ":session": session_id,
    };
    let found = connection.prepare_cached(&sql)?.query_row(parameters, |row| {
        Ok(SessionStanding {
            project: projects::project(row)?,
            user: standing(row)?,
            ended: row.get("ended")?,
        })
    });
    Ok(found.optional()?)
}

pub(super) fn session_keys(connection: &Connection) -> Result<Vec<StoredSessionKey>, StoreError> {
    let mut statement =
        connection.prepare("SELECT id, sealed, created_at FROM session_keys ORDER BY created_at DESC, id")?;
    let keys = statement
        .query_map([], |row| {
            Ok(StoredSessionKey {
                id: row.get(0)?,
                sealed: row.get(1)?,
                created_at: rows::moment(row.get(2)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(keys)
}

#[async_trait]
impl KeyStore for SqliteStore {
    async fn create_backend_key(
        &self,
        key: NewBackendKey,
        audit: AuditEntry,
    ) -> Result<BackendKey, StoreError> {
        let created = self
            .audited(audit, move |connection| {
                connection.execute(
                    "INSERT INTO backend_keys (id, project, name, hash, scopes, created_at, expires_at) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        key.id,
                        key.project.0,
                        key.name,
                        key.hash,
                        serde_json::to_string(&key.scopes).unwrap_or_default(),
                        key.created_at.unix_ms(),
                        key.expires_at.map(Timestamp::unix_ms)
                    ],
                )?;
                let sql = format!("SELECT {KEY_COLUMNS} FROM backend_keys k WHERE k.id = ?1");
                Ok(Some(connection.query_row(&sql, [&key.id], backend_key)?))
            })
            .await?;
        created.ok_or(StoreError::Closed)
    }

    async fn backend_keys(&self, project: ProjectKey) -> Result<Vec<BackendKey>, StoreError> {
        self.readers
            .run(move |connection| {
                let sql =
                    format!("SELECT {KEY_COLUMNS} FROM backend_keys k WHERE k.project = ?1 ORDER BY k.key");
                let mut statement = connection.prepare_cached(&sql)?;
                let keys = statement.query_map([project.0], backend_key)?.collect::<Result<_, _>>()?;
                Ok(keys)
            })
            .await
    }

    async fn revoke_backend_key(&self, id: &str, audit: AuditEntry) -> Result<bool, StoreError> {
        let (key, at) = (id.to_owned(), audit.at);
        let revoked = self.audited(audit, move |connection| {
            let revoked = connection.execute(
                "UPDATE backend_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                params![key, at.unix_ms()],
            )?;
            Ok((revoked == 1).then_some(()))
        });
        if revoked.await?.is_some() {
            return Ok(true);
        }
        let key = id.to_owned();
        self.readers
            .run(move |connection| {
                Ok(connection.prepare("SELECT 1 FROM backend_keys WHERE id = ?1")?.exists([key])?)
            })
            .await
    }

    async fn backend_key_by_hash(&self, hash: [u8; 32]) -> Result<Option<(BackendKey, Project)>, StoreError> {
        self.readers
            .run(move |connection| {
                let sql = format!(
                    "SELECT {KEY_COLUMNS}, {} FROM backend_keys k JOIN projects p ON p.key = k.project \
                     WHERE k.hash = ?1",
                    projects::PROJECT_COLUMNS
                );
                Ok(connection
                    .prepare_cached(&sql)?
                    .query_row([hash], |row| Ok((backend_key(row)?, projects::project(row)?)))
                    .optional()?)
            })
            .await
    }

    fn edition(&self) -> Edition {
        self.writer.edition()
    }

    async fn touch_backend_key(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.writer
            .run_repeatable(move |connection| {
                connection
                    .prepare_cached("UPDATE backend_keys SET last_used_at = ?2 WHERE id = ?1")?
                    .execute(params![id, at.unix_ms()])?;
                Ok(())
            })
            .await
    }

    async fn session_keys(&self) -> Result<Vec<StoredSessionKey>, StoreError> {
        self.readers.run(session_keys).await
    }

    async fn add_session_key_if_newest_is_older_than(
        &self,
        cutoff: Timestamp,
        key: StoredSessionKey,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let added = self.audited(audit, move |connection| {
            let added = connection.execute(
                "INSERT INTO session_keys (id, sealed, created_at) SELECT ?1, ?2, ?3 \
                 WHERE NOT EXISTS (SELECT 1 FROM session_keys WHERE created_at >= ?4)",
                params![key.id, key.sealed, key.created_at.unix_ms(), cutoff.unix_ms()],
            )?;
            Ok((added == 1).then_some(()))
        });
        added.await.map(|added| added.is_some())
    }

    async fn add_session_key(
        &self,
        key: StoredSessionKey,
        alone: bool,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let added = self.audited(audit, move |connection| {
            if alone {
                connection.execute("DELETE FROM session_keys", [])?;
            }
            connection.execute(
                "INSERT INTO session_keys (id, sealed, created_at) \
                 SELECT ?1, ?2, max(?3, coalesce(max(created_at) + 1, ?3)) FROM session_keys",
                params![key.id, key.sealed, key.created_at.unix_ms()],
            )?;
            Ok(Some(()))
        });
        added.await.map(drop)
    }

    async fn remove_session_keys_succeeded_before(&self, cutoff: Timestamp) -> Result<usize, StoreError> {
        self.writer
            .run(move |connection| {
                Ok(connection.execute(
                    "DELETE FROM session_keys WHERE EXISTS (SELECT 1 FROM session_keys AS successor \
                     WHERE successor.created_at > session_keys.created_at AND successor.created_at < ?1)",
                    [cutoff.unix_ms()],
                )?)
            })
            .await
    }

    async fn revoke_user(
        &self,
        user: &UserRef,
        revocation: Revocation,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let user = user.clone();
        let revoked = self.audited(audit, move |connection| {
            connection.execute(
                "INSERT INTO users (project, id, revision, floor) SELECT key, ?2, own_base, own_base \
                 FROM projects WHERE key = ?1 ON CONFLICT (project, id) DO NOTHING",
                params![user.project.0, user.user.as_str()],
            )?;
            connection.execute(
                "UPDATE users SET epoch = epoch + ?3, issued_before = max(issued_before, ?4), \
                     blocked = coalesce(?5, blocked), plain_hmac_off = coalesce(?6, plain_hmac_off) \
                     WHERE project = ?1 AND id = ?2",
                params![
                    user.project.0,
                    user.user.as_str(),
                    i64::from(revocation.every_session),
                    revocation.issued_before.map_or(0, Timestamp::unix_ms),
                    revocation.blocked,
                    revocation.plain_hmac_off,
                ],
            )?;
            Ok(Some(()))
        });
        revoked.await.map(drop)
    }

    async fn end_session(&self, session_id: &str, until: Timestamp) -> Result<(), StoreError> {
        let session_id = session_id.to_owned();
        self.writer
            .run_repeatable(move |connection| {
                connection
                    .prepare_cached("INSERT OR IGNORE INTO ended_sessions (id, until) VALUES (?1, ?2)")?
                    .execute(params![session_id, until.unix_ms()])?;
                Ok(())
            })
            .await
    }
}

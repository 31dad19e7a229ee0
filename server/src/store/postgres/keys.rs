//! Keys in PostgreSQL, and what a session token is still worth.

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use super::{
    PostgresStore, projects, rows,
    transaction::{Db, Lock, audited, reading, writing},
    user_data, users,
};
use crate::{
    auth::user_id::UserId,
    store::{
        AuditEntry, BackendKey, Edition, KeyStore, NewBackendKey, Project, ProjectKey, Revocation,
        SessionStanding, StoreError, StoredSessionKey, UserRef, UserStanding,
    },
};

const KEY_COLUMNS: &str =
    "k.id, k.project, k.name, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.revoked_at";

fn backend_key(row: &Row) -> Result<BackendKey, StoreError> {
    Ok(BackendKey {
        id: row.try_get("id")?,
        project: ProjectKey(row.try_get("project")?),
        name: row.try_get("name")?,
        scopes: rows::json(row, "scopes")?.unwrap_or_default(),
        created_at: rows::moment(row, "created_at")?,
        expires_at: rows::optional_moment(row, "expires_at")?,
        last_used_at: rows::optional_moment(row, "last_used_at")?,
        revoked_at: rows::optional_moment(row, "revoked_at")?,
    })
}

const STANDING_COLUMNS: &str = "coalesce(u.epoch, 0) AS user_epoch, \
     greatest(coalesce(u.issued_before, 0), coalesce(e.erased_at, 0)) AS issued_before, \
     coalesce(u.blocked, FALSE) AS blocked, coalesce(u.plain_hmac_off, FALSE) AS plain_hmac_off";

/// What [`STANDING_COLUMNS`] are read from: a project, called `p`, and in it the user with this id (`$2`) and digest (`$3`).
const STANDING_JOINS: &str = "LEFT JOIN users u ON u.project = p.key AND u.id = $2 \
     LEFT JOIN erased_users e ON e.project = p.key AND e.digest = $3";

/// How a user stands, whether or not anything is known of them.
pub(super) async fn standing_of(db: &Db<'_>, user: &UserRef) -> Result<UserStanding, StoreError> {
    let sql = format!("SELECT {STANDING_COLUMNS} FROM projects p {STANDING_JOINS} WHERE p.key = $1");
    let id = user.user.as_str();
    standing(&db.one(&sql, &[&user.project.0, &id, &user_data::digest(id).as_slice()]).await?)
}

fn standing(row: &Row) -> Result<UserStanding, StoreError> {
    Ok(UserStanding {
        epoch: row.try_get("user_epoch")?,
        issued_before: rows::moment(row, "issued_before")?,
        blocked: row.try_get("blocked")?,
        plain_hmac_off: row.try_get("plain_hmac_off")?,
    })
}

async fn create(db: &Db<'_>, key: &NewBackendKey) -> Result<BackendKey, StoreError> {
    db.run(
        "INSERT INTO backend_keys (id, project, name, hash, scopes, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &key.id,
            &key.project.0,
            &key.name,
            &key.hash.as_slice(),
            &rows::as_json(&key.scopes)?,
            &key.created_at.unix_ms(),
            &key.expires_at.map(Timestamp::unix_ms),
        ],
    )
    .await?;
    let sql = format!("SELECT {KEY_COLUMNS} FROM backend_keys k WHERE k.id = $1");
    backend_key(&db.one(&sql, &[&key.id]).await?)
}

async fn of_project(db: &Db<'_>, project: ProjectKey) -> Result<Vec<BackendKey>, StoreError> {
    let sql = format!("SELECT {KEY_COLUMNS} FROM backend_keys k WHERE k.project = $1 ORDER BY k.key");
    db.all(&sql, &[&project.0]).await?.iter().map(backend_key).collect()
}

async fn by_hash(db: &Db<'_>, hash: [u8; 32]) -> Result<Option<(BackendKey, Project)>, StoreError> {
    let sql = format!(
        "SELECT {KEY_COLUMNS}, {} FROM backend_keys k JOIN projects p ON p.key = k.project WHERE k.hash = $1",
        projects::PROJECT_COLUMNS
    );
    let found = db.first(&sql, &[&hash.as_slice()]).await?;
    found.map(|row| Ok((backend_key(&row)?, projects::project(&row)?))).transpose()
}

async fn session_keys(db: &Db<'_>) -> Result<Vec<StoredSessionKey>, StoreError> {
    let sql = "SELECT id, sealed, created_at FROM session_keys ORDER BY created_at DESC, id";
    let key = |row: &Row| {
        Ok(StoredSessionKey {
            id: row.try_get("id")?,
            sealed: row.try_get("sealed")?,
            created_at: rows::moment(row, "created_at")?,
        })
    };
    db.all(sql, &[]).await?.iter().map(key).collect()
}

async fn add_session_key_if_older(
    db: &Db<'_>,
    cutoff: Timestamp,
    key: &StoredSessionKey,
) -> Result<bool, StoreError> {
    db.lock(Lock::SessionKeys).await?;
    let added = db
        .run(
            "INSERT INTO session_keys (id, sealed, created_at) SELECT $1, $2, $3 \
             WHERE NOT EXISTS (SELECT 1 FROM session_keys WHERE created_at >= $4)",
            &[&key.id, &key.sealed, &key.created_at.unix_ms(), &cutoff.unix_ms()],
        )
        .await?;
    Ok(added == 1)
}

async fn add_session_key(db: &Db<'_>, key: &StoredSessionKey, alone: bool) -> Result<(), StoreError> {
    db.lock(Lock::SessionKeys).await?;
    if alone {
        db.run("DELETE FROM session_keys", &[]).await?;
    }
    db.run(
        "INSERT INTO session_keys (id, sealed, created_at) \
         SELECT $1, $2, greatest($3, max(created_at) + 1) FROM session_keys",
        &[&key.id, &key.sealed, &key.created_at.unix_ms()],
    )
    .await
    .map(drop)
}

async fn remove_session_keys(db: &Db<'_>, cutoff: Timestamp) -> Result<usize, StoreError> {
    db.lock(Lock::SessionKeys).await?;
    let removed = db
        .run(
            "DELETE FROM session_keys k WHERE EXISTS (SELECT 1 FROM session_keys successor \
             WHERE successor.created_at > k.created_at AND successor.created_at < $1)",
            &[&cutoff.unix_ms()],
        )
        .await?;
    Ok(usize::try_from(removed).unwrap_or(usize::MAX))
}

async fn revoke_user(db: &Db<'_>, user: &UserRef, revocation: Revocation) -> Result<(), StoreError> {
    let row = users::lock_or_create(db, user).await?;
    db.run(
        "UPDATE users SET epoch = epoch + $2, issued_before = greatest(issued_before, $3), \
         blocked = coalesce($4, blocked), plain_hmac_off = coalesce($5, plain_hmac_off) WHERE key = $1",
        &[
            &row.key,
            &i64::from(revocation.every_session),
            &revocation.issued_before.map_or(0, Timestamp::unix_ms),
            &revocation.blocked,
            &revocation.plain_hmac_off,
        ],
    )
    .await
    .map(drop)
}

pub(super) async fn session_standing(
    db: &Db<'_>,
    project_id: &str,
    user: &UserId,
    session_id: &str,
) -> Result<Option<SessionStanding>, StoreError> {
    let sql = format!(
        "SELECT {}, {STANDING_COLUMNS}, EXISTS (SELECT 1 FROM ended_sessions WHERE id = $4) AS ended \
         FROM projects p {STANDING_JOINS} WHERE p.id = $1",
        projects::PROJECT_COLUMNS
    );
    let (id, digest) = (user.as_str(), user_data::digest(user.as_str()));
    let found = db.first(&sql, &[&project_id, &id, &digest.as_slice(), &session_id]).await?;
    let worth = |row: Row| {
        Ok(SessionStanding {
            project: projects::project(&row)?,
            user: standing(&row)?,
            ended: row.try_get("ended")?,
        })
    };
    found.map(worth).transpose()
}

#[async_trait]
impl KeyStore for PostgresStore {
    async fn create_backend_key(
        &self,
        key: NewBackendKey,
        audit: AuditEntry,
    ) -> Result<BackendKey, StoreError> {
        audited!(self, audit, db => create(db, &key).await.map(Some))?.ok_or(StoreError::Closed)
    }

    async fn backend_keys(&self, project: ProjectKey) -> Result<Vec<BackendKey>, StoreError> {
        reading!(self, db => of_project(db, project).await)
    }

    async fn revoke_backend_key(&self, id: &str, audit: AuditEntry) -> Result<bool, StoreError> {
        let at = audit.at.unix_ms();
        let sql = "UPDATE backend_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let revoked = audited!(self, audit, db => {
            db.run(sql, &[&id, &at]).await.map(|revoked| (revoked == 1).then_some(()))
        });
        if revoked?.is_some() {
            return Ok(true);
        }
        reading!(self, db => db.is_any("SELECT 1 FROM backend_keys WHERE id = $1", &[&id]).await)
    }

    async fn backend_key_by_hash(&self, hash: [u8; 32]) -> Result<Option<(BackendKey, Project)>, StoreError> {
        reading!(self, db => by_hash(db, hash).await)
    }

    fn edition(&self) -> Edition {
        self.connections.edition()
    }

    async fn touch_backend_key(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE backend_keys SET last_used_at = greatest(last_used_at, $2) WHERE id = $1";
        writing!(self, db => db.run(sql, &[&id, &at.unix_ms()]).await.map(drop))
    }

    async fn session_keys(&self) -> Result<Vec<StoredSessionKey>, StoreError> {
        reading!(self, db => session_keys(db).await)
    }

    async fn add_session_key_if_newest_is_older_than(
        &self,
        cutoff: Timestamp,
        key: StoredSessionKey,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let added = audited!(self, audit, db => {
            add_session_key_if_older(db, cutoff, &key).await.map(|added| added.then_some(()))
        });
        Ok(added?.is_some())
    }

    async fn add_session_key(
        &self,
        key: StoredSessionKey,
        alone: bool,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        audited!(self, audit, db => add_session_key(db, &key, alone).await.map(Some)).map(drop)
    }

    async fn remove_session_keys_succeeded_before(&self, cutoff: Timestamp) -> Result<usize, StoreError> {
        writing!(self, db => remove_session_keys(db, cutoff).await)
    }

    async fn revoke_user(
        &self,
        user: &UserRef,
        revocation: Revocation,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        audited!(self, audit, db => revoke_user(db, user, revocation).await.map(Some)).map(drop)
    }

    async fn end_session(&self, session_id: &str, until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO ended_sessions (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        writing!(self, db => db.run(sql, &[&session_id, &until.unix_ms()]).await.map(drop))
    }
}

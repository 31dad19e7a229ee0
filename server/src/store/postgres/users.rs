//! The rows of users: reading them, making them, and locking them for a change.

use tokio_postgres::Row;

use super::transaction::Db;
use crate::store::{ProjectKey, StoreError, UserRef, reading::UserRow, revision::StateNumbers};

/// Who waits for a row may wait for somebody who erases its user, and then finds none. So often it is made again.
const MAX_LOOKS: u32 = 5;

/// What [`user_row`] reads of a project called `p` and of a user called `u`, who may not be there.
const USER_COLUMNS: &str = "p.key AS project, coalesce(u.key, 0) AS key, coalesce(u.revision, p.own_base) AS revision, \
     p.shared_revision, coalesce(u.floor, p.own_base) AS floor, p.shared_floor, coalesce(u.settled, 0) AS settled, \
     coalesce(u.unseen, 0) AS unseen, coalesce(u.unread, 0) AS unread, coalesce(u.total, 0) AS total";

fn user_row(row: &Row) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        project: row.try_get("project")?,
        key: row.try_get("key")?,
        state: StateNumbers { own: row.try_get("revision")?, shared: row.try_get("shared_revision")? },
        floor: StateNumbers { own: row.try_get("floor")?, shared: row.try_get("shared_floor")? },
        settled: row.try_get("settled")?,
        unseen: row.try_get("unseen")?,
        unread: row.try_get("unread")?,
        total: row.try_get("total")?,
    })
}

/// The row of a user.
pub(super) async fn read(db: &Db<'_>, user: &UserRef) -> Result<UserRow, StoreError> {
    let sql = format!(
        "SELECT {USER_COLUMNS} FROM projects p LEFT JOIN users u ON u.project = p.key AND u.id = $2 WHERE p.key = $1"
    );
    let found = db.first(&sql, &[&user.project.0, &user.user.as_str()]).await?;
    found.map_or_else(|| Ok(UserRow::default()), |row| user_row(&row))
}

/// The rows of users of one project, in the order of their ids.
pub(super) async fn read_many(db: &Db<'_>, project: i64, ids: &[&str]) -> Result<Vec<UserRow>, StoreError> {
    let sql = format!(
        "SELECT {USER_COLUMNS} FROM unnest($2::text[]) WITH ORDINALITY AS w (id, number) \
         JOIN projects p ON p.key = $1 LEFT JOIN users u ON u.project = p.key AND u.id = w.id ORDER BY w.number"
    );
    let found = db.all(&sql, &[&project, &ids]).await?;
    let mut rows = found.iter().map(user_row).collect::<Result<Vec<_>, _>>()?;
    // Of a project that is not there, there is none.
    rows.resize(ids.len(), UserRow::default());
    Ok(rows)
}

/// The row of a user, locked until the transaction ends if there is one.
pub(super) async fn lock(db: &Db<'_>, user: &UserRef) -> Result<UserRow, StoreError> {
    db.all(
        "SELECT key FROM users WHERE project = $1 AND id = $2 FOR NO KEY UPDATE",
        &[&user.project.0, &user.user.as_str()],
    )
    .await?;
    // Read by another statement, which sees what the lock was waited for.
    read(db, user).await
}

/// The row of a user, locked until the transaction ends, and made if there is none.
pub(super) async fn lock_or_create(db: &Db<'_>, user: &UserRef) -> Result<UserRow, StoreError> {
    let mut row = UserRow::default();
    for _ in 0..MAX_LOOKS {
        create(db, user.project, &[user.user.as_str()]).await?;
        row = lock(db, user).await?;
        if row.key != 0 {
            break;
        }
    }
    Ok(row)
}

/// An inbox whose row is locked.
#[derive(Clone, Debug)]
pub(super) struct Locked {
    pub(super) key: i64,
    pub(super) project: ProjectKey,
    pub(super) id: String,
    pub(super) revision: i64,
}

fn locked(row: &Row) -> Result<Locked, StoreError> {
    Ok(Locked {
        key: row.try_get("key")?,
        project: ProjectKey(row.try_get("project")?),
        id: row.try_get("id")?,
        revision: row.try_get("revision")?,
    })
}

/// Locks the rows of many users of a project, making those that are missing.
///
/// New rows come first, in the order of ids, and then what is there is locked in the order of keys: whoever waits for a
/// new row holds none that somebody in the second part waits for.
pub(super) async fn lock_or_create_all(
    db: &Db<'_>,
    project: ProjectKey,
    ids: &[&str],
) -> Result<Vec<Locked>, StoreError> {
    let mut rows = Vec::new();
    for _ in 0..MAX_LOOKS {
        create(db, project, ids).await?;
        rows = db
            .all(
                "SELECT key, project, id, revision FROM users WHERE project = $1 AND id = ANY($2) \
                 ORDER BY key FOR NO KEY UPDATE",
                &[&project.0, &ids],
            )
            .await?;
        if rows.len() >= ids.len() {
            break;
        }
    }
    rows.iter().map(locked).collect()
}

/// Locks the rows of inboxes, those that are there; gives them in the order of their keys.
pub(super) async fn lock_all(db: &Db<'_>, keys: &[i64]) -> Result<Vec<Locked>, StoreError> {
    let rows = db
        .all(
            "SELECT key, project, id, revision FROM users WHERE key = ANY($1) ORDER BY key FOR NO KEY UPDATE",
            &[&keys],
        )
        .await?;
    rows.iter().map(locked).collect()
}

/// Makes the rows that are missing.
pub(super) async fn create(db: &Db<'_>, project: ProjectKey, ids: &[&str]) -> Result<(), StoreError> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let made = db
        .all(
            "INSERT INTO users (project, id, revision, floor) SELECT p.key, w.id, p.own_base, p.own_base \
             FROM unnest($2::text[]) WITH ORDINALITY AS w (id, number), projects p WHERE p.key = $1 AND NOT EXISTS \
             (SELECT 1 FROM users u WHERE u.project = $1 AND u.id = w.id COLLATE \"C\") ORDER BY w.number \
             ON CONFLICT (project, id) DO NOTHING RETURNING key",
            &[&project.0, &ids],
        )
        .await?;
    if made.is_empty() {
        return Ok(());
    }
    let made = made.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    // The statement may have waited for somebody who erased the user of that name, and knows the base from before that.
    db.run(
        "UPDATE users u SET revision = p.own_base, floor = p.own_base FROM projects p \
         WHERE p.key = $1 AND u.key = ANY($2) AND u.revision < p.own_base",
        &[&project.0, &made],
    )
    .await
    .map(drop)
}

/// How the row of a project is locked.
#[derive(Clone, Copy)]
pub(super) enum Hold {
    /// What is shared stays as it is until the transaction ends. Many may hold it so.
    Still,
    /// This transaction alone changes what is shared, or counts what the project has.
    Alone,
}

/// Locks the row of a project; to be done before any row of its users is locked. Gives its shared revision.
pub(super) async fn hold_project(db: &Db<'_>, project: ProjectKey, hold: Hold) -> Result<i64, StoreError> {
    let sql = match hold {
        Hold::Still => "SELECT shared_revision FROM projects WHERE key = $1 FOR SHARE",
        Hold::Alone => "SELECT shared_revision FROM projects WHERE key = $1 FOR NO KEY UPDATE",
    };
    Ok(db.one(sql, &[&project.0]).await?.try_get(0)?)
}

/// Locks the rows of those of the users that there are; gives their keys.
pub(super) async fn lock_known(
    db: &Db<'_>,
    project: ProjectKey,
    ids: &[&str],
) -> Result<Vec<i64>, StoreError> {
    let rows = db
        .all(
            "SELECT key FROM users WHERE project = $1 AND id = ANY($2) ORDER BY key FOR NO KEY UPDATE",
            &[&project.0, &ids],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

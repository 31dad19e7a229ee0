//! The end of what is shared: it expires, or is withdrawn; and much later it is forgotten.

use notification_bell_protocol::Timestamp;
use tokio_postgres::Row;

use super::sending::raise_revision;
use crate::store::{
    ProjectKey, StoreError,
    postgres::{
        retention, rows,
        transaction::Db,
        users::{Hold, hold_project},
    },
};

const IS_THERE: &str = "SELECT 1 FROM shared WHERE notification = $1 AND removed_at IS NULL";

/// Withdraws a notification, if it is shared and still there: says whether it was. It is gone at once for those who have
/// not settled it; the items that others have are not touched.
pub(in crate::store::postgres) async fn withdraw(
    db: &Db<'_>,
    project: ProjectKey,
    notification: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !db.is_any(IS_THERE, &[&notification]).await? {
        return Ok(false);
    }
    hold_project(db, project, Hold::Alone).await?;
    // It may have expired while the project was waited for.
    let is_there = db.is_any(IS_THERE, &[&notification]).await?;
    if is_there {
        remove(db, project, &[notification], now).await?;
    }
    Ok(is_there)
}

/// After what a category reaches was changed: if anything was sent in it, whoever follows an inbox of the project loads the
/// list again. The project is held alone.
pub(in crate::store::postgres) async fn reset(
    db: &Db<'_>,
    project: ProjectKey,
    category: &str,
) -> Result<(), StoreError> {
    db.run(
        "UPDATE projects SET shared_revision = shared_revision + 1, shared_floor = shared_revision + 1 \
         WHERE key = $1 AND (SELECT TRUE FROM notifications WHERE project = $1 AND category = $2 \
         AND category IS NOT NULL ORDER BY created_at LIMIT 1)",
        &[&project.0, &category],
    )
    .await
    .map(drop)
}

/// Each with a revision of its own. The project is held alone.
async fn remove(
    db: &Db<'_>,
    project: ProjectKey,
    notifications: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    let raised = raise_revision(db, project, notifications.len()).await?;
    let before = raised - rows::limit(notifications.len());
    db.run(
        "UPDATE shared s SET revision = $2 + g.number, removed_at = $3, due_at = NULL \
         FROM unnest($1::bigint[]) WITH ORDINALITY AS g (notification, number) WHERE s.notification = g.notification",
        &[&notifications, &before, &now.unix_ms()],
    )
    .await
    .map(drop)
}

/// The projects in which something shared is due.
pub(in crate::store::postgres) async fn projects_with_due(
    db: &Db<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ProjectKey>, StoreError> {
    let found = db
        .all(
            "SELECT DISTINCT project FROM (SELECT project FROM shared WHERE due_at <= $1 ORDER BY due_at LIMIT $2) d",
            &[&now.unix_ms(), &rows::limit(limit)],
        )
        .await?;
    found.iter().map(|row| Ok(ProjectKey(row.try_get(0)?))).collect()
}

/// Has what is due in a project expire, at most so much of it; says how much. Items of those who have settled it expire by
/// themselves.
pub(in crate::store::postgres) async fn advance_one_project(
    db: &Db<'_>,
    project: ProjectKey,
    now: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    hold_project(db, project, Hold::Alone).await?;
    let due = db
        .all(
            "SELECT notification FROM shared WHERE project = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3",
            &[&project.0, &now.unix_ms(), &rows::limit(limit)],
        )
        .await?;
    let due = due.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    if !due.is_empty() {
        remove(db, project, &due, now).await?;
    }
    Ok(due.len())
}

/// When something shared is due next.
pub(in crate::store::postgres) async fn next_at(db: &Db<'_>) -> Result<Option<Timestamp>, StoreError> {
    let next = db.one("SELECT min(due_at) AS next FROM shared WHERE due_at IS NOT NULL", &[]).await?;
    rows::optional_moment(&next, "next")
}

/// Removes what was shared before a moment, at most `most` of it, without a tombstone: whoever follows an inbox of the
/// project loads the list again. Says how many.
pub(in crate::store::postgres) async fn remove_old(
    db: &Db<'_>,
    project: ProjectKey,
    before: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let is_any = db
        .is_any(
            "SELECT 1 FROM shared WHERE project = $1 AND position < $2 ORDER BY position LIMIT 1",
            &[&project.0, &before.unix_ms()],
        )
        .await?;
    if !is_any {
        return Ok(0);
    }
    hold_project(db, project, Hold::Alone).await?;
    let removed = db
        .run(
            "DELETE FROM shared WHERE notification = ANY (ARRAY (\
             SELECT notification FROM shared WHERE project = $1 AND position < $2 ORDER BY position LIMIT $3))",
            &[&project.0, &before.unix_ms(), &rows::limit(most)],
        )
        .await?;
    if removed > 0 {
        db.run(
            "UPDATE projects SET shared_revision = shared_revision + 1, shared_floor = shared_revision + 1 \
             WHERE key = $1",
            &[&project.0],
        )
        .await?;
    }
    Ok(usize::try_from(removed).unwrap_or(usize::MAX))
}

/// Forgets what was gone before a moment; says how many.
pub(in crate::store::postgres) async fn forget(
    db: &Db<'_>,
    before: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let found = db
        .all(
            "SELECT notification, project FROM shared WHERE removed_at < $1 ORDER BY project LIMIT $2",
            &[&before.unix_ms(), &rows::limit(limit)],
        )
        .await?;
    let mut notifications = Vec::with_capacity(found.len());
    let mut projects = Vec::new();
    for row in &found {
        notifications.push(row.try_get::<_, i64>("notification")?);
        projects.push(row.try_get::<_, i64>("project")?);
    }
    projects.dedup();
    for project in projects {
        hold_project(db, ProjectKey(project), Hold::Alone).await?;
    }
    // A client that was away since before then cannot be told of this any more.
    db.run(
        "UPDATE projects p SET shared_floor = greatest(p.shared_floor, g.revision) FROM \
         (SELECT project, max(revision) AS revision FROM shared WHERE notification = ANY($1) GROUP BY project) g \
         WHERE p.key = g.project",
        &[&notifications],
    )
    .await?;
    let forgotten = db
        .all("DELETE FROM shared WHERE notification = ANY($1) RETURNING notification", &[&notifications])
        .await?;
    let key = |row: &Row| row.try_get(0);
    let forgotten = forgotten.iter().map(key).collect::<Result<Vec<i64>, _>>()?;
    retention::remove_unless_held(db, &forgotten).await?;
    Ok(forgotten.len())
}

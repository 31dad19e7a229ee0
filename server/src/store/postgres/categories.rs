//! Declared categories in PostgreSQL.

use async_trait::async_trait;
use tokio_postgres::Row;

use super::{
    PostgresStore, rows, shared,
    transaction::{Db, audited, reading},
    users::{Hold, hold_project},
};
use crate::store::{AuditEntry, Category, CategoryPut, CategoryStore, ProjectKey, StoreError};

fn category(row: &Row) -> Result<Category, StoreError> {
    Ok(Category {
        name: row.try_get("name")?,
        names: rows::json(row, "names")?.unwrap_or_default(),
        description: row.try_get("description")?,
        is_default: row.try_get("is_default")?,
        is_locked: row.try_get("is_locked")?,
        updated_at: rows::moment(row, "updated_at")?,
    })
}

pub(super) async fn all(db: &Db<'_>, project: ProjectKey) -> Result<Vec<Category>, StoreError> {
    let found = db.all("SELECT * FROM categories WHERE project = $1 ORDER BY name", &[&project.0]).await?;
    found.iter().map(category).collect()
}

/// Whether a category reaches whoever has chosen nothing, and whether it reaches everybody.
pub(super) async fn reach(db: &Db<'_>, project: ProjectKey, name: &str) -> Result<(bool, bool), StoreError> {
    let sql = "SELECT is_default, is_locked FROM categories WHERE project = $1 AND name = $2";
    let Some(row) = db.first(sql, &[&project.0, &rows::sought(name)]).await? else {
        return Ok((true, false));
    };
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// After a declaration was changed: if anything was ever sent in the category, whoever follows an inbox of the project
/// loads the list again. That is one row, where to raise the floors of those who have something of it would be as many
/// as they are.
async fn changed(
    db: &Db<'_>,
    project: ProjectKey,
    name: &str,
    before: (bool, bool),
) -> Result<CategoryPut, StoreError> {
    if reach(db, project, name).await? == before {
        return Ok(CategoryPut::Named);
    }
    shared::reset(db, project, name).await?;
    Ok(CategoryPut::ReachesOthers)
}

async fn put(
    db: &Db<'_>,
    project: ProjectKey,
    category: &Category,
    most: usize,
) -> Result<CategoryPut, StoreError> {
    hold_project(db, project, Hold::Alone).await?;
    let others: i64 = db
        .one(
            "SELECT count(*) FROM categories WHERE project = $1 AND name <> $2",
            &[&project.0, &category.name],
        )
        .await?
        .try_get(0)?;
    if others >= rows::limit(most) {
        return Ok(CategoryPut::TooMany);
    }
    let before = reach(db, project, &category.name).await?;
    db.run(
        "INSERT INTO categories (project, name, names, description, is_default, is_locked, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project, name) DO UPDATE SET \
         names = excluded.names, description = excluded.description, is_default = excluded.is_default, \
         is_locked = excluded.is_locked, updated_at = excluded.updated_at",
        &[
            &project.0,
            &category.name,
            &rows::as_json(&category.names)?,
            &category.description,
            &category.is_default,
            &category.is_locked,
            &category.updated_at.unix_ms(),
        ],
    )
    .await?;
    changed(db, project, &category.name, before).await
}

async fn remove(db: &Db<'_>, project: ProjectKey, name: &str) -> Result<Option<CategoryPut>, StoreError> {
    hold_project(db, project, Hold::Alone).await?;
    let before = reach(db, project, name).await?;
    let removed = db
        .run("DELETE FROM categories WHERE project = $1 AND name = $2", &[&project.0, &rows::sought(name)])
        .await?;
    if removed == 0 {
        return Ok(None);
    }
    changed(db, project, name, before).await.map(Some)
}

#[async_trait]
impl CategoryStore for PostgresStore {
    async fn put_category(
        &self,
        project: ProjectKey,
        category: Category,
        most: usize,
        audit: AuditEntry,
    ) -> Result<CategoryPut, StoreError> {
        let put = audited!(self, audit, db => {
            put(db, project, &category, most).await.map(|put| Some(put).filter(|put| *put != CategoryPut::TooMany))
        });
        Ok(put?.unwrap_or(CategoryPut::TooMany))
    }

    async fn categories(&self, project: ProjectKey) -> Result<Vec<Category>, StoreError> {
        reading!(self, db => all(db, project).await)
    }

    async fn remove_category(
        &self,
        project: ProjectKey,
        name: &str,
        audit: AuditEntry,
    ) -> Result<Option<CategoryPut>, StoreError> {
        audited!(self, audit, db => remove(db, project, name).await)
    }
}

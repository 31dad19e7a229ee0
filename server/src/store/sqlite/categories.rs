//! Declared categories in SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{SqliteStore, rows, shared};
use crate::store::{AuditEntry, Category, CategoryPut, CategoryStore, ProjectKey, StoreError};

fn category(row: &Row<'_>) -> rusqlite::Result<Category> {
    Ok(Category {
        name: row.get("name")?,
        names: rows::json(row, "names")?.unwrap_or_default(),
        description: row.get("description")?,
        is_default: row.get("is_default")?,
        is_locked: row.get("is_locked")?,
        updated_at: rows::moment(row.get("updated_at")?),
    })
}

pub(super) fn all(connection: &Connection, project: ProjectKey) -> Result<Vec<Category>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM categories WHERE project = ?1 ORDER BY name")?;
    Ok(statement.query_map([project.0], category)?.collect::<Result<_, _>>()?)
}

/// Whether a category reaches whoever has chosen nothing, and whether it reaches everybody.
pub(super) fn reach(
    connection: &Connection,
    project: ProjectKey,
    name: &str,
) -> Result<(bool, bool), StoreError> {
    let found = connection
        .prepare_cached("SELECT is_default, is_locked FROM categories WHERE project = ?1 AND name = ?2")?
        .query_row(params![project.0, name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or((true, false)))
}

/// After a declaration was changed: if anything was ever sent in the category, whoever follows an inbox of the project
/// loads the list again. That is one row, where to raise the floors of those who have something of it would be as many
/// as they are.
fn changed(
    connection: &Connection,
    project: ProjectKey,
    name: &str,
    before: (bool, bool),
) -> Result<CategoryPut, StoreError> {
    if reach(connection, project, name)? == before {
        return Ok(CategoryPut::Named);
    }
    shared::reset(connection, project, name)?;
    Ok(CategoryPut::ReachesOthers)
}

fn put(
    connection: &Connection,
    project: ProjectKey,
    category: &Category,
    most: usize,
) -> Result<CategoryPut, StoreError> {
    let others: i64 = connection
        .prepare_cached("SELECT count(*) FROM categories WHERE project = ?1 AND name <> ?2")?
        .query_row(params![project.0, category.name], |row| row.get(0))?;
    if others >= i64::try_from(most).unwrap_or(i64::MAX) {
        return Ok(CategoryPut::TooMany);
    }
    let before = reach(connection, project, &category.name)?;
    let names =
        serde_json::to_string(&category.names).map_err(|error| StoreError::Database(Box::new(error)))?;
    connection
        .prepare_cached(
            "INSERT INTO categories (project, name, names, description, is_default, is_locked, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (project, name) DO UPDATE SET \
             names = excluded.names, description = excluded.description, is_default = excluded.is_default, \
             is_locked = excluded.is_locked, updated_at = excluded.updated_at",
        )?
        .execute(params![
            project.0,
            category.name,
            names,
            category.description,
            category.is_default,
            category.is_locked,
            category.updated_at.unix_ms()
        ])?;
    changed(connection, project, &category.name, before)
}

fn remove(
    connection: &Connection,
    project: ProjectKey,
    name: &str,
) -> Result<Option<CategoryPut>, StoreError> {
    let before = reach(connection, project, name)?;
    let removed = connection
        .prepare_cached("DELETE FROM categories WHERE project = ?1 AND name = ?2")?
        .execute(params![project.0, name])?;
    (removed == 1).then(|| changed(connection, project, name, before)).transpose()
}

#[async_trait]
impl CategoryStore for SqliteStore {
    async fn put_category(
        &self,
        project: ProjectKey,
        category: Category,
        most: usize,
        audit: AuditEntry,
    ) -> Result<CategoryPut, StoreError> {
        let put = self.audited(audit, move |connection| {
            let put = put(connection, project, &category, most)?;
            Ok(Some(put).filter(|put| *put != CategoryPut::TooMany))
        });
        Ok(put.await?.unwrap_or(CategoryPut::TooMany))
    }

    async fn categories(&self, project: ProjectKey) -> Result<Vec<Category>, StoreError> {
        self.readers.run(move |connection| all(connection, project)).await
    }

    async fn remove_category(
        &self,
        project: ProjectKey,
        name: &str,
        audit: AuditEntry,
    ) -> Result<Option<CategoryPut>, StoreError> {
        let name = name.to_owned();
        self.audited(audit, move |connection| remove(connection, project, &name)).await
    }
}

//! What users chose about categories.

use async_trait::async_trait;
use notification_bell_protocol::{CategoryPreference, Preferences};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, counts};
use crate::store::{PreferenceStore, StoreError, UserRef};

fn preferences(connection: &Connection, user: &UserRef) -> Result<Preferences, StoreError> {
    let categories = connection
        .prepare_cached(
            "SELECT c.name, coalesce(c.wanted, 1) FROM users u JOIN inbox_categories c ON c.user = u.key \
             WHERE u.project = ?1 AND u.id = ?2 AND (c.stored > 0 OR c.wanted IS NOT NULL) ORDER BY c.name",
        )?
        .query_map(params![user.project.0, user.user.as_str()], |row| {
            Ok(CategoryPreference { name: row.get(0)?, enabled: row.get(1)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Preferences { categories })
}

fn set_preferences(
    connection: &Connection,
    user: &UserRef,
    choices: Vec<CategoryPreference>,
    most: usize,
) -> Result<Option<Preferences>, StoreError> {
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?.unwrap_or_default();
    let mut remembered: i64 = connection
        .prepare_cached("SELECT count(wanted) FROM inbox_categories WHERE user = ?1")?
        .query_row([row.key], |row| row.get(0))?;
    let mut changes = Vec::new();
    for choice in choices {
        let before: Option<bool> = connection
            .prepare_cached("SELECT wanted FROM inbox_categories WHERE user = ?1 AND name = ?2")?
            .query_row(params![row.key, choice.name], |row| row.get(0))
            .optional()?
            .flatten();
        if choice.enabled != before.unwrap_or(true) {
            remembered += i64::from(before.is_none());
            changes.push(choice);
        }
    }
    if !changes.is_empty() {
        if remembered > i64::try_from(most).unwrap_or(i64::MAX) {
            return Ok(None);
        }
        write(connection, user, &changes)?;
    }
    preferences(connection, user).map(Some)
}

fn write(connection: &Connection, user: &UserRef, changes: &[CategoryPreference]) -> Result<(), StoreError> {
    // With the floor at the new revision, whoever is at an older one loads the list again.
    let key: i64 = connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor) VALUES (?1, ?2, 1, 1) ON CONFLICT (project, id) \
             DO UPDATE SET revision = revision + 1, floor = revision + 1 RETURNING key",
        )?
        .query_row(params![user.project.0, user.user.as_str()], |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO inbox_categories (user, name, wanted) VALUES (?1, ?2, ?3) \
         ON CONFLICT (user, name) DO UPDATE SET wanted = excluded.wanted",
    )?;
    for change in changes {
        statement.execute(params![key, change.name, change.enabled])?;
    }
    Ok(())
}

#[async_trait]
impl PreferenceStore for SqliteStore {
    async fn preferences(&self, user: &UserRef) -> Result<Preferences, StoreError> {
        let user = user.clone();
        self.readers.run(move |connection| preferences(connection, &user)).await
    }

    async fn set_preferences(
        &self,
        user: &UserRef,
        choices: Vec<CategoryPreference>,
        most: usize,
    ) -> Result<Option<Preferences>, StoreError> {
        let user = user.clone();
        self.writer.run(move |connection| set_preferences(connection, &user, choices, most)).await
    }
}

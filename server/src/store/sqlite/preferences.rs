//! What users chose about categories.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notification_bell_protocol::{CategoryPreference, Preferences};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, categories, counts, shared};
use crate::{
    languages::{Languages, Locale},
    store::{Category, PreferenceStore, StoreError, UserRef},
};

pub(super) fn preferences(
    connection: &Connection,
    user: &UserRef,
    languages: &Languages,
) -> Result<Preferences, StoreError> {
    let mut found = declared(connection, user, languages)?;
    let mut statement = connection.prepare_cached(
        "SELECT c.name, c.wanted FROM users u JOIN inbox_categories c ON c.user = u.key \
         WHERE u.project = ?1 AND u.id = ?2 AND (c.stored > 0 OR c.wanted IS NOT NULL)",
    )?;
    let mut rows = statement.query(params![user.project.0, user.user.as_str()])?;
    while let Some(row) = rows.next()? {
        let (name, wanted): (String, Option<bool>) = (row.get(0)?, row.get(1)?);
        let category = found.entry(name.clone()).or_insert_with(|| CategoryPreference::new(name, true));
        if category.can_be_turned_off != Some(false) {
            category.enabled = wanted.unwrap_or(category.enabled);
        }
    }
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
    for (name, _) in shared::numbers(connection, &row, shared::ALL)? {
        if let Some(name) = name {
            found.entry(name.clone()).or_insert_with(|| CategoryPreference::new(name, true));
        }
    }
    Ok(Preferences { categories: found.into_values().collect() })
}

/// What the project has declared, as it is for a user who has chosen nothing.
fn declared(
    connection: &Connection,
    user: &UserRef,
    languages: &Languages,
) -> Result<BTreeMap<String, CategoryPreference>, StoreError> {
    let declared = categories::all(connection, user.project)?;
    if declared.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of_project = connection
        .prepare_cached("SELECT locale FROM projects WHERE key = ?1")?
        .query_row([user.project.0], |row| row.get(0).map(Locale::trusted))?;
    let of_project = Languages::from(&of_project);
    let preference = |category: Category| {
        let tags = category.names.keys().map(Locale::as_str);
        let picked = languages.pick(&tags).or_else(|| of_project.pick(&tags));
        let named = category.names.iter().find(|(locale, _)| picked.is_none_or(|tag| tag == locale.as_str()));
        let preference = CategoryPreference {
            label: Some(named.map_or(&category.name, |(_, name)| name).clone()),
            enabled: category.is_default || category.is_locked,
            can_be_turned_off: Some(!category.is_locked),
            name: category.name.clone(),
        };
        (category.name, preference)
    };
    Ok(declared.into_iter().map(preference).collect())
}

fn set_preferences(
    connection: &Connection,
    user: &UserRef,
    choices: Vec<CategoryPreference>,
    most: usize,
    languages: &Languages,
) -> Result<Option<Preferences>, StoreError> {
    let row = counts::user_row(connection, user.project.0, user.user.as_str())?;
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
        let (by_default, is_locked) = categories::reach(connection, user.project, &choice.name)?;
        if !is_locked && choice.enabled != before.unwrap_or(by_default) {
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
    preferences(connection, user, languages).map(Some)
}

fn write(connection: &Connection, user: &UserRef, changes: &[CategoryPreference]) -> Result<(), StoreError> {
    // With the floor at the new revision, whoever is at an older one loads the list again.
    let key: i64 = connection
        .prepare_cached(
            "INSERT INTO users (project, id, revision, floor) \
             SELECT key, ?2, own_base + 1, own_base + 1 FROM projects WHERE key = ?1 ON CONFLICT (project, id) \
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
    async fn preferences(&self, user: &UserRef, languages: &Languages) -> Result<Preferences, StoreError> {
        let (user, languages) = (user.clone(), languages.clone());
        self.readers.run(move |connection| preferences(connection, &user, &languages)).await
    }

    async fn set_preferences(
        &self,
        user: &UserRef,
        choices: Vec<CategoryPreference>,
        most: usize,
        languages: &Languages,
    ) -> Result<Option<Preferences>, StoreError> {
        let (user, languages) = (user.clone(), languages.clone());
        self.writer.run(move |connection| set_preferences(connection, &user, choices, most, &languages)).await
    }
}

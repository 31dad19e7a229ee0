//! What users chose about categories.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notification_bell_protocol::{CategoryPreference, Preferences};

use super::{
    PostgresStore, categories, shared,
    transaction::{Db, reading, writing},
    users,
};
use crate::{
    languages::{Languages, Locale},
    store::{Category, PreferenceStore, StoreError, UserRef, reading::UserRow},
};

pub(super) async fn preferences(
    db: &Db<'_>,
    user: &UserRef,
    languages: &Languages,
) -> Result<Preferences, StoreError> {
    let row = users::read(db, user).await?;
    let mut found = declared(db, user, languages).await?;
    let chosen = db
        .all(
            "SELECT name, wanted FROM inbox_categories WHERE inbox = $1 AND (stored > 0 OR wanted IS NOT NULL)",
            &[&row.key],
        )
        .await?;
    for choice in chosen {
        let (name, wanted): (String, Option<bool>) = (choice.try_get(0)?, choice.try_get(1)?);
        let category = found.entry(name.clone()).or_insert_with(|| CategoryPreference::new(name, true));
        if category.can_be_turned_off != Some(false) {
            category.enabled = wanted.unwrap_or(category.enabled);
        }
    }
    for (name, _) in shared::numbers(db, &row, shared::ALL).await? {
        if let Some(name) = name {
            found.entry(name.clone()).or_insert_with(|| CategoryPreference::new(name, true));
        }
    }
    Ok(Preferences { categories: found.into_values().collect() })
}

/// What the project has declared, as it is for a user who has chosen nothing.
async fn declared(
    db: &Db<'_>,
    user: &UserRef,
    languages: &Languages,
) -> Result<BTreeMap<String, CategoryPreference>, StoreError> {
    let declared = categories::all(db, user.project).await?;
    if declared.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of_project = db.one("SELECT locale FROM projects WHERE key = $1", &[&user.project.0]).await?;
    let of_project = Languages::from(&Locale::trusted(of_project.try_get(0)?));
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

/// Those of the choices that change something; `None` if too many would have to be remembered then.
async fn changes(
    db: &Db<'_>,
    user: &UserRef,
    row: &UserRow,
    choices: &[CategoryPreference],
    most: usize,
) -> Result<Option<Vec<CategoryPreference>>, StoreError> {
    let found = db
        .all("SELECT name, wanted FROM inbox_categories WHERE inbox = $1 AND wanted IS NOT NULL", &[&row.key])
        .await?;
    let chosen = found
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<BTreeMap<String, bool>, StoreError>>()?;
    let mut remembered = chosen.len();
    let mut changes = Vec::new();
    for choice in choices {
        let before = chosen.get(&choice.name).copied();
        let (by_default, is_locked) = categories::reach(db, user.project, &choice.name).await?;
        if !is_locked && choice.enabled != before.unwrap_or(by_default) {
            remembered += usize::from(before.is_none());
            changes.push(choice.clone());
        }
    }
    Ok(Some(changes).filter(|changes| changes.is_empty() || remembered <= most))
}

/// Says whether it could be done.
async fn set_preferences(
    db: &Db<'_>,
    user: &UserRef,
    choices: &[CategoryPreference],
    most: usize,
) -> Result<bool, StoreError> {
    let row = users::lock(db, user).await?;
    let Some(wanted) = changes(db, user, &row, choices, most).await? else { return Ok(false) };
    if wanted.is_empty() {
        return Ok(true);
    }
    if row.key != 0 {
        return write(db, row.key, &wanted).await.map(|()| true);
    }
    // Whoever comes at the same time and finds no row either is waited for here, and may have chosen meanwhile.
    let row = users::lock_or_create(db, user).await?;
    let Some(wanted) = changes(db, user, &row, choices, most).await? else { return Ok(false) };
    write(db, row.key, &wanted).await.map(|()| true)
}

async fn write(db: &Db<'_>, inbox: i64, changes: &[CategoryPreference]) -> Result<(), StoreError> {
    // With the floor at the new revision, whoever is at an older one loads the list again.
    db.run("UPDATE users SET revision = revision + 1, floor = revision + 1 WHERE key = $1", &[&inbox])
        .await?;
    let names: Vec<&str> = changes.iter().map(|change| change.name.as_str()).collect();
    let wanted: Vec<bool> = changes.iter().map(|change| change.enabled).collect();
    db.run(
        "INSERT INTO inbox_categories (inbox, name, wanted) \
         SELECT $1::bigint, w.name, w.wanted FROM unnest($2::text[], $3::boolean[]) AS w (name, wanted) \
         ON CONFLICT (inbox, name) DO UPDATE SET wanted = excluded.wanted",
        &[&inbox, &names, &wanted],
    )
    .await
    .map(drop)
}

#[async_trait]
impl PreferenceStore for PostgresStore {
    async fn preferences(&self, user: &UserRef, languages: &Languages) -> Result<Preferences, StoreError> {
        reading!(self, db => preferences(db, user, languages).await)
    }

    async fn set_preferences(
        &self,
        user: &UserRef,
        choices: Vec<CategoryPreference>,
        most: usize,
        languages: &Languages,
    ) -> Result<Option<Preferences>, StoreError> {
        let is_set = writing!(self, db => set_preferences(db, user, &choices, most).await)?;
        if !is_set {
            return Ok(None);
        }
        reading!(self, db => preferences(db, user, languages).await).map(Some)
    }
}

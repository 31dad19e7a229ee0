//! Templates in SQLite.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, rows};
use crate::{
    languages::Locale,
    store::{ProjectKey, StoreError, Template, TemplateLimits, TemplateStore},
};

fn template(row: &Row<'_>) -> rusqlite::Result<Template> {
    Ok(Template {
        r#type: row.get("type")?,
        locale: Locale::trusted(row.get("locale")?),
        texts: rows::json(row, "texts")?.unwrap_or_default(),
        updated_at: rows::moment(row.get("updated_at")?),
    })
}

fn put(
    connection: &Connection,
    project: ProjectKey,
    template: &Template,
    limits: TemplateLimits,
) -> Result<bool, StoreError> {
    let (of_project, of_type): (u32, u32) = connection
        .prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE type = ?2) FROM templates \
             WHERE project = ?1 AND NOT (type = ?2 AND locale = ?3)",
        )?
        .query_row(params![project.0, template.r#type, template.locale.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if of_project >= limits.of_project || of_type >= limits.of_type {
        return Ok(false);
    }
    let texts =
        serde_json::to_string(&template.texts).map_err(|error| StoreError::Database(Box::new(error)))?;
    connection
        .prepare_cached(
            "INSERT INTO templates (project, type, locale, texts, updated_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (project, type, locale) DO UPDATE SET texts = excluded.texts, updated_at = excluded.updated_at",
        )?
        .execute(params![
            project.0,
            template.r#type,
            template.locale.as_str(),
            texts,
            Timestamp::unix_ms(template.updated_at)
        ])?;
    Ok(true)
}

#[async_trait]
impl TemplateStore for SqliteStore {
    async fn put_template(
        &self,
        project: ProjectKey,
        template: Template,
        limits: TemplateLimits,
    ) -> Result<bool, StoreError> {
        self.writer.run(move |connection| put(connection, project, &template, limits)).await
    }

    async fn templates(&self, project: ProjectKey) -> Result<Vec<Template>, StoreError> {
        self.readers
            .run(move |connection| {
                let mut statement = connection
                    .prepare_cached("SELECT * FROM templates WHERE project = ?1 ORDER BY type, locale")?;
                Ok(statement.query_map([project.0], template)?.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn templates_of_type(
        &self,
        project: ProjectKey,
        r#type: &str,
    ) -> Result<BTreeMap<Locale, Template>, StoreError> {
        let r#type = r#type.to_owned();
        self.readers
            .run(move |connection| {
                let mut statement =
                    connection.prepare_cached("SELECT * FROM templates WHERE project = ?1 AND type = ?2")?;
                let found = statement.query_map(params![project.0, r#type], |row| {
                    template(row).map(|template| (template.locale.clone(), template))
                })?;
                Ok(found.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn remove_template(
        &self,
        project: ProjectKey,
        r#type: &str,
        locale: &Locale,
    ) -> Result<bool, StoreError> {
        let (r#type, locale) = (r#type.to_owned(), locale.clone());
        self.writer
            .run(move |connection| {
                let removed = connection
                    .prepare_cached("DELETE FROM templates WHERE project = ?1 AND type = ?2 AND locale = ?3")?
                    .execute(params![project.0, r#type, locale.as_str()])?;
                Ok(removed == 1)
            })
            .await
    }
}

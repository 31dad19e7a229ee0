//! Templates in SQLite.

use std::collections::BTreeMap;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use notification_bell_protocol::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{SqliteStore, rows};
use crate::{
    languages::Locale,
    store::{
        AuditEntry, ProjectKey, StoreError, Template, TemplateLimits, TemplatePage, TemplateStore,
        TemplateSummary,
    },
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

/// The texts stay where they are: of all templates together they may be many megabytes.
fn page(
    connection: &Connection,
    project: ProjectKey,
    limit: usize,
    (after_type, after_locale): (&str, &str),
) -> Result<TemplatePage, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT type, locale, texts ->> 'title' AS title, updated_at FROM templates \
         WHERE project = ?1 AND (type, locale) > (?2, ?3) ORDER BY type, locale LIMIT ?4",
    )?;
    let rows = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut templates: Vec<TemplateSummary> = statement
        .query_map(params![project.0, after_type, after_locale, rows], |row| {
            Ok(TemplateSummary {
                r#type: row.get("type")?,
                locale: Locale::trusted(row.get("locale")?),
                title: row.get("title")?,
                updated_at: rows::moment(row.get("updated_at")?),
            })
        })?
        .collect::<Result<_, _>>()?;
    let more = templates.len() > limit;
    templates.truncate(limit);
    let next = templates.last().filter(|_| more).map(|last| {
        // A type is one line.
        BASE64URL_NOPAD.encode(format!("{}\n{}", last.r#type, last.locale).as_bytes())
    });
    Ok(TemplatePage { templates, next })
}

fn remove(
    connection: &Connection,
    project: ProjectKey,
    r#type: &str,
    locale: &Locale,
) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached("DELETE FROM templates WHERE project = ?1 AND type = ?2 AND locale = ?3")?
        .execute(params![project.0, r#type, locale.as_str()])?;
    Ok(removed == 1)
}

#[async_trait]
impl TemplateStore for SqliteStore {
    async fn put_template(
        &self,
        project: ProjectKey,
        template: Template,
        limits: TemplateLimits,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let put = self
            .audited(audit, move |connection| Ok(put(connection, project, &template, limits)?.then_some(())));
        Ok(put.await?.is_some())
    }

    async fn templates(
        &self,
        project: ProjectKey,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<TemplatePage, StoreError> {
        let after = cursor
            .map(|cursor| {
                let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
                let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
                let parts = text.as_ref().and_then(|text| text.split_once('\n'));
                let parts = parts.map(|(name, locale)| (name.to_owned(), locale.to_owned()));
                parts.ok_or(StoreError::NotOurs("cursor"))
            })
            .transpose()?
            .unwrap_or_default();
        self.readers.run(move |connection| page(connection, project, limit, (&after.0, &after.1))).await
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
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let (r#type, locale) = (r#type.to_owned(), locale.clone());
        let removed = self.audited(audit, move |connection| {
            Ok(remove(connection, project, &r#type, &locale)?.then_some(()))
        });
        Ok(removed.await?.is_some())
    }
}

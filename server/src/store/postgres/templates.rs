//! Templates in PostgreSQL.

use std::collections::BTreeMap;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use tokio_postgres::Row;

use super::{
    PostgresStore, rows,
    transaction::{Db, audited, reading},
    users::{Hold, hold_project},
};
use crate::{
    languages::Locale,
    store::{
        AuditEntry, ProjectKey, StoreError, Template, TemplateLimits, TemplatePage, TemplateStore,
        TemplateSummary,
    },
};

fn template(row: &Row) -> Result<Template, StoreError> {
    Ok(Template {
        r#type: row.try_get("type")?,
        locale: Locale::trusted(row.try_get("locale")?),
        texts: rows::json(row, "texts")?.unwrap_or_default(),
        updated_at: rows::moment(row, "updated_at")?,
    })
}

async fn put(
    db: &Db<'_>,
    project: ProjectKey,
    template: &Template,
    limits: TemplateLimits,
) -> Result<bool, StoreError> {
    // What is counted stays as it is until this one is there.
    hold_project(db, project, Hold::Alone).await?;
    let (name, locale) = (&template.r#type, template.locale.as_str());
    let others = db
        .one(
            "SELECT count(*) AS of_project, count(*) FILTER (WHERE type = $2) AS of_type FROM templates \
             WHERE project = $1 AND NOT (type = $2 AND locale = $3)",
            &[&project.0, name, &locale],
        )
        .await?;
    let is_full = |column, most: u32| Ok::<_, StoreError>(rows::number(&others, column)? >= u64::from(most));
    if is_full("of_project", limits.of_project)? || is_full("of_type", limits.of_type)? {
        return Ok(false);
    }
    db.run(
        "INSERT INTO templates (project, type, locale, texts, updated_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project, type, locale) DO UPDATE SET texts = excluded.texts, updated_at = excluded.updated_at",
        &[&project.0, name, &locale, &rows::as_json(&template.texts)?, &template.updated_at.unix_ms()],
    )
    .await?;
    Ok(true)
}

/// The texts stay where they are: of all templates together they may be many megabytes.
async fn page(
    db: &Db<'_>,
    project: ProjectKey,
    limit: usize,
    (after_type, after_locale): (&str, &str),
) -> Result<TemplatePage, StoreError> {
    let found = db
        .all(
            "SELECT type, locale, texts::json ->> 'title' AS title, updated_at FROM templates \
             WHERE project = $1 AND (type, locale) > ($2, $3) ORDER BY type, locale LIMIT $4",
            &[&project.0, &after_type, &after_locale, &rows::limit(limit).saturating_add(1)],
        )
        .await?;
    let summary = |row: &Row| {
        Ok(TemplateSummary {
            r#type: row.try_get("type")?,
            locale: Locale::trusted(row.try_get("locale")?),
            title: row.try_get("title")?,
            updated_at: rows::moment(row, "updated_at")?,
        })
    };
    let mut templates: Vec<TemplateSummary> = found.iter().map(summary).collect::<Result<_, StoreError>>()?;
    let more = templates.len() > limit;
    templates.truncate(limit);
    let next = templates.last().filter(|_| more).map(|last| {
        // A type is one line.
        BASE64URL_NOPAD.encode(format!("{}\n{}", last.r#type, last.locale).as_bytes())
    });
    Ok(TemplatePage { templates, next })
}

async fn of_type(
    db: &Db<'_>,
    project: ProjectKey,
    r#type: &str,
) -> Result<BTreeMap<Locale, Template>, StoreError> {
    let sql = "SELECT * FROM templates WHERE project = $1 AND type = $2";
    let found = db.all(sql, &[&project.0, &rows::sought(r#type)]).await?;
    found.iter().map(|row| template(row).map(|template| (template.locale.clone(), template))).collect()
}

#[async_trait]
impl TemplateStore for PostgresStore {
    async fn put_template(
        &self,
        project: ProjectKey,
        template: Template,
        limits: TemplateLimits,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let put = audited!(self, audit, db => {
            put(db, project, &template, limits).await.map(|put| put.then_some(()))
        });
        Ok(put?.is_some())
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
                let parts =
                    text.as_ref().filter(|text| !text.contains('\0')).and_then(|text| text.split_once('\n'));
                let parts = parts.map(|(name, locale)| (name.to_owned(), locale.to_owned()));
                parts.ok_or(StoreError::NotOurs("cursor"))
            })
            .transpose()?
            .unwrap_or_default();
        reading!(self, db => page(db, project, limit, (&after.0, &after.1)).await)
    }

    async fn templates_of_type(
        &self,
        project: ProjectKey,
        r#type: &str,
    ) -> Result<BTreeMap<Locale, Template>, StoreError> {
        reading!(self, db => of_type(db, project, r#type).await)
    }

    async fn remove_template(
        &self,
        project: ProjectKey,
        r#type: &str,
        locale: &Locale,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM templates WHERE project = $1 AND type = $2 AND locale = $3";
        let removed = audited!(self, audit, db => {
            db.run(sql, &[&project.0, &rows::sought(r#type), &locale.as_str()]).await.map(|removed| (removed == 1).then_some(()))
        });
        Ok(removed?.is_some())
    }
}

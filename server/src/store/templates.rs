//! Templates: the texts of a type of notification, in several languages.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;

use super::{AuditEntry, ProjectKey, StoreError, Texts};
use crate::languages::Locale;

/// A template as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The type of the notifications it is for.
    pub r#type: String,
    /// The language it is in.
    pub locale: Locale,
    /// What it is made of.
    pub texts: Texts,
    /// When it was put.
    pub updated_at: Timestamp,
}

/// A template in a list, without the texts below its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSummary {
    /// See [`Template::type`].
    pub r#type: String,
    /// See [`Template::locale`].
    pub locale: Locale,
    /// The title.
    pub title: String,
    /// See [`Template::updated_at`].
    pub updated_at: Timestamp,
}

/// A page of the templates of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplatePage {
    /// By type and locale.
    pub templates: Vec<TemplateSummary>,
    /// What the next page is asked for with; `None` at the end.
    pub next: Option<String>,
}

/// How many templates there may be.
#[derive(Clone, Copy, Debug)]
pub struct TemplateLimits {
    /// In a project.
    pub of_project: u32,
    /// Of a type.
    pub of_type: u32,
}

/// The templates of a database.
#[async_trait]
pub trait TemplateStore: Send + Sync {
    /// Puts a template, in the place of the one there was. `false`, and nothing has changed, if it would be one too many.
    async fn put_template(
        &self,
        project: ProjectKey,
        template: Template,
        limits: TemplateLimits,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;

    /// Those of a project, by type and locale: so many at most, after the page whose `next` the cursor is.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] for a cursor that was made up.
    async fn templates(
        &self,
        project: ProjectKey,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<TemplatePage, StoreError>;

    /// Those of a type, by locale.
    async fn templates_of_type(
        &self,
        project: ProjectKey,
        r#type: &str,
    ) -> Result<BTreeMap<Locale, Template>, StoreError>;

    /// Removes a template; `false` if there is none. What was sent with it stays as it is.
    async fn remove_template(
        &self,
        project: ProjectKey,
        r#type: &str,
        locale: &Locale,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;
}

//! Categories that a project has declared.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;

use super::{AuditEntry, ProjectKey, StoreError};
use crate::languages::Locale;

/// A category as its project has declared it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// As it is sent.
    pub name: String,
    /// What readers call it.
    pub names: BTreeMap<Locale, String>,
    /// For the people of the project.
    pub description: Option<String>,
    /// Whether it reaches an inbox whose user has chosen nothing.
    pub is_default: bool,
    /// Whether it reaches every inbox, whatever a user has chosen.
    pub is_locked: bool,
    /// When it was put.
    pub updated_at: Timestamp,
}

/// What became of a category that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategoryPut {
    /// It reaches whom it reached.
    Named,
    /// It reaches others now. If anything was sent in it, the inboxes of the project are at another revision, and older
    /// ones cannot be resumed from.
    ReachesOthers,
    /// There would be more than there may be. Nothing has changed.
    TooMany,
}

/// The declared categories of a database.
///
/// They are looked at when an inbox is read, so that a declaration counts at once and for what was there before.
#[async_trait]
pub trait CategoryStore: Send + Sync {
    /// Declares a category, in the place of what was declared before, among at most `most` of its project.
    async fn put_category(
        &self,
        project: ProjectKey,
        category: Category,
        most: usize,
        audit: AuditEntry,
    ) -> Result<CategoryPut, StoreError>;

    /// Those of a project, by name.
    async fn categories(&self, project: ProjectKey) -> Result<Vec<Category>, StoreError>;

    /// Takes a declaration back: the category is as one that never was declared. `None` if there is none.
    async fn remove_category(
        &self,
        project: ProjectKey,
        name: &str,
        audit: AuditEntry,
    ) -> Result<Option<CategoryPut>, StoreError>;
}

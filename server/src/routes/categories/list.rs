//! `GET /categories`: what is declared.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use notification_bell_protocol::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    error::Error,
    store::Category,
};

/// The declared categories of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryList {
    /// All of them.
    categories: Vec<DeclaredCategory>,
}

/// A category as it is declared.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeclaredCategory {
    /// As it is sent.
    name: String,
    /// What readers call it, by locale.
    names: BTreeMap<String, String>,
    /// For the people of the project.
    #[schema(required)]
    description: Option<String>,
    /// Whether it reaches an inbox whose user has chosen nothing.
    default: bool,
    /// Whether a user can turn it off.
    can_be_turned_off: bool,
    /// When it was put.
    updated_at: Timestamp,
}

impl From<Category> for DeclaredCategory {
    fn from(category: Category) -> Self {
        Self {
            name: category.name,
            names: category.names.into_iter().map(|(locale, name)| (locale.to_string(), name)).collect(),
            description: category.description,
            default: category.is_default,
            can_be_turned_off: !category.is_locked,
            updated_at: category.updated_at,
        }
    }
}

/// Lists the declared categories of a project.
///
/// # Errors
/// A key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/categories",
    tag = "Categories",
    security(("backendKey" = ["templates:write"])),
    responses((status = 200, body = CategoryList, description = "By name.")),
)]
pub async fn list_categories(
    State(app): State<Arc<App>>,
    backend: Backend,
) -> Result<Json<CategoryList>, Error> {
    backend.require(Scope::TemplatesWrite)?;
    let categories = app.inbox.categories(&backend.project).await?;
    Ok(Json(CategoryList { categories: categories.into_iter().map(Into::into).collect() }))
}

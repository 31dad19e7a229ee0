//! `GET /templates`: which templates there are.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::TemplateSummary;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    error::Error,
};

/// The templates of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    /// All of them.
    templates: Vec<TemplateSummary>,
}

/// Lists the templates of a project.
///
/// # Errors
/// A key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/templates",
    tag = "Templates",
    security(("backendKey" = ["templates:write"])),
    responses((status = 200, body = TemplateList, description = "By type and locale.")),
)]
pub async fn list_templates(
    State(app): State<Arc<App>>,
    backend: Backend,
) -> Result<Json<TemplateList>, Error> {
    backend.require(Scope::TemplatesWrite)?;
    let templates = app.inbox.templates(&backend.project).await?;
    Ok(Json(TemplateList { templates: templates.into_iter().map(Into::into).collect() }))
}

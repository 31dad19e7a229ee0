//! `GET /templates`: which templates there are, page by page.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::TemplateSummary;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::query::Parameters,
    error::Error,
};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// The parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TemplateParameters {
    /// How many at most: 1 to 1,000, 100 unless given.
    #[param(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Option<usize>,
    /// The `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// A page of the templates of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    /// By type and locale.
    templates: Vec<TemplateSummary>,
    /// The `cursor` of the next page; `null` at the end.
    #[schema(required)]
    next: Option<String>,
}

/// Lists the templates of a project.
///
/// # Errors
/// Parameters that are not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/templates",
    tag = "Templates",
    security(("backendKey" = ["templates:write"])),
    params(TemplateParameters),
    responses((status = 200, body = TemplateList, description = "A page, by type and locale.")),
)]
pub async fn list_templates(
    State(app): State<Arc<App>>,
    backend: Backend,
    Parameters(parameters): Parameters<TemplateParameters>,
) -> Result<Json<TemplateList>, Error> {
    backend.require(Scope::TemplatesWrite)?;
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::invalid_value("/limit", format!("must be 1 to {MAX_LIMIT}")));
    }
    let page = app.inbox.templates(&backend.project, limit, parameters.cursor).await?;
    Ok(Json(TemplateList {
        templates: page.templates.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

//! `DELETE /categories/{name}`: takes a declaration back.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
};

/// Takes the declaration of a category back.
///
/// # Errors
/// None of this name, a key that is none or may not, or a store that fails.
#[utoipa::path(
    delete,
    path = "/categories/{name}",
    tag = "Categories",
    description = "What was sent in the category stays, and what users have chosen counts.",
    security(("backendKey" = ["templates:write"])),
    params(("name" = String, Path, description = "The category, as it is sent.", example = "invoices")),
    responses((status = 204, description = "It is taken back."), (status = 429, description = "rate_limited")),
)]
pub async fn remove_category(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(name): Segment,
) -> Result<StatusCode, Error> {
    backend.require(Scope::TemplatesWrite)?;
    app.quotas.declare(&backend.key_id).await?;
    app.inbox.remove_category(&backend.project, &name, backend.actor.clone()).await?;
    Ok(StatusCode::NO_CONTENT)
}

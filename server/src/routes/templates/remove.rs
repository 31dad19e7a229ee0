//! `DELETE /templates/{type}/{locale}`: takes a template away. What was sent with it stays as it is.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use super::TypeAndLocale;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    error::Error,
};

/// Removes a template.
///
/// # Errors
/// None of this type in this language, a key that is none or may not, or a store that fails.
#[utoipa::path(
    delete,
    path = "/templates/{type}/{locale}",
    tag = "Templates",
    description = "What was sent with it stays as it is.",
    security(("backendKey" = ["templates:write"])),
    params(
        ("type" = String, Path, description = "The type of the notifications.", example = "invoice.paid"),
        ("locale" = String, Path, description = "A language tag.", example = "en"),
    ),
    responses((status = 204, description = "It is gone."), (status = 429, description = "rate_limited")),
)]
pub async fn remove_template(
    State(app): State<Arc<App>>,
    backend: Backend,
    TypeAndLocale(name, locale): TypeAndLocale,
) -> Result<StatusCode, Error> {
    backend.require(Scope::TemplatesWrite)?;
    app.quotas.declare(&backend.key_id).await?;
    app.inbox.remove_template(&backend.project, &name, &locale, backend.actor.clone()).await?;
    Ok(StatusCode::NO_CONTENT)
}

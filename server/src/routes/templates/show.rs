//! `GET /templates/{type}/{locale}`: one template.

use std::sync::Arc;

use axum::{Json, extract::State};

use super::{TemplateDetail, TypeAndLocale};
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    error::Error,
};

/// Shows a template.
///
/// # Errors
/// None of this type in this language, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/templates/{type}/{locale}",
    tag = "Templates",
    security(("backendKey" = ["templates:write"])),
    params(
        ("type" = String, Path, description = "The type of the notifications.", example = "invoice.paid"),
        ("locale" = String, Path, description = "A language tag.", example = "en"),
    ),
    responses((status = 200, body = TemplateDetail, description = "As it was put.")),
)]
pub async fn show_template(
    State(app): State<Arc<App>>,
    backend: Backend,
    TypeAndLocale(name, locale): TypeAndLocale,
) -> Result<Json<TemplateDetail>, Error> {
    backend.require(Scope::TemplatesWrite)?;
    let template = app.inbox.template(&backend.project, &name, &locale).await?;
    Ok(Json(template.into()))
}

//! `PUT /templates/{type}/{locale}`: a template, in the place of the one there was.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::StatusCode,
};

use super::TypeAndLocale;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::body::{JsonBody, SEND},
    error::Error,
    inbox::TemplateRequest,
};

/// Puts a template.
///
/// # Errors
/// One that cannot be used, a key that is none or may not, or a store that fails.
#[utoipa::path(
    put,
    path = "/templates/{type}/{locale}",
    tag = "Templates",
    description = "All languages are rendered when something is sent: what the data lacks is refused then. What cannot be used is \
        refused here, with line and column.",
    security(("backendKey" = ["templates:write"])),
    params(
        ("type" = String, Path, description = "The type of the notifications.", example = "invoice.paid"),
        ("locale" = String, Path, description = "A language tag.", example = "en"),
    ),
    request_body(content = TemplateRequest, example = json!({
        "title": "Invoice {{ number }} was paid", "actions": { "open": "Open" },
    })),
    responses((status = 204, description = "It is kept."), (status = 429, description = "rate_limited")),
)]
pub async fn put_template(
    State(app): State<Arc<App>>,
    backend: Backend,
    TypeAndLocale(name, locale): TypeAndLocale,
    request: Request,
) -> Result<StatusCode, Error> {
    backend.require(Scope::TemplatesWrite)?;
    app.quotas.declare(&backend.key_id).await?;
    let body = JsonBody::<TemplateRequest, SEND>::from_request(request, &()).await?;
    app.inbox.put_template(&backend.project, name, &locale, body.value, backend.actor.clone()).await?;
    Ok(StatusCode::NO_CONTENT)
}

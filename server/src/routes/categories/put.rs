//! `PUT /categories/{name}`: what a category is called, and whom it reaches.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::StatusCode,
};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{
        body::{JsonBody, SMALL},
        path::Segment,
    },
    error::Error,
    inbox::CategoryRequest,
};

/// Declares a category.
///
/// # Errors
/// A declaration that is not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    put,
    path = "/categories/{name}",
    tag = "Categories",
    description = "In the place of what was declared before. It counts at once, and for what was sent before.",
    security(("backendKey" = ["templates:write"])),
    params(("name" = String, Path, description = "The category, as it is sent.", example = "invoices")),
    request_body(content = CategoryRequest, examples(
        ("names" = (summary = "Named for its readers", value = json!({ "names": { "en": "Invoices", "de": "Rechnungen" } }))),
        ("tips" = (summary = "Only for those who want it", value = json!({ "default": false }))),
        ("security" = (summary = "For everybody", value = json!({ "canBeTurnedOff": false }))),
    )),
    responses((status = 204, description = "It is declared."), (status = 429, description = "rate_limited")),
)]
pub async fn put_category(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(name): Segment,
    request: Request,
) -> Result<StatusCode, Error> {
    backend.require(Scope::TemplatesWrite)?;
    app.quotas.declare(&backend.key_id).await?;
    let body = JsonBody::<CategoryRequest, SMALL>::from_request(request, &()).await?;
    app.inbox.put_category(&backend.project, name, body.value, backend.actor.clone()).await?;
    Ok(StatusCode::NO_CONTENT)
}

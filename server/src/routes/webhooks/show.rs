//! `GET /webhooks/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
    webhooks::WebhookView,
};

/// Shows a webhook.
///
/// # Errors
/// No such webhook, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/webhooks/{id}",
    tag = "Webhooks",
    description = "Without its secret.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook.")),
    responses(
        (status = 200, body = WebhookView, description = "The webhook."),
    ),
)]
pub async fn show_webhook(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<Json<WebhookView>, Error> {
    backend.require(Scope::WebhooksManage)?;
    Ok(Json(app.webhooks.find(&backend.project, &id).await?.into()))
}

//! `DELETE /webhooks/{id}`: it is told nothing any more, also not what waits.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
};

/// Removes a webhook.
///
/// # Errors
/// No such webhook, a key that is none or may not, or a store that fails.
#[utoipa::path(
    delete,
    path = "/webhooks/{id}",
    tag = "Webhooks",
    description = "It is told nothing any more, also not what waits.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook.")),
    responses(
        (status = 204, description = "It is removed."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn remove_webhook(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<StatusCode, Error> {
    backend.require(Scope::WebhooksManage)?;
    app.quotas.declare(&backend.key_id).await?;
    app.webhooks.remove(&backend.project, &id, backend.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

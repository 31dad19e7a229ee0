//! `POST /webhooks/{id}/test`: has a message delivered that says nothing but that it arrives.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
};

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The delivery to look for in the list.
    pub(super) id: String,
}

/// Tests a webhook.
///
/// # Errors
/// No such webhook, one that is disabled, a key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/test",
    tag = "Webhooks",
    description = "Has a message of the type `webhook.test` delivered.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook.")),
    responses(
        (status = 202, body = Accepted, description = "It will be."),
        (status = 422, description = "validation_failed"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn test_webhook(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<(StatusCode, Json<Accepted>), Error> {
    backend.require(Scope::WebhooksManage)?;
    app.quotas.declare(&backend.key_id).await?;
    let delivery = app.webhooks.test(&backend.project, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { id: delivery.to_string() })))
}

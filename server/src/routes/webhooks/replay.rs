//! `POST /webhooks/{id}/deliveries/{delivery}/replay`: delivers something again, under the same id.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};

use super::test::Accepted;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::TwoSegments,
    error::Error,
};

/// Replays a delivery.
///
/// # Errors
/// No such webhook or delivery, a key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/deliveries/{delivery}/replay",
    tag = "Webhooks",
    description = "Delivers it again, under the same id, and tries for a day.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook."), ("delivery" = String, Path, format = "uuid", description = "The delivery.")),
    responses(
        (status = 202, body = Accepted, description = "It will be."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn replay_delivery(
    State(app): State<Arc<App>>,
    backend: Backend,
    TwoSegments(id, delivery): TwoSegments,
) -> Result<(StatusCode, Json<Accepted>), Error> {
    backend.require(Scope::WebhooksManage)?;
    app.quotas.declare(&backend.key_id).await?;
    app.webhooks.replay(&backend.project, &id, &delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { id: delivery })))
}

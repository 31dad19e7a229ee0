//! `POST /webhooks/{id}/rotate-secret`: a new secret. For a while, messages are signed with the one before it too.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{
        body::{JsonBody, SMALL},
        path::Segment,
    },
    error::Error,
    webhooks::{DEFAULT_PREVIOUS_VALID_FOR_SECONDS, WebhookView},
};

/// The body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateRequest {
    /// For how many seconds the secret before it signs too: up to a week, a day unless given.
    #[schema(minimum = 0, maximum = 604_800)]
    previous_valid_for: Option<i64>,
}

/// Replaces the secret of a webhook.
///
/// # Errors
/// No such webhook, a body that is not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/rotate-secret",
    tag = "Webhooks",
    description = "For a while, messages are signed with the secret before it too.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook.")),
    request_body(content = RotateRequest, example = json!({ "previousValidFor": 3_600 })),
    responses(
        (status = 200, body = WebhookView, description = "The webhook, with its new secret."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn rotate_webhook_secret(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
    request: Request,
) -> Result<Response, Error> {
    backend.require(Scope::WebhooksManage)?;
    app.quotas.declare(&backend.key_id).await?;
    let body = JsonBody::<RotateRequest, SMALL>::from_request(request, &()).await?;
    let seconds = body.value.previous_valid_for.unwrap_or(DEFAULT_PREVIOUS_VALID_FOR_SECONDS);
    let (webhook, secret) = app.webhooks.rotate_secret(&backend.project, &id, seconds, backend.actor).await?;
    let view = WebhookView::with_secret(webhook, &secret);
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

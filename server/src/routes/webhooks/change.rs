//! `PATCH /webhooks/{id}`: another URL, other events, on or off.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{
        body::{JsonBody, SMALL},
        path::Segment,
    },
    error::Error,
    webhooks::{WebhookPatch, WebhookView},
};

/// Changes a webhook.
///
/// # Errors
/// No such webhook, a body that is not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    patch,
    path = "/webhooks/{id}",
    tag = "Webhooks",
    description = "Another URL, other events, on or off. What waited while it was off is delivered when it is on, unless a day has passed.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook.")),
    request_body(content = WebhookPatch, examples(
        ("off" = (summary = "Switch it off", value = json!({ "enabled": false }))),
        ("on" = (summary = "And on again", value = json!({ "enabled": true }))),
    )),
    responses(
        (status = 200, body = WebhookView, description = "The webhook after the change."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn change_webhook(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
    request: Request,
) -> Result<Json<WebhookView>, Error> {
    backend.require(Scope::WebhooksManage)?;
    app.quotas.declare(&backend.key_id).await?;
    let body = JsonBody::<WebhookPatch, SMALL>::from_request(request, &()).await?;
    let changed = app.webhooks.change(&backend.project, &id, body.value, backend.actor).await?;
    Ok(Json(changed.into()))
}

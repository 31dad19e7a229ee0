//! `POST /webhooks`: adds a webhook. Its secret is in the answer, and never shown again.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::body::{JsonBody, SMALL},
    error::Error,
    webhooks::{NewWebhookRequest, WebhookView},
};

/// Adds a webhook.
///
/// # Errors
/// A body that is not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/webhooks",
    tag = "Webhooks",
    description = "Its secret is in the answer, and never shown again. A project has at most 20.",
    security(("backendKey" = ["webhooks:manage"])),
    request_body(content = NewWebhookRequest, examples(
        ("some" = (summary = "For what people read and use", value = json!({
            "url": "https://shop.example/bell-events",
            "events": ["notification.read", "notification.action"],
        }))),
    )),
    responses(
        (status = 201, body = WebhookView, description = "The webhook, with its secret.", headers(
            ("Location" = String, description = "The address of the webhook."),
        )),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn create_webhook(
    State(app): State<Arc<App>>,
    backend: Backend,
    request: Request,
) -> Result<Response, Error> {
    backend.require(Scope::WebhooksManage)?;
    app.quotas.declare(&backend.key_id).await?;
    let body = JsonBody::<NewWebhookRequest, SMALL>::from_request(request, &()).await?;
    let (webhook, secret) = app.webhooks.add(&backend.project, body.value, backend.actor).await?;
    let headers = [
        (header::LOCATION, format!("/api/v1/webhooks/{}", webhook.id)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let view = WebhookView::with_secret(webhook, &secret);
    Ok((StatusCode::CREATED, headers, Json(view)).into_response())
}

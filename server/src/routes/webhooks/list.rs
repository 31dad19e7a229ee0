//! `GET /webhooks`: those of the project, the oldest first.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    error::Error,
    webhooks::WebhookView,
};

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// The oldest first; never their secrets.
    webhooks: Vec<WebhookView>,
}

/// Lists webhooks.
///
/// # Errors
/// A key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/webhooks",
    tag = "Webhooks",
    description = "Those of the project, the oldest first; never their secrets.",
    security(("backendKey" = ["webhooks:manage"])),
    responses(
        (status = 200, body = WebhookList, description = "The webhooks."),
    ),
)]
pub async fn list_webhooks(
    State(app): State<Arc<App>>,
    backend: Backend,
) -> Result<Json<WebhookList>, Error> {
    backend.require(Scope::WebhooksManage)?;
    let webhooks = app.webhooks.all(&backend.project).await?;
    Ok(Json(WebhookList { webhooks: webhooks.into_iter().map(Into::into).collect() }))
}

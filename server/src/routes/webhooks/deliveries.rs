//! `GET /webhooks/{id}/deliveries`: what a webhook was told, the newest first, and what came of it.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::MemberError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{path::Segment, query::Parameters},
    error::Error,
    store::DeliveryQuery,
    webhooks::{DeliveryView, status_named},
};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryParameters {
    /// `pending`, `delivered` or `failed`.
    #[param(nullable = false)]
    status: Option<String>,
    /// How many at most: 1 to 100, 20 unless given.
    #[param(minimum = 1, maximum = 100, default = 20, nullable = false)]
    limit: Option<usize>,
    /// The `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryPage {
    /// The newest first.
    deliveries: Vec<DeliveryView>,
    /// The `cursor` of the next page; `null` at the end.
    #[schema(required)]
    next: Option<String>,
}

/// Lists deliveries.
///
/// # Errors
/// No such webhook, parameters that are not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/webhooks/{id}/deliveries",
    tag = "Webhooks",
    description = "What the webhook was told within the last seven days, the newest first, and what came of it.",
    security(("backendKey" = ["webhooks:manage"])),
    params(("id" = String, Path, format = "uuid", description = "The webhook."), DeliveryParameters),
    responses(
        (status = 200, body = DeliveryPage, description = "A page of it."),
    ),
)]
pub async fn list_deliveries(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
    Parameters(parameters): Parameters<DeliveryParameters>,
) -> Result<Json<DeliveryPage>, Error> {
    backend.require(Scope::WebhooksManage)?;
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, detail: &str| faults.push(MemberError::new(pointer, detail));
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        fault("/limit", "must be 1 to 100");
    }
    let status = parameters.status.as_deref().and_then(|name| {
        let status = status_named(name);
        if status.is_none() {
            fault("/status", "must be pending, delivered or failed");
        }
        status
    });
    let before = parameters.cursor.as_deref().and_then(|cursor| {
        let id = Uuid::try_parse(cursor).ok();
        if id.is_none() {
            fault("/cursor", "is not a cursor of this list");
        }
        id
    });
    if !faults.is_empty() {
        return Err(Error::ValidationFailed(faults));
    }
    let query = DeliveryQuery { status, limit: limit + 1, before };
    let mut found = app.webhooks.deliveries(&backend.project, &id, query).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Json(DeliveryPage { deliveries: found.into_iter().map(Into::into).collect(), next }))
}

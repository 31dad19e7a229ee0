//! `GET /notifications/{id}`: what was sent, and how many users saw, read and followed it.

use std::sync::Arc;

use axum::{Json, extract::State};

use super::notification_id;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
    store::NotificationRecord,
};

/// Shows a notification.
///
/// # Errors
/// No such notification, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/notifications/{id}",
    tag = "Notifications",
    description = "As it was sent, with how many users saw, read and followed it. Each user counts once, whatever they take back.",
    security(("backendKey" = ["notifications:read"])),
    params(("id" = String, Path, format = "uuid", description = "The notification.")),
    responses(
        (status = 200, body = NotificationRecord, description = "The notification."),
    ),
)]
pub async fn show_notification(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<Json<NotificationRecord>, Error> {
    backend.require(Scope::NotificationsRead)?;
    Ok(Json(app.inbox.notification(backend.project.key, notification_id(&id)?).await?))
}

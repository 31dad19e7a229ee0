//! `DELETE /notifications/{id}`: takes a notification out of every inbox, and out of open panels.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use super::notification_id;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
};

/// Withdraws a notification.
///
/// # Errors
/// No such notification, a key that is none or may not, or a store that fails.
#[utoipa::path(
    delete,
    path = "/notifications/{id}",
    tag = "Notifications",
    description = "It leaves every inbox, the archive and open pages too. Again, it changes nothing.",
    security(("backendKey" = ["notifications:write"])),
    params(("id" = String, Path, format = "uuid", description = "The notification.")),
    responses(
        (status = 204, description = "It is withdrawn."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn withdraw_notification(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<StatusCode, Error> {
    backend.require(Scope::NotificationsWrite)?;
    app.quotas.declare(&backend.key_id).await?;
    app.inbox.withdraw(backend.project.key, notification_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

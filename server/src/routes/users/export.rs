//! `GET /users/{id}/export`: everything that is held about a user, as it is read, page by page.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
    inbox::export::{self, Export},
    store::{AuditAction, AuditEntry},
};

/// Exports a user.
///
/// # Errors
/// An id that breaks a rule, a key that is none or may not, or a store that fails before anything is sent. One that
/// fails later breaks the answer off, so that half of it is not taken for the whole.
#[utoipa::path(
    get,
    path = "/users/{id}/export",
    tag = "Users",
    description = "It is written while it is read; what the user gets meanwhile may or may not be in it.",
    security(("backendKey" = ["users:manage"])),
    params(("id" = String, Path, description = "The user's id.", example = "user@example.com")),
    responses(
        (status = 200, body = Export, description = "Everything that is held about the user, or that there is nothing."),
        (status = 400, description = "invalid_user_id"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn export_user(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<Response, Error> {
    backend.require(Scope::UsersManage)?;
    app.quotas.revoke(&backend.key_id).await?;
    let user = super::named(&backend.project, &id)?;
    let audit = AuditEntry::new(app.clock.now(), backend.actor.clone(), AuditAction::UserExported)
        .in_project(&backend.project.id)
        .about(user.user.as_str());
    let pieces = export::of_user(Arc::clone(&app.store), user, audit).await?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], Body::from_stream(pieces)).into_response())
}

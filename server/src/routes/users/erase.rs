//! `DELETE /users/{id}`: forgets a user. Their streams end within a second.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::path::Segment,
    error::Error,
    hub::Wake,
    store::{AuditAction, AuditEntry},
};

/// Erases a user.
///
/// # Errors
/// An id that breaks a rule, a key that is none or may not, or a store that fails.
#[utoipa::path(
    delete,
    path = "/users/{id}",
    tag = "Users",
    description = "From now on it is as if nothing had ever been sent to the user or chosen by them; what is still to be sent is not. \
        Sessions and streams end within a second. What others received stays. Done again, it changes nothing.",
    security(("backendKey" = ["users:manage"])),
    params(("id" = String, Path, description = "The user's id.", example = "user@example.com")),
    responses(
        (status = 204, description = "It is done."),
        (status = 400, description = "invalid_user_id"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn erase_user(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
) -> Result<StatusCode, Error> {
    backend.require(Scope::UsersManage)?;
    app.quotas.revoke(&backend.key_id).await?;
    let user = super::named(&backend.project, &id)?;
    let pseudonym = app.master_key.pseudonym(&backend.project.id, user.user.as_str());
    let audit = AuditEntry::new(app.clock.now(), backend.actor.clone(), AuditAction::UserErased)
        .in_project(&backend.project.id)
        .about(&pseudonym);
    app.store.erase_user(&user, &pseudonym, audit).await?;
    app.inbox.look_at_the_clock();
    app.end_streams(Wake::Revoked(user)).await;
    Ok(StatusCode::NO_CONTENT)
}

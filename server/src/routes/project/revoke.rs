//! `POST /project/revoke`: ends the sessions of all users of the project, and their streams within a second.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::StatusCode,
};
use notification_bell_protocol::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::body::{JsonBody, SMALL},
    error::Error,
    hub::Wake,
    store::{AuditAction, AuditEntry},
};

/// What is to be revoked: with no member at all, every session that there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeProjectRequest {
    /// Only the sessions that were issued before this moment; one in the future counts as the present.
    issued_before: Option<Timestamp>,
}

/// Revokes the sessions of a project.
///
/// # Errors
/// A key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/project/revoke",
    tag = "Project",
    description = "`{}` ends every session of every user of the project, and their streams within a second.",
    security(("backendKey" = ["users:manage"])),
    request_body(content = RevokeProjectRequest, examples(
        ("before" = (summary = "Those issued before a moment", value = json!({ "issuedBefore": "2026-01-01T00:00:00Z" }))),
    )),
    responses(
        (status = 204, description = "It is done."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn revoke_project(
    State(app): State<Arc<App>>,
    backend: Backend,
    request: Request,
) -> Result<StatusCode, Error> {
    backend.require(Scope::UsersManage)?;
    app.quotas.revoke(&backend.key_id).await?;
    let body = JsonBody::<RevokeProjectRequest, SMALL>::from_request(request, &()).await?;
    let project = &backend.project;
    let audit = AuditEntry::new(app.clock.now(), backend.actor.clone(), AuditAction::ProjectRevoked)
        .in_project(&project.id)
        .about(&project.id)
        .with("request", body.json);
    let issued_before = body.value.issued_before.map(|moment| moment.min(app.clock.now()));
    app.store.revoke_project(project.key, issued_before, audit).await?;
    app.end_streams(Wake::ProjectRevoked(project.key)).await;
    Ok(StatusCode::NO_CONTENT)
}

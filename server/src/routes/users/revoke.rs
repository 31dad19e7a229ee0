//! `POST /users/{id}/revoke`: cuts a user off. Their streams end within a second.

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
    edge::{
        body::{JsonBody, SMALL},
        path::Segment,
    },
    error::Error,
    hub::Wake,
    store::{AuditAction, AuditEntry, Revocation},
};

/// What is to be revoked: with no member at all, every session that there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeRequest {
    /// The sessions that were issued before this moment; one in the future counts as the present, because nobody should
    /// be locked out of sessions to come.
    pub issued_before: Option<Timestamp>,
    /// Every session, and open no more; `false` lets the user in again.
    pub block: Option<bool>,
    /// Every session, and accept the plain HMAC of this user no more; `false` accepts it again.
    pub disable_plain_hmac: Option<bool>,
}

impl From<RevokeRequest> for Revocation {
    fn from(request: RevokeRequest) -> Self {
        let tightens = request.block == Some(true) || request.disable_plain_hmac == Some(true);
        let every_session = tightens || request == RevokeRequest::default();
        Self {
            every_session,
            issued_before: request.issued_before,
            blocked: request.block,
            plain_hmac_off: request.disable_plain_hmac,
        }
    }
}

/// Revokes what a user has.
///
/// # Errors
/// An id that breaks a rule, a key that is none or may not, or a store that fails.
#[utoipa::path(
    post,
    path = "/users/{id}/revoke",
    tag = "Users",
    description = "`{}` ends every session and its streams within a second. The user may open another one, unless they are blocked.",
    security(("backendKey" = ["users:manage"])),
    params(("id" = String, Path, description = "The user's id.", example = "former@example.com")),
    request_body(content = RevokeRequest, examples(
        ("all" = (summary = "Every session", value = json!({}))),
        ("block" = (summary = "And open no more", value = json!({ "block": true }))),
        ("unblock" = (summary = "Let the user in again", value = json!({ "block": false }))),
    )),
    responses(
        (status = 204, description = "It is done."),
        (status = 400, description = "invalid_user_id"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn revoke_user(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
    request: Request,
) -> Result<StatusCode, Error> {
    backend.require(Scope::UsersManage)?;
    app.quotas.revoke(&backend.key_id).await?;
    let body = JsonBody::<RevokeRequest, SMALL>::from_request(request, &()).await?;
    let user = super::named(&backend.project, &id)?;
    let audit = AuditEntry::new(app.clock.now(), backend.actor.clone(), AuditAction::UserRevoked)
        .in_project(&backend.project.id)
        .about(user.user.as_str())
        .with("request", body.json);
    let mut revocation = Revocation::from(body.value);
    revocation.issued_before = revocation.issued_before.map(|moment| moment.min(app.clock.now()));
    app.store.revoke_user(&user, revocation, audit).await?;
    app.end_streams(Wake::Revoked(user)).await;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;

    use super::{Revocation, RevokeRequest};

    #[test]
    fn letting_in_again_ends_no_session() {
        let request = RevokeRequest { block: Some(false), ..RevokeRequest::default() };
        let revocation = Revocation::from(request);
        assert_eq!((revocation.every_session, revocation.blocked), (false, Some(false)));
    }

    #[test]
    fn an_empty_request_ends_every_session_and_a_moment_those_before_it() {
        assert!(Revocation::from(RevokeRequest::default()).every_session);
        let moment = Some(Timestamp::from_unix_ms(1));
        let revocation =
            Revocation::from(RevokeRequest { issued_before: moment, ..RevokeRequest::default() });
        assert_eq!((revocation.every_session, revocation.issued_before), (false, moment));
    }
}

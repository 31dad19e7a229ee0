//! `GET /users/{id}/inbox`: what a user sees, for support. Looking marks nothing as seen.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::InboxPage;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{language::LanguageHeader, path::Segment, query::Parameters},
    error::Error,
    languages::Languages,
    routes::inbox::list::ListParameters,
};

/// Lists items of a user.
///
/// # Errors
/// Parameters or an id that are not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/users/{id}/inbox",
    tag = "Users",
    description = "For support: what the user sees. Looking marks nothing as seen.",
    security(("backendKey" = ["users:manage"])),
    params(("id" = String, Path, description = "The user's id.", example = "user@example.com"), LanguageHeader, ListParameters),
    responses(
        (status = 200, body = InboxPage, description = "A page, the newest first."),
        (status = 400, description = "invalid_user_id"),
    ),
)]
pub async fn list_inbox_of_user(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(id): Segment,
    languages: Languages,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<InboxPage>, Error> {
    backend.require(Scope::UsersManage)?;
    let user = super::named(&backend.project, &id)?;
    Ok(Json(app.inbox.list(&user, parameters.query()?, &languages).await?))
}

//! `PUT /preferences`: turns categories off and on.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, Request, State},
};
use notification_bell_protocol::Preferences;

use crate::{
    app::App,
    auth::session::Session,
    edge::{
        body::{JsonBody, SEND},
        language::LanguageHeader,
    },
    error::Error,
    languages::Languages,
};

/// Changes the preferences that are named.
///
/// # Errors
/// Names that are not allowed, changes too often, a token that is none, or a store that fails.
#[utoipa::path(
    put,
    path = "/preferences",
    tag = "Preferences",
    description = "A category that is not named stays as it is. What is in one that is turned off is as if it were not there, and is \
        back when it is turned on. One that cannot be turned off is refused, and nothing of the body is done then.",
    security(("session" = [])),
    params(LanguageHeader),
    request_body(content = Preferences, examples(
        ("off" = (summary = "No more newsletters", value = json!({ "categories": [{ "name": "newsletter", "enabled": false }] }))),
    )),
    responses(
        (status = 200, body = Preferences, description = "All of them, after the change."),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn change_preferences(
    State(app): State<Arc<App>>,
    session: Session,
    languages: Languages,
    request: Request,
) -> Result<Json<Preferences>, Error> {
    app.quotas.choose(&session.user).await?;
    let body = JsonBody::<Preferences, SEND>::from_request(request, &()).await?;
    Ok(Json(app.inbox.set_preferences(&session.user, body.value, &languages).await?))
}

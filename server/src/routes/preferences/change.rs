//! `PUT /preferences`: turns categories off and on.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::Preferences;

use crate::{
    app::App,
    auth::session::Session,
    edge::body::{JsonBody, SEND},
    error::Error,
};

/// Changes the preferences that are named.
///
/// # Errors
/// Names that are not allowed, a token that is none, or a store that fails.
#[utoipa::path(
    put,
    path = "/preferences",
    tag = "Preferences",
    description = "A category that is not named stays as it is. What is in one that is turned off is as if it were not there, and is \
        back when it is turned on.",
    security(("session" = [])),
    request_body(content = Preferences, examples(
        ("off" = (summary = "No more newsletters", value = json!({ "categories": [{ "name": "newsletter", "enabled": false }] }))),
    )),
    responses((status = 200, body = Preferences, description = "All of them, after the change.")),
)]
pub async fn change_preferences(
    State(app): State<Arc<App>>,
    session: Session,
    body: JsonBody<Preferences, SEND>,
) -> Result<Json<Preferences>, Error> {
    Ok(Json(app.inbox.set_preferences(&session.user, body.value).await?))
}

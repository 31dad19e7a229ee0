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
pub async fn change_preferences(
    State(app): State<Arc<App>>,
    session: Session,
    body: JsonBody<Preferences, SEND>,
) -> Result<Json<Preferences>, Error> {
    Ok(Json(app.inbox.set_preferences(&session.user, body.value).await?))
}

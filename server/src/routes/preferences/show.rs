//! `GET /preferences`: the categories there are, and which of them are turned off.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::Preferences;

use crate::{
    app::App, auth::session::Session, edge::language::LanguageHeader, error::Error, languages::Languages,
};

/// Shows the preferences.
///
/// # Errors
/// A token that is none, or a store that fails.
#[utoipa::path(
    get,
    path = "/preferences",
    tag = "Preferences",
    security(("session" = [])),
    params(LanguageHeader),
    responses((status = 200, body = Preferences,
        description = "By name, every category that something in this inbox has, every one that was ever turned off, and every one that \
            the project has declared.")),
)]
pub async fn show_preferences(
    State(app): State<Arc<App>>,
    session: Session,
    languages: Languages,
) -> Result<Json<Preferences>, Error> {
    Ok(Json(app.inbox.preferences(&session.user, &languages).await?))
}

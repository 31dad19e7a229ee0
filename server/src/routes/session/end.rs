//! `DELETE /session`: ends a session and its streams.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{app::App, auth::session::Session, error::Error, hub::Wake};

/// Ends the session of the token that the request carries.
///
/// # Errors
/// A token that is none, or a store that fails.
pub async fn end_session(State(app): State<Arc<App>>, session: Session) -> Result<StatusCode, Error> {
    app.store.end_session(&session.claims.jti, session.claims.expires_at().plus_ms(60_000)).await?;
    let ended = Wake::SessionEnded { user: session.user, session_id: session.claims.jti };
    if let Err(error) = app.bus.publish(&[ended]).await {
        tracing::warn!(%error, "streams of an ended session may end late");
    }
    Ok(StatusCode::NO_CONTENT)
}

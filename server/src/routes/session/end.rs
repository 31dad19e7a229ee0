//! `DELETE /session`: ends a session and its streams.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    auth::{cookie, session::Session},
    error::Error,
    hub::Wake,
};

/// Ends the session of the token that the request carries, and takes away its cookie, if it has one.
///
/// # Errors
/// A token that is none, or a store that fails.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "Session",
    summary = "Ends a session",
    description = "And takes its cookie away, if it has one.",
    security(("session" = [])),
    responses((status = 204, description = "The session is over, and its streams end.",
        headers(("Set-Cookie" = String, description = "Takes the cookie away, if the token came in one.")))),
)]
pub async fn end_session(State(app): State<Arc<App>>, session: Session) -> Result<Response, Error> {
    app.store.end_session(&session.claims.jti, session.claims.expires_at().plus_ms(60_000)).await?;
    let ended = Wake::SessionEnded { user: session.user, session_id: session.claims.jti };
    app.end_streams(ended).await;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if session.in_cookie
        && let Some(clear) = cookie::clear(&session.project.api_key)
    {
        response.headers_mut().insert(header::SET_COOKIE, clear);
    }
    Ok(response)
}

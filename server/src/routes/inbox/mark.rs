//! `POST /inbox/mark`: one change for many items, bounded by what the user had seen.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::{MarkRequest, Marked};

use crate::{
    app::App,
    auth::session::Session,
    edge::body::{JsonBody, SEND},
    error::Error,
};

/// Changes many items.
///
/// # Errors
/// A request that is not allowed, a token that is none, or a store that fails.
pub async fn mark_items(
    State(app): State<Arc<App>>,
    session: Session,
    body: JsonBody<MarkRequest, SEND>,
) -> Result<Json<Marked>, Error> {
    Ok(Json(app.inbox.mark(&session.user, body.value).await?))
}

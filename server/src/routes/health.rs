//! `/healthz`: the process answers. `/readyz`: it can do its work, and is not about to stop.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, error::Error};

/// Whether the process answers: nothing else is looked at, because nothing else is mended by a restart.
pub async fn show_health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Whether requests should be sent here.
///
/// # Errors
/// If the store does not work, or the server is about to stop.
pub async fn show_readiness(State(app): State<Arc<App>>) -> Result<Json<Value>, Error> {
    if app.hub.is_draining() {
        return Err(Error::ShuttingDown);
    }
    app.store.ping().await?;
    Ok(Json(json!({ "status": "ready" })))
}

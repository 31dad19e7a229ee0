//! `/healthz`: the process answers. `/readyz`: it can do its work.
//!
//! That it is about to stop, neither says: nobody could ask any more. The listener closes at the same moment, because a
//! refused connection is what every balancer understands at once, and what was not sent can be sent elsewhere.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, error::Error, hub::Reach};

/// Whether the process answers: nothing else is looked at, because nothing else is mended by a restart.
pub async fn show_health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Whether requests should be sent here. A server that does not hear the others is degraded and answers 200 all the
/// same: what they share is gone for all of them at once, and all of them can still do their work.
///
/// # Errors
/// If the store does not work.
pub async fn show_readiness(State(app): State<Arc<App>>) -> Result<Json<Value>, Error> {
    app.store.ping().await?;
    Ok(Json(match app.bus.reach() {
        Reach::Alone => json!({ "status": "ready" }),
        Reach::Connected => json!({ "status": "ready", "bus": "connected" }),
        Reach::Cut => json!({ "status": "degraded", "bus": "unreachable" }),
    }))
}

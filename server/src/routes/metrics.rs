//! `/metrics`: the counters of this process, for Prometheus.

use std::sync::Arc;

use axum::{extract::State, http::header, response::IntoResponse};

use crate::{app::App, metrics::CONTENT_TYPE};

/// Shows the counters.
pub async fn show_metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let now = app.clock.now();
    let text = app.metrics.encode(app.inbox.lag(now), app.webhooks.lag(now));
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text)
}

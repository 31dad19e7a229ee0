//! `/openapi.json`: the description of the API, for programs.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use utoipa::openapi::OpenApi;

use crate::{app::App, description};

/// Shows it. Every page may read it: there is nothing of anybody's in it.
pub async fn show_description(
    State(app): State<Arc<App>>,
) -> ([(HeaderName, &'static str); 1], Json<OpenApi>) {
    let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (open, Json(description::describe(app.tokens.issuer())))
}

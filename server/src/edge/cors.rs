//! Which pages of other origins may call the element's routes (WHATWG Fetch, CORS protocol).
//!
//! A preflight cannot name a project, so any origin passes that some project allows; the session itself then holds
//! its page to the list of its own project.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderName, HeaderValue, Method, header, request};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{app::App, auth::origin};

/// Chromium's cap for how long a preflight's answer is kept.
const MAX_AGE: Duration = Duration::from_hours(2);

/// The layer for the element's routes.
pub fn layer(app: Arc<App>) -> CorsLayer {
    let allowed = AllowOrigin::async_predicate(move |origin: HeaderValue, _: &request::Parts| {
        let app = Arc::clone(&app);
        async move { is_allowed(&app, &origin).await }
    });
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
        ])
        .max_age(MAX_AGE)
}

async fn is_allowed(app: &App, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    match app.store.projects().await {
        Ok(projects) => projects.iter().any(|project| origin::allows(&project.origins, origin)),
        Err(error) => {
            // The page should be able to read that the storage is not available; it can do nothing else now, and its
            // session holds it to its origin anyway.
            tracing::warn!(%error, "cannot look which origins are allowed");
            origin != "null"
        }
    }
}

//! `/openapi.json`: the description of the API, for programs. `/docs`: the same as a page.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
    response::{Html, IntoResponse, Response},
};
use utoipa::openapi::OpenApi;

use crate::{
    app::App,
    description::{
        self,
        page::{self, Values},
    },
};

/// The page needs nothing but what is beside it, and is shown in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Shows it. Every page may read it: there is nothing of anybody's in it.
pub async fn show_description(
    State(app): State<Arc<App>>,
) -> ([(HeaderName, &'static str); 1], Json<OpenApi>) {
    let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (open, Json(description::describe(&app.public_url)))
}

/// Shows the page, with words for what is the reader's own.
pub async fn show_page(State(app): State<Arc<App>>) -> Response {
    page_with(&app.public_url, &Values::default())
}

/// The page of a server that is reached at this address, with these values in its commands.
#[must_use]
pub fn page_with(public_url: &str, values: &Values) -> Response {
    let page = page::page(&description::describe(public_url), values);
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

/// Shows its style sheet.
pub async fn show_style() -> impl IntoResponse {
    file("text/css; charset=utf-8", page::STYLE)
}

/// Shows its script.
pub async fn show_script() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", page::SCRIPT)
}

/// Shows what its script copies by.
pub async fn show_copying() -> impl IntoResponse {
    file("text/javascript; charset=utf-8", page::COPYING)
}

fn file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], text)
}

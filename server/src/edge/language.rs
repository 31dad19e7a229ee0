//! The languages of a reader, and answers that say that they depend on them.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};

use utoipa::IntoParams;

use crate::languages::Languages;

/// The header that says what the reader reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct LanguageHeader {
    /// The languages of the reader: items are in the first of them that they have texts in, else in the project's.
    #[param(rename = "Accept-Language", nullable = false, example = "de-AT, en;q=0.5")]
    #[expect(dead_code, reason = "it is read from the headers, which may have it more than once")]
    accept_language: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Languages {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::accepted(&parts.headers))
    }
}

/// For routes whose answers are in a language of the reader (RFC 9110, section 12.5.5).
pub async fn vary(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

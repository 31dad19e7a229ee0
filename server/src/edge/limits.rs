//! Bounds on the address and the headers of a request, said in the API's own words.
//!
//! The HTTP library has bounds of its own, further out (`listener`), beyond which it answers with a bare status.

use axum::{extract::Request, middleware::Next, response::Response};

use crate::error::Error;

const MAX_URI_BYTES: usize = 8 * 1_024;
const MAX_HEADER_BYTES: usize = 16 * 1_024;

/// Refuses requests that are too large before their body.
///
/// # Errors
/// If the address or the headers are.
pub async fn bound(request: Request, next: Next) -> Result<Response, Error> {
    check(&request)?;
    Ok(next.run(request).await)
}

/// Whether a request is small enough before its body.
pub(super) fn check(request: &Request) -> Result<(), Error> {
    let uri = request.uri();
    let uri_bytes = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if uri_bytes > MAX_URI_BYTES {
        return Err(Error::UriTooLong(MAX_URI_BYTES));
    }
    let header_bytes: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if header_bytes > MAX_HEADER_BYTES {
        return Err(Error::HeadersTooLarge(MAX_HEADER_BYTES));
    }
    Ok(())
}

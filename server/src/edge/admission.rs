//! What every request of a backend has to be before its route sees it.

use axum::{extract::Request, middleware::Next, response::Response};

use super::{accept, limits, query};
use crate::error::Error;

/// Refuses what is too large, has a token in its address, or wants another answer than JSON.
///
/// In one step: the router copies the rest of the way for each request, once for each step there is.
///
/// # Errors
/// If it is to be refused.
pub async fn admit(request: Request, next: Next) -> Result<Response, Error> {
    limits::check(&request)?;
    query::check(&request)?;
    accept::check(&request)?;
    Ok(next.run(request).await)
}

//! Queries: parameters of the right shape, and no tokens.

use axum::{
    extract::{FromRequestParts, Request},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use serde::de::DeserializeOwned;

use crate::error::Error;

/// The parameters of a query.
pub struct Parameters<T>(pub T);

impl<S, T> FromRequestParts<S> for Parameters<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|query| Self(query.0))
            .map_err(|rejection| Error::InvalidRequest(format!("{}.", rejection.body_text()), Vec::new()))
    }
}

/// Refuses requests that carry a token or a proof in their address, where every log on the way keeps it.
///
/// # Errors
/// If there is one.
pub async fn refuse_tokens(request: Request, next: Next) -> Result<Response, Error> {
    check(&request)?;
    Ok(next.run(request).await)
}

/// Whether there is none.
pub(super) fn check(request: &Request) -> Result<(), Error> {
    const SECRET: [&str; 8] = [
        "token",
        "access_token",
        "accesstoken",
        "usertoken",
        "user_token",
        "userhmac",
        "user_hmac",
        "authorization",
    ];
    let query = request.uri().query().unwrap_or_default();
    let names = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.to_ascii_lowercase());
    if names.into_iter().any(|name| SECRET.contains(&name.as_str())) {
        return Err(Error::TokenInUrl);
    }
    Ok(())
}

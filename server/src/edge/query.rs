//! Queries: parameters of the right shape, and no tokens.

use axum::{
    extract::{FromRequestParts, Request},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use notification_bell_protocol::MemberError;
use serde::de::DeserializeOwned;

use super::shape::pointer;
use crate::error::Error;

/// The parameters of a query.
pub struct Parameters<T>(pub T);

impl<S, T> FromRequestParts<S> for Parameters<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    /// As axum's `Query` does, which keeps to itself which of them does not fit.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let detail = error.inner().to_string();
            let summary = format!("The query does not have the right shape: {detail}.");
            let fault = MemberError::new(pointer(error.path(), &detail), detail);
            Error::InvalidRequest(summary, vec![fault])
        })
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
    let mut names = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    match names.find(|name| SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret))) {
        Some(name) => Err(Error::TokenInUrl(name.into_owned())),
        None => Ok(()),
    }
}

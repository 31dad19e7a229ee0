//! The variable part of a path.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use crate::error::Error;

/// The one variable segment of a path, decoded.
pub struct Segment(pub String);

/// The two variable segments of a path, decoded.
pub struct TwoSegments(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for TwoSegments {
    type Rejection = Error;

    /// As for one.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let segments = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) =
            segments.map_err(|_| Error::NotFound("There is nothing of this name."))?;
        Ok(Self(first, second))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Error;

    /// What is not UTF-8 once it is decoded names nothing.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let segment = Path::<String>::from_request_parts(parts, state).await;
        segment.map(|Path(text)| Self(text)).map_err(|_| Error::NotFound("There is nothing of this name."))
    }
}

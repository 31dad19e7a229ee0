//! Bodies: plain JSON of a bounded size that arrives in time, and has the right shape.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::shape::shape;
use crate::{error::Error, strict_json};

/// A client that needs longer than this for a body is not worth a connection.
const READ_TIMEOUT: Duration = Duration::from_secs(15);

/// So much of a body that is too large is read and thrown away: a client that is still sending when the connection ends
/// never sees the answer.
const DISCARDED: usize = 8 * 1_024 * 1_024;

/// The largest body of a session or of a change to an inbox: 8 KiB, but for `/inbox/mark`, which may name 1,000 ids.
pub const SMALL: usize = 8 * 1_024;
/// The largest body of one send, and of a mark.
pub const SEND: usize = 64 * 1_024;
/// The largest list of users to put into a topic, or to take out: 8 MiB.
pub const USERS: usize = 8 * 1_024 * 1_024;

/// The largest body of a batch of sends.
pub const BATCH: usize = 1_024 * 1_024;

/// A body of at most `LIMIT` bytes, and the JSON value it was read from.
pub struct JsonBody<T, const LIMIT: usize> {
    /// What it says.
    pub value: T,
    /// As it came: for comparing two bodies.
    pub json: Value,
}

impl<S, T, const LIMIT: usize> FromRequest<S> for JsonBody<T, LIMIT>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        Self::read(&parts.headers, body).await
    }
}

impl<T: DeserializeOwned, const LIMIT: usize> JsonBody<T, LIMIT> {
    /// Reads the body of a request with these headers.
    ///
    /// # Errors
    /// If it is of another type, too large, too slow, no JSON, or of another shape.
    pub async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Error> {
        check_type(headers)?;
        let bytes = read(body, LIMIT).await?;
        let json = strict_json::parse(&bytes).map_err(Error::MalformedJson)?;
        let value = shape(&json)?;
        Ok(Self { value, json })
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text(header::CONTENT_TYPE).split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    // RFC 8259, section 8.1: UTF-8 is the only charset there is.
    if !is_json || !parts.all(|parameter| parameter.to_ascii_lowercase().replace('"', "") == "charset=utf-8")
    {
        return Err(Error::UnsupportedMediaType("Send the body with `Content-Type: application/json`."));
    }
    if headers.contains_key(header::CONTENT_ENCODING)
        && !text(header::CONTENT_ENCODING).eq_ignore_ascii_case("identity")
    {
        return Err(Error::UnsupportedMediaType("Send the body uncompressed, without Content-Encoding."));
    }
    Ok(())
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Error> {
    match tokio::time::timeout(READ_TIMEOUT, collect(body, limit)).await {
        Ok(collected) => collected,
        Err(_) => Err(Error::RequestTimeout),
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Error> {
    let mut bytes = BytesMut::new();
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::MalformedJson("it did not arrive whole".to_owned()))?;
        let Some(data) = frame.data_ref() else { continue };
        received += data.len();
        if received <= limit {
            bytes.extend_from_slice(data);
        } else if received > DISCARDED {
            break;
        }
    }
    if received > limit { Err(Error::BodyTooLarge(limit)) } else { Ok(bytes.freeze()) }
}

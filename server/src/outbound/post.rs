//! Posting to an address that somebody configured.

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use url::Url;

use super::{Outbound, OutboundError};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The status, whatever it is; a redirect is not followed.
    pub status: u16,
    /// The beginning of the body, as it was sent.
    pub body: Bytes,
}

impl Outbound {
    /// Posts a body to a URL, and reads at most `max_bytes` of the answer. One that is longer, or breaks off, is an
    /// answer all the same: its status has been said.
    ///
    /// # Errors
    /// If the URL may not be called, or there is no status in time.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        max_bytes: usize,
    ) -> Result<Posted, OutboundError> {
        let (host, client) = self.client(url)?;
        let request = client.post(url.clone()).headers(headers).body(body);
        let mut response = request.send().await.map_err(|error| self.failure(&host, error))?;
        let status = response.status().as_u16();
        let mut body = BytesMut::new();
        while body.len() < max_bytes
            && let Ok(Some(chunk)) = response.chunk().await
        {
            body.extend_from_slice(&chunk[..chunk.len().min(max_bytes - body.len())]);
        }
        Ok(Posted { status, body: body.freeze() })
    }
}

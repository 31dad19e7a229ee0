//! Sends traces to whoever collects them.
//!
//! Not as `outbound` calls addresses: this one is the operator's, and mostly a private one over plain http.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use reqwest::{Client, redirect, retry};
use tokio::{runtime::Handle, time::Instant};

use super::TracesError;
use crate::outbound::chain;

/// An answer is some bytes; what is longer is not read.
const MAX_ANSWER_BYTES: usize = 64 * 1_024;
/// One that is away for hours would fill the log.
const COMPLAIN_EVERY: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Collector {
    client: Client,
    runtime: Handle,
    complaints: Complaints,
}

impl Collector {
    /// One that is called from this runtime.
    pub(super) fn new(is_https: bool, timeout: Duration) -> Result<Self, TracesError> {
        let builder = Client::builder()
            // Traces, and the headers with a key for them, go where the operator said and nowhere else.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // The exporter does that, with waits in between.
            .retry(retry::never())
            .timeout(timeout)
            // Said here, because other members of the workspace turn features on.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http1_only();
        // The system's certificates are read when the client is made; plain http has no use for them.
        let builder = if is_https { builder } else { builder.tls_certs_only([]) };
        let client = builder.build().map_err(|error| TracesError::Client(chain(&error)))?;
        Ok(Self { client, runtime: Handle::current(), complaints: Complaints::default() })
    }

    fn complain(&self, cause: &str) {
        if self.complaints.is_due(Instant::now()) {
            tracing::warn!(
                cause,
                "traces could not be sent, and some may be lost; this is said once a minute"
            );
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // It is asked on a thread of the SDK's, which has no runtime.
        let sent = self.runtime.spawn(send(self.client.clone(), request)).await?;
        match &sent {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => self.complain(&format!("the collector answers {}", answer.status().as_u16())),
            Err(error) => self.complain(&chain(error)),
        }
        Ok(sent?)
    }
}

async fn send(client: Client, request: Request<Bytes>) -> Result<Response<Bytes>, reqwest::Error> {
    // The address may have a password in it.
    let mut answer = client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let mut body = BytesMut::new();
    while body.len() < MAX_ANSWER_BYTES
        && let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)?
    {
        body.extend_from_slice(&chunk[..chunk.len().min(MAX_ANSWER_BYTES - body.len())]);
    }
    let mut taken = Response::new(body.freeze());
    *taken.status_mut() = answer.status();
    // It may say when to come again.
    *taken.headers_mut() = answer.headers().clone();
    Ok(taken)
}

/// When something was said last.
#[derive(Debug, Default)]
struct Complaints(Mutex<Option<Instant>>);

impl Complaints {
    /// Whether to say it now.
    fn is_due(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now - last >= COMPLAIN_EVERY);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{COMPLAIN_EVERY, Complaints};

    #[test]
    fn a_collector_that_is_away_is_a_line_and_then_one_a_minute() {
        let (complaints, began) = (Complaints::default(), Instant::now());
        let said = (0..300).filter(|second| complaints.is_due(began + Duration::from_secs(*second)));
        assert_eq!(said.collect::<Vec<_>>(), [0, 60, 120, 180, 240]);
        assert!(complaints.is_due(began + 10 * COMPLAIN_EVERY));
    }
}

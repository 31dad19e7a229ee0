//! The life of one stream: what it sends when, until it ends.
//!
//! It holds one number, the revision it is at. While the client does not read, nothing is fetched for it and
//! nothing is kept: what it missed is in the store. That bounds the memory of a slow reader without cutting it off.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use notification_bell_protocol::{HEARTBEAT_MAX_MS, Revision, SESSION_EXPIRING_LEAD_MS, Sync, Timestamp};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{Subscription, Woken, frame};
use crate::{
    auth::{session::check_standing, session_keys::SessionKeys, session_token::Claims},
    clock::Clock,
    error::Error,
    languages::Languages,
    randomness::Randomness,
    store::{Changes, Store, StoreError, UserRef},
};

/// A client that takes nothing for so long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Heartbeats of different streams come at different times: up to this much before the longest allowed.
const HEARTBEAT_JITTER_MS: i64 = 5_000;
const OVERLOAD_WAIT_MAX_MS: u64 = 500;
/// A client that has this much to catch up with loads the list instead, page by page.
const MAX_FRAME_BYTES: usize = 256 * 1_024;
const RETRY_MIN_MS: u64 = 1_000;
const RETRY_MAX_MS: u64 = 15_000;

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The client closed it, or takes nothing any more.
    Client,
    /// Its token has run out.
    Expired,
    /// Its session was ended.
    Revoked,
    /// The server is about to stop.
    Draining,
    /// The store failed: the client comes back and resumes.
    Failed,
}

/// A stream about to run.
pub struct Stream {
    /// Its seat.
    pub subscription: Subscription,
    /// Whose inbox it shows.
    pub user: UserRef,
    /// The languages its items are to be in.
    pub languages: Languages,
    /// Where it reads.
    pub store: Arc<dyn Store>,
    /// For its deadlines.
    pub clock: Arc<dyn Clock>,
    /// So that not all come back at once.
    pub randomness: Arc<dyn Randomness>,
    /// Its session: when it ends, and whether it still counts.
    pub claims: Claims,
    /// The `kid` of its token: when that key is removed, the session has ended.
    pub key_id: String,
    /// The keys that there are.
    pub keys: Arc<SessionKeys>,
    /// Over how long streams end when the server stops.
    pub drain: Duration,
}

impl Stream {
    /// Runs it to its end. `last_event_id` is where the client was; without one it starts at the present.
    pub async fn run(mut self, last_event_id: Option<String>, client: mpsc::Sender<Bytes>) -> StreamEnd {
        let end = self.live(last_event_id, &client).await.unwrap_or_else(|end| end);
        if end == StreamEnd::Draining {
            self.say_goodbye(&client).await;
        }
        end
    }

    async fn live(
        &mut self,
        last_event_id: Option<String>,
        client: &mpsc::Sender<Bytes>,
    ) -> Result<StreamEnd, StreamEnd> {
        let ends_at = self.deadline(self.claims.expires_at());
        let life_ms = self.claims.expires_at().unix_ms() - self.claims.issued_at().unix_ms();
        let lead_ms = SESSION_EXPIRING_LEAD_MS.min(life_ms / 5);
        let expiring_at = self.deadline(self.claims.expires_at().plus_ms(-lead_ms));
        let mut expiring_said = false;

        // Only now that it has its seat: a session that ended before would never wake it.
        self.check_session().await?;
        let mut revision = self.open(last_event_id, client).await?;
        let mut heartbeat_at = Instant::now() + self.heartbeat_wait();
        loop {
            tokio::select! {
                biased;
                () = client.closed() => return Ok(StreamEnd::Client),
                () = sleep_until(ends_at) => return Ok(StreamEnd::Expired),
                woken = self.subscription.woken() => match woken {
                    Woken::Draining => return Ok(StreamEnd::Draining),
                    Woken::Ended => return Ok(StreamEnd::Revoked),
                    Woken::Doubted => {
                        self.check_session().await?;
                        revision = self.catch_up(revision, client).await?;
                    }
                    Woken::Changed => revision = self.catch_up(revision, client).await?,
                },
                () = sleep_until(expiring_at), if !expiring_said => {
                    expiring_said = true;
                    write(client, frame::session_expiring()).await?;
                }
                () = sleep_until(heartbeat_at) => {
                    // The machine may have slept, and its timers with it.
                    if self.clock.now() >= self.claims.expires_at() {
                        return Ok(StreamEnd::Expired);
                    }
                    write(client, frame::HEARTBEAT).await?;
                    heartbeat_at = Instant::now() + self.heartbeat_wait();
                }
            }
        }
    }

    /// Whether the session still counts, after something that may have ended it.
    async fn check_session(&self) -> Result<(), StreamEnd> {
        match check_standing(&*self.store, &self.keys, &self.claims, &self.key_id).await {
            Ok(_) => Ok(()),
            Err(Error::Storage(_) | Error::Overloaded | Error::ShuttingDown) => Err(StreamEnd::Failed),
            Err(_) => Err(StreamEnd::Revoked),
        }
    }

    /// The first event: where the inbox is now, and what changed since the client was last here. The seat was
    /// taken before this reads, so that a change in between wakes the stream instead of being lost.
    async fn open(
        &self,
        last_event_id: Option<String>,
        client: &mpsc::Sender<Bytes>,
    ) -> Result<Revision, StreamEnd> {
        if let Some(since) = last_event_id {
            let changes = self.store.changes(&self.user, &since, &self.languages).await.map_err(failed)?;
            return send(changes, client).await;
        }
        let (counts, revision) = self.store.counts(&self.user).await.map_err(failed)?;
        let sync = Sync { changed: Vec::new(), removed: Vec::new(), counts, revision };
        send(Changes::Since(sync), client).await
    }

    async fn catch_up(
        &self,
        revision: Revision,
        client: &mpsc::Sender<Bytes>,
    ) -> Result<Revision, StreamEnd> {
        let turn = self.subscription.turn().await;
        let changes = loop {
            match self.store.changes(&self.user, &revision, &self.languages).await {
                // All streams may have been woken at once: some look a little later.
                Err(StoreError::Overloaded) => {
                    let wait_ms = self.randomness.below(OVERLOAD_WAIT_MAX_MS);
                    sleep(Duration::from_millis(wait_ms)).await;
                }
                changes => break changes.map_err(failed)?,
            }
        };
        // Before anything is written: a client that takes nothing must not keep the others waiting.
        drop(turn);
        match &changes {
            // Woken by a change that an earlier look had already seen, or that this user has turned off.
            Changes::Since(sync) if sync.changed.is_empty() && sync.removed.is_empty() => {
                Ok(sync.revision.clone())
            }
            _ => send(changes, client).await,
        }
    }

    /// Streams end spread over the drain time, and are told to come back at different times.
    async fn say_goodbye(&self, client: &mpsc::Sender<Bytes>) {
        let drain_ms = u64::try_from(self.drain.as_millis()).unwrap_or(0);
        let ends_at = Instant::now() + Duration::from_millis(self.randomness.below(drain_ms));
        tokio::select! {
            () = client.closed() => return,
            () = sleep_until(ends_at) => {}
        }
        let retry_ms = RETRY_MIN_MS + self.randomness.below(RETRY_MAX_MS - RETRY_MIN_MS);
        // It ends either way.
        let _ = write(client, frame::retry(retry_ms)).await;
    }

    fn heartbeat_wait(&self) -> Duration {
        let jitter_ms = self.randomness.below(HEARTBEAT_JITTER_MS.unsigned_abs());
        Duration::from_millis(HEARTBEAT_MAX_MS.unsigned_abs() - jitter_ms)
    }

    fn deadline(&self, at: Timestamp) -> Instant {
        let wait_ms = (at.unix_ms() - self.clock.now().unix_ms()).max(0).unsigned_abs();
        Instant::now() + Duration::from_millis(wait_ms)
    }
}

async fn send(changes: Changes, client: &mpsc::Sender<Bytes>) -> Result<Revision, StreamEnd> {
    let (frame, revision) = match changes {
        Changes::Since(sync) => {
            let frame = frame::sync(&sync);
            if frame.len() > MAX_FRAME_BYTES {
                let emptied = Sync { changed: Vec::new(), removed: Vec::new(), ..sync };
                (frame::reset(&emptied), emptied.revision)
            } else {
                (frame, sync.revision)
            }
        }
        Changes::Reset(sync) => (frame::reset(&sync), sync.revision),
    };
    write(client, frame).await?;
    Ok(revision)
}

async fn write(client: &mpsc::Sender<Bytes>, frame: Bytes) -> Result<(), StreamEnd> {
    match timeout(WRITE_TIMEOUT, client.send(frame)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(StreamEnd::Client),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to `map_err`")]
fn failed(error: StoreError) -> StreamEnd {
    tracing::warn!(%error, "a stream ends because its inbox cannot be read");
    StreamEnd::Failed
}

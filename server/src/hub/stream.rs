//! The life of one stream: what it sends when, until it ends.
//!
//! It holds one number, the revision it is at. While the client does not read, nothing is fetched for it and
//! nothing is kept: what it missed is in the store. That bounds the memory of a slow reader without cutting it off.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::FutureExt;
use notification_bell_protocol::{HEARTBEAT_MAX_MS, Revision, SESSION_EXPIRING_LEAD_MS, Sync, Timestamp};
use tokio::time::{Instant, sleep_until, timeout};

use super::{
    Socket, Subscription, frame,
    looks::{self, Seen},
    outlet::{Gone, Outlet},
    signal::Woken,
};
use crate::{
    auth::{session::check_standing, session_keys::SessionKeys, session_token::Claims},
    clock::Clock,
    error::Error,
    languages::Languages,
    randomness::Randomness,
    store::{Changes, Look, Store, StoreError},
};

/// A client that takes nothing for so long is gone.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Heartbeats of different streams come at different times: up to this much before the longest allowed.
const HEARTBEAT_JITTER_MS: i64 = 5_000;
const RETRY_MIN_MS: u64 = 1_000;
const RETRY_MAX_MS: u64 = 15_000;

/// For the last words of a stream to a client that is slow to take them.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StreamEnd {
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
    /// Where the client was; without it, the stream starts at the present.
    pub last_event_id: Option<String>,
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
    /// Whether it was still in order when the seat was taken: nothing has ended any session since it was checked.
    pub is_checked: bool,
    /// The `kid` of its token: when that key is removed, the session has ended.
    pub key_id: String,
    /// The keys that there are.
    pub keys: Arc<SessionKeys>,
    /// Over how long streams end when the server stops.
    pub drain: Duration,
}

impl Stream {
    /// Runs it to its end. Boxed, as what it does now and then is further down: a task of the quiet ones is small.
    pub(super) async fn run(self: Box<Self>, outlet: impl Outlet) {
        let end = Life::new(self, outlet).run().await;
        tracing::debug!(?end, "a stream ended");
    }

    /// Runs it on a connection that it has to itself, behind the head of the answer.
    pub async fn run_on(self: Box<Self>, socket: Socket) {
        self.run(socket).await;
    }

    fn deadline(&self, at: Timestamp) -> Instant {
        let wait_ms = (at.unix_ms() - self.clock.now().unix_ms()).max(0).unsigned_abs();
        Instant::now() + Duration::from_millis(wait_ms)
    }
}

/// A stream that runs.
struct Life<O> {
    stream: Box<Stream>,
    outlet: O,
    /// What it is at.
    revision: Revision,
    ends_at: Instant,
    /// When to say that it ends soon, if that has not been said.
    expiring_at: Option<Instant>,
    heartbeat_at: Instant,
}

impl<O: Outlet> Life<O> {
    fn new(stream: Box<Stream>, outlet: O) -> Self {
        let claims = &stream.claims;
        let life_ms = claims.expires_at().unix_ms() - claims.issued_at().unix_ms();
        let lead_ms = SESSION_EXPIRING_LEAD_MS.min(life_ms / 5);
        let ends_at = stream.deadline(claims.expires_at());
        let expiring_at = stream.deadline(claims.expires_at().plus_ms(-lead_ms));
        let mut life = Self {
            stream,
            outlet,
            revision: Revision::new(),
            ends_at,
            expiring_at: Some(expiring_at),
            heartbeat_at: ends_at,
        };
        life.plan_heartbeat();
        life
    }

    async fn run(mut self) -> StreamEnd {
        let end = self.live().await.unwrap_or_else(|end| end);
        if end == StreamEnd::Draining {
            Box::pin(self.say_goodbye()).await;
        }
        if end != StreamEnd::Client {
            self.outlet.finish();
        }
        end
    }

    /// What is done now and then is boxed for as long as it takes, so that whoever waits here is small.
    async fn live(&mut self) -> Result<StreamEnd, StreamEnd> {
        Box::pin(self.begin()).await?;
        // One timer for all that comes with time; the runtime keeps those of all streams in one wheel.
        let mut timer = pin!(sleep_until(self.next_deadline()));
        loop {
            tokio::select! {
                biased;
                () = self.outlet.gone() => return Ok(StreamEnd::Client),
                // Before what changed: something may always have.
                () = &mut timer => {
                    Box::pin(self.keep_time()).await?;
                    timer.as_mut().reset(self.next_deadline());
                }
                woken = self.stream.subscription.woken() => Box::pin(self.answer(woken)).await?,
            }
        }
    }

    async fn begin(&mut self) -> Result<(), StreamEnd> {
        // It has its seat: a session that ends from here on wakes it. One that ended before would not.
        if !self.stream.is_checked {
            self.stream.check_session().await?;
        }
        // From the seat to here its client may have taken as long as it liked, by not reading the head of the answer.
        if let Some(trouble) = self.stream.subscription.troubled().now_or_never() {
            self.stream.bear(trouble).await?;
        }
        if self.stream.clock.now() >= self.stream.claims.expires_at() {
            return Err(StreamEnd::Expired);
        }
        self.open().await
    }

    async fn answer(&mut self, woken: Woken) -> Result<(), StreamEnd> {
        if woken != Woken::Changed {
            self.stream.bear(woken).await?;
        }
        self.catch_up().await
    }

    fn next_deadline(&self) -> Instant {
        let at = self.ends_at.min(self.heartbeat_at);
        self.expiring_at.map_or(at, |expiring_at| at.min(expiring_at))
    }

    async fn keep_time(&mut self) -> Result<(), StreamEnd> {
        let now = Instant::now();
        // The machine may have slept, and its timers with it.
        if now >= self.ends_at || self.stream.clock.now() >= self.stream.claims.expires_at() {
            return Err(StreamEnd::Expired);
        }
        if self.expiring_at.take_if(|at| *at <= now).is_some() {
            self.write(&frame::session_expiring()).await?;
        }
        if now >= self.heartbeat_at {
            self.write(&frame::HEARTBEAT).await?;
            self.plan_heartbeat();
        }
        Ok(())
    }

    /// The first event: where the inbox is now, and what changed since the client was last here. The seat was
    /// taken before this reads, so that a change in between wakes the stream instead of being lost.
    async fn open(&mut self) -> Result<(), StreamEnd> {
        let seen = if let Some(since) = self.stream.last_event_id.take() {
            self.look(since).await?
        } else {
            let user = self.stream.subscription.user();
            let (counts, revision) = self.stream.store.counts(user).await.map_err(failed)?;
            looks::seen(&Changes::Since(Sync { changed: Vec::new(), removed: Vec::new(), counts, revision }))
        };
        self.revision = seen.revision;
        self.write(&seen.frame).await
    }

    async fn catch_up(&mut self) -> Result<(), StreamEnd> {
        let seen = self.look(self.revision.clone()).await?;
        self.revision = seen.revision;
        if seen.has_news { self.write(&seen.frame).await } else { Ok(()) }
    }

    /// Looks into the store. It may take a while when many do: what ends the stream is heard meanwhile.
    async fn look(&mut self, since: Revision) -> Result<Seen, StreamEnd> {
        let Self { stream, outlet, ends_at, .. } = self;
        let Stream { subscription, languages, store, randomness, .. } = &**stream;
        let look = Look { user: subscription.user().clone(), since, languages: languages.clone() };
        let mut looking = pin!(subscription.looks().look(look, store, randomness));
        let seen = loop {
            tokio::select! {
                biased;
                seen = &mut looking => break seen.ok_or(StreamEnd::Failed)?,
                () = outlet.gone() => return Err(StreamEnd::Client),
                trouble = subscription.troubled() => stream.bear(trouble).await?,
            }
        };
        // Without a timer for each look: nothing has been said meanwhile.
        if Instant::now() >= *ends_at { Err(StreamEnd::Expired) } else { Ok(seen) }
    }

    /// Writes a frame. While its client does not read, the stream waits here: what ends it is heard, what changes is
    /// for later, and the rest of this one frame is all that is kept.
    async fn write(&mut self, frame: &Bytes) -> Result<(), StreamEnd> {
        let Some(rest) = self.outlet.try_write(frame)? else { return Ok(()) };
        let mut writing = pin!(self.outlet.write_rest(rest));
        loop {
            tokio::select! {
                biased;
                written = &mut writing => return Ok(written?),
                () = sleep_until(self.ends_at) => return Err(StreamEnd::Expired),
                trouble = self.stream.subscription.troubled() => self.stream.bear(trouble).await?,
            }
        }
    }

    /// Streams end spread over the drain time, and are told to come back at different times.
    async fn say_goodbye(&mut self) {
        let stream = &self.stream;
        let drain_ms = u64::try_from(stream.drain.as_millis()).unwrap_or(0);
        let ends_at = Instant::now() + Duration::from_millis(stream.randomness.below(drain_ms));
        let retry_ms = RETRY_MIN_MS + stream.randomness.below(RETRY_MAX_MS - RETRY_MIN_MS);
        tokio::select! {
            () = self.outlet.gone() => return,
            () = sleep_until(ends_at) => {}
        }
        // It ends either way.
        if let Ok(Some(rest)) = self.outlet.try_write(&frame::retry(retry_ms)) {
            let _ = timeout(GOODBYE_TIMEOUT, self.outlet.write_rest(rest)).await;
        }
    }

    fn plan_heartbeat(&mut self) {
        let jitter_ms = self.stream.randomness.below(HEARTBEAT_JITTER_MS.unsigned_abs());
        self.heartbeat_at =
            Instant::now() + Duration::from_millis(HEARTBEAT_MAX_MS.unsigned_abs() - jitter_ms);
    }
}

impl Stream {
    /// Goes on only if the stream may, whatever it was woken with.
    async fn bear(&self, trouble: Woken) -> Result<(), StreamEnd> {
        match trouble {
            Woken::Draining => Err(StreamEnd::Draining),
            Woken::Ended => Err(StreamEnd::Revoked),
            Woken::Doubted | Woken::Changed => self.check_session().await,
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
}

impl From<Gone> for StreamEnd {
    fn from(Gone: Gone) -> Self {
        Self::Client
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to `map_err`")]
fn failed(error: StoreError) -> StreamEnd {
    tracing::warn!(%error, "a stream ends because its inbox cannot be read");
    StreamEnd::Failed
}

#[cfg(test)]
mod tests;

//! The life of one stream: what it sends when, until it ends.
//!
//! It holds the state that it is at. While the client does not read, nothing is fetched for it and nothing is kept: what
//! it missed is in the store. That bounds the memory of a slow reader without cutting it off.

use std::{mem, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::FutureExt;
use notification_bell_protocol::{
    Counts, EVENT_RESET, EVENT_SESSION_EXPIRING, EVENT_SYNC, HEARTBEAT_MAX_MS, Revision,
    SESSION_EXPIRING_LEAD_MS, Sync,
};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Outlet, Stream, StreamEnd, Woken};
use crate::{
    hub::{
        frame,
        looks::{self, Seen},
    },
    metrics::streams::StreamCounts,
    store::{Changes, Look},
};

/// Heartbeats of different streams come at different times: up to this much before the longest allowed.
const HEARTBEAT_JITTER_MS: i64 = 5_000;
const RETRY_MIN_MS: u64 = 1_000;
const RETRY_MAX_MS: u64 = 15_000;
/// So long a stream waits for what other processes change to be heard, before it looks for the first time. If that takes
/// longer, it looks again then.
const HEARD_WITHIN: Duration = Duration::from_millis(100);

/// For the last words of a stream to a client that is slow to take them.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

/// A stream that runs.
pub(super) struct Life<O> {
    stream: Box<Stream>,
    outlet: O,
    /// What it is at, and the numbers there.
    revision: Revision,
    counts: Arc<Counts>,
    ends_at: Instant,
    /// When to say that it ends soon, if that has not been said.
    expiring_at: Option<Instant>,
    heartbeat_at: Instant,
    /// Its client was slow to take the last frame, and so what comes next is late.
    was_held_up: bool,
}

impl<O: Outlet> Life<O> {
    pub(super) fn new(stream: Box<Stream>, outlet: O) -> Self {
        let claims = &stream.claims;
        let life_ms = claims.expires_at().unix_ms() - claims.issued_at().unix_ms();
        let lead_ms = SESSION_EXPIRING_LEAD_MS.min(life_ms / 5);
        let ends_at = stream.deadline(claims.expires_at());
        let expiring_at = stream.deadline(claims.expires_at().plus_ms(-lead_ms));
        let mut life = Self {
            stream,
            outlet,
            revision: Revision::new(),
            counts: Arc::default(),
            ends_at,
            expiring_at: Some(expiring_at),
            heartbeat_at: ends_at,
            was_held_up: false,
        };
        life.plan_heartbeat();
        life
    }

    pub(super) async fn run(mut self) -> StreamEnd {
        let end = self.live().await.unwrap_or_else(|end| end);
        if end == StreamEnd::Draining {
            Box::pin(self.say_goodbye()).await;
        }
        self.counters().ended.count(end.name());
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
        if self.stream.subscription.is_unheard() {
            match timeout(HEARD_WITHIN, self.stream.subscription.troubled()).await {
                Ok(trouble) => self.stream.bear(trouble).await?,
                Err(_) => self.stream.check_session().await?,
            }
        } else if !self.stream.is_checked {
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
            self.counters().events.count(EVENT_SESSION_EXPIRING);
        }
        if now >= self.heartbeat_at {
            self.write(&frame::HEARTBEAT).await?;
            self.counters().events.count("heartbeat");
            self.plan_heartbeat();
        }
        Ok(())
    }

    /// The first event: where the inbox is now, and what changed since the client was last here. The seat was
    /// taken before this reads, so that a change in between wakes the stream instead of being lost.
    async fn open(&mut self) -> Result<(), StreamEnd> {
        let seen = if let Some(since) = self.stream.last_event_id.take() {
            let seen = self.look(since).await?;
            self.counters().begun.count(if seen.is_reset { "reset" } else { "resumed" });
            seen
        } else {
            self.counters().begun.count("present");
            let user = self.stream.subscription.user();
            let counts = self.stream.store.counts(user).await;
            let (counts, revision) = counts.map_err(|error| {
                looks::failed(error);
                StreamEnd::Failed
            })?;
            looks::seen(&Changes::Since(Sync { changed: Vec::new(), removed: Vec::new(), counts, revision }))
        };
        self.say(seen).await
    }

    async fn catch_up(&mut self) -> Result<(), StreamEnd> {
        let woken_at = self.stream.subscription.woken_at();
        let was_held_up = mem::take(&mut self.was_held_up);
        let seen = match self.stream.subscription.told(&self.revision, &self.counts) {
            // Without a look, nobody has looked at the clock.
            Some(_) if Instant::now() >= self.ends_at => return Err(StreamEnd::Expired),
            Some(seen) => seen,
            None => self.look(self.revision.clone()).await?,
        };
        if !seen.has_news {
            (self.revision, self.counts) = (seen.revision, seen.counts);
            return Ok(());
        }
        self.say(seen).await?;
        if !(was_held_up || self.was_held_up) {
            let subscription = &self.stream.subscription;
            subscription.counters().seconds.observe(subscription.since_us(woken_at).into());
        }
        Ok(())
    }

    async fn say(&mut self, seen: Seen) -> Result<(), StreamEnd> {
        (self.revision, self.counts) = (seen.revision, seen.counts);
        self.write(&seen.frame).await?;
        self.counters().events.count(if seen.is_reset { EVENT_RESET } else { EVENT_SYNC });
        Ok(())
    }

    fn counters(&self) -> &StreamCounts {
        self.stream.subscription.counters()
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
        self.was_held_up = true;
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
        self.counters().events.count("retry");
    }

    fn plan_heartbeat(&mut self) {
        let jitter_ms = self.stream.randomness.below(HEARTBEAT_JITTER_MS.unsigned_abs());
        self.heartbeat_at =
            Instant::now() + Duration::from_millis(HEARTBEAT_MAX_MS.unsigned_abs() - jitter_ms);
    }
}

//! What is kept of one source, and what its age means.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

/// How long a value is fresh if its sender does not say.
const FRESH: Duration = Duration::from_mins(10);
/// A sender's word counts between these: one minute bounds the calls to a provider, a day how long a withdrawn key lives.
const FRESH_AT_LEAST: Duration = Duration::from_mins(1);
const FRESH_AT_MOST: Duration = Duration::from_hours(24);
/// How long a value counts after it was fetched, if no newer one can be had.
const COUNTS: Duration = Duration::from_hours(24);
/// How long a failure is the answer if there is no other.
const FAILURE_KEPT: Duration = Duration::from_secs(2);
/// From one fetch for an unknown key to the next; and, while an old value is served, from a failed fetch to the next,
/// since a provider that refuses at once would otherwise be called with every request.
const PAUSE: Duration = Duration::from_secs(30);

/// How a fetch ended, for all who wait for it.
pub(super) type Outcome<T, E> = Result<Arc<T>, Arc<E>>;

/// A fetch that is under way; the outcome when it has ended.
pub(super) type Flight<T, E> = watch::Receiver<Option<Outcome<T, E>>>;

/// What is kept of one source.
pub(super) struct Entry<T, E> {
    held: Option<Held<T>>,
    failure: Option<(Instant, Arc<E>)>,
    flight: Option<Flight<T, E>>,
    refetched_at: Option<Instant>,
    pub(super) used_at: Instant,
}

struct Held<T> {
    value: Arc<T>,
    fetched_at: Instant,
    fresh_for: Duration,
}

/// What an entry can give.
pub(super) enum State<T, E> {
    /// A value that needs no fetch.
    Fresh(Arc<T>),
    /// A value that counts, while a newer one is looked for.
    Old(Arc<T>),
    /// No value, and a failure so recent that another attempt would end like it.
    Failed(Arc<E>),
    /// Neither.
    Nothing,
}

impl<T, E> Entry<T, E> {
    pub(super) const fn new(now: Instant) -> Self {
        Self { held: None, failure: None, flight: None, refetched_at: None, used_at: now }
    }

    pub(super) fn state(&self, now: Instant) -> State<T, E> {
        if let Some(held) = &self.held {
            let age = now - held.fetched_at;
            if age < held.fresh_for {
                return State::Fresh(Arc::clone(&held.value));
            }
            if age < COUNTS {
                return State::Old(Arc::clone(&held.value));
            }
        }
        match &self.failure {
            Some((at, error)) if now - *at < FAILURE_KEPT => State::Failed(Arc::clone(error)),
            _ => State::Nothing,
        }
    }

    /// The fetch that is under way. One that ended without an outcome, in a panic, is none.
    pub(super) fn flight(&self) -> Option<Flight<T, E>> {
        self.flight.clone().filter(|flight| flight.has_changed().is_ok())
    }

    /// Whether an old value may be fetched anew now.
    pub(super) fn may_refresh(&self, now: Instant) -> bool {
        self.flight().is_none() && self.failure.as_ref().is_none_or(|(at, _)| now - *at >= PAUSE)
    }

    /// Takes the one fetch for an unknown key that there is in each pause. It is taken before the fetch and never given
    /// back: neither a failure nor an empty key set makes room for another.
    pub(super) fn claim_refetch(&mut self, now: Instant) -> bool {
        let is_free = self.refetched_at.is_none_or(|at| now - at >= PAUSE);
        if is_free {
            self.refetched_at = Some(now);
        }
        is_free
    }

    pub(super) fn take_off(&mut self, flight: Flight<T, E>) {
        self.flight = Some(flight);
    }

    /// Keeps what a fetch brought. A failure leaves the value that there is as it is, and as old as it is.
    pub(super) fn land(&mut self, now: Instant, outcome: &Outcome<T, E>, max_age_seconds: Option<u64>) {
        self.flight = None;
        match outcome {
            Ok(value) => {
                let said = max_age_seconds.map(Duration::from_secs);
                let fresh_for = said.map_or(FRESH, |age| age.clamp(FRESH_AT_LEAST, FRESH_AT_MOST));
                self.held = Some(Held { value: Arc::clone(value), fetched_at: now, fresh_for });
                self.failure = None;
            }
            Err(error) => self.failure = Some((now, Arc::clone(error))),
        }
    }
}

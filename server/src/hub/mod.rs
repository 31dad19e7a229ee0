//! Who is listening: the open streams of this process, and how they learn that an inbox changed.
//!
//! A wake-up carries no data. A stream that is woken asks the store what changed since the revision it is at, so
//! that what it missed, what came twice and what came in the wrong order make no difference.

mod bus;
mod frame;
mod granted;
mod looks;
mod outlet;
mod signal;
mod socket;
mod stream;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use prometheus_client::metrics::gauge::Gauge;

pub use bus::{Bus, BusError, LocalBus, Wake};
pub use granted::Granted;
use looks::Looks;
use signal::{CHANGED, DOUBTED, DRAINING, ENDED, Signal, Woken};
pub use socket::Socket;
pub use stream::Stream;

use crate::store::UserRef;

/// As many streams of one user as may be open at a time.
pub const MAX_STREAMS_OF_A_USER: usize = 10;

struct Seat {
    session_id: Box<str>,
    signal: Signal,
}

/// The open streams.
pub struct Hub {
    seats: Mutex<HashMap<UserRef, Vec<Arc<Seat>>>>,
    open: Gauge,
    /// Set while the seats are locked, so that who takes one either knows or is told.
    draining: AtomicBool,
    /// Counts what may have ended sessions, while the seats are locked.
    doubts: AtomicU64,
    looks: Arc<Looks>,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(Gauge::default())
    }
}

/// The user has as many streams as allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_STREAMS_OF_A_USER} streams of this user are open")]
pub struct TooManyStreams;

impl Hub {
    /// A hub without streams; the gauge shows how many there are.
    #[must_use]
    pub fn new(open: Gauge) -> Self {
        let draining = AtomicBool::new(false);
        Self { seats: Mutex::default(), open, draining, doubts: AtomicU64::new(0), looks: Arc::default() }
    }

    /// Takes a seat. Whatever changes from now on wakes it: what changed before is for its first look at the store.
    ///
    /// # Errors
    /// If the user has too many streams already.
    pub fn subscribe(
        self: &Arc<Self>,
        user: &UserRef,
        session_id: &str,
    ) -> Result<Subscription, TooManyStreams> {
        let mut seats = self.lock();
        let of_user = seats.entry(user.clone()).or_default();
        if of_user.len() >= MAX_STREAMS_OF_A_USER {
            return Err(TooManyStreams);
        }
        let seat = Arc::new(Seat { session_id: session_id.into(), signal: Signal::default() });
        if self.is_draining() {
            seat.signal.raise(DRAINING);
        }
        // Most users have one or two: a vector would begin with room for four.
        of_user.reserve_exact(1);
        of_user.push(Arc::clone(&seat));
        self.open.inc();
        Ok(Subscription { hub: Arc::clone(self), user: user.clone(), seat, doubts: self.doubts() })
    }

    /// How often something may have ended sessions. Whoever asks before a session is checked and finds the same with
    /// [`Subscription::is_undoubted`] need not check it again.
    #[must_use]
    pub fn doubts(&self) -> u64 {
        self.doubts.load(Ordering::Acquire)
    }

    /// Wakes the streams that a wake-up is for.
    pub fn wake(&self, wake: &Wake) {
        let seats = self.lock();
        if !matches!(wake, Wake::Changed(_) | Wake::Project(_)) {
            self.doubts.fetch_add(1, Ordering::AcqRel);
        }
        match wake {
            Wake::Changed(user) => {
                seats.get(user).into_iter().flatten().for_each(|seat| seat.signal.raise(CHANGED));
            }
            Wake::Project(project) => {
                let of_project = seats.iter().filter(|(user, _)| user.project == *project);
                of_project.flat_map(|(_, seats)| seats).for_each(|seat| seat.signal.raise(CHANGED));
            }
            Wake::Revoked(user) => {
                seats.get(user).into_iter().flatten().for_each(|seat| seat.signal.raise(CHANGED | DOUBTED));
            }
            Wake::ProjectRevoked(project) => {
                let of_project = seats.iter().filter(|(user, _)| user.project == *project);
                of_project.flat_map(|(_, seats)| seats).for_each(|seat| seat.signal.raise(CHANGED | DOUBTED));
            }
            Wake::Everybody => seats.values().flatten().for_each(|seat| seat.signal.raise(CHANGED | DOUBTED)),
            Wake::SessionEnded { user, session_id } => {
                let of_session = |seat: &&Arc<Seat>| *seat.session_id == **session_id;
                seats
                    .get(user)
                    .into_iter()
                    .flatten()
                    .filter(of_session)
                    .for_each(|seat| seat.signal.raise(ENDED));
            }
        }
    }

    /// Asks every stream to end, each after a wait of its own.
    pub fn drain(&self) {
        let seats = self.lock();
        self.draining.store(true, Ordering::Release);
        seats.values().flatten().for_each(|seat| seat.signal.raise(DRAINING));
    }

    /// Whether streams are being ended.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserRef, Vec<Arc<Seat>>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A seat in the hub; dropped, it is free again.
pub struct Subscription {
    hub: Arc<Hub>,
    user: UserRef,
    seat: Arc<Seat>,
    /// Those of the hub when the seat was taken.
    doubts: u64,
}

impl Subscription {
    /// Whether nothing may have ended a session between that number of doubts and the moment that the seat was taken.
    #[must_use]
    pub const fn is_undoubted(&self, since: u64) -> bool {
        self.doubts == since
    }

    fn looks(&self) -> &Arc<Looks> {
        &self.hub.looks
    }

    /// Whose inbox it shows.
    const fn user(&self) -> &UserRef {
        &self.user
    }

    async fn woken(&self) -> Woken {
        self.seat.signal.raised(CHANGED | DOUBTED | ENDED | DRAINING).await
    }

    /// As [`woken`](Self::woken), but not for a change: that is kept.
    async fn troubled(&self) -> Woken {
        self.seat.signal.raised(DOUBTED | ENDED | DRAINING).await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut seats = self.hub.lock();
        if let Some(of_user) = seats.get_mut(&self.user) {
            of_user.retain(|seat| !Arc::ptr_eq(seat, &self.seat));
            if of_user.is_empty() {
                seats.remove(&self.user);
            }
        }
        self.hub.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prometheus_client::metrics::gauge::Gauge;

    use super::{Hub, MAX_STREAMS_OF_A_USER, TooManyStreams, Wake, Woken};
    use crate::{
        auth::user_id::UserId,
        store::{ProjectKey, UserRef},
    };

    fn user(project: i64) -> UserRef {
        UserRef { project: ProjectKey(project), user: UserId::trusted("u") }
    }

    #[tokio::test]
    async fn a_wake_up_that_came_before_the_first_look_is_kept() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let subscription = hub.subscribe(&user(1), "s").unwrap();
        hub.wake(&Wake::Revoked(user(1)));
        hub.wake(&Wake::Changed(user(1)));
        assert_eq!(subscription.woken().await, Woken::Doubted);
        hub.wake(&Wake::Changed(user(1)));
        assert_eq!(subscription.woken().await, Woken::Changed);
    }

    #[tokio::test]
    async fn the_same_user_id_in_another_project_is_not_woken() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let other = hub.subscribe(&user(2), "s").unwrap();
        hub.wake(&Wake::Changed(user(1)));
        hub.wake(&Wake::SessionEnded { user: user(2), session_id: "s".to_owned() });
        assert_eq!(other.woken().await, Woken::Ended);
    }

    #[tokio::test]
    async fn a_project_that_is_cut_off_is_doubted_and_no_other() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let cut_off = hub.subscribe(&user(1), "s").unwrap();
        let other = hub.subscribe(&user(2), "s").unwrap();
        hub.wake(&Wake::ProjectRevoked(ProjectKey(1)));
        hub.wake(&Wake::Changed(user(2)));
        assert_eq!(cut_off.woken().await, Woken::Doubted);
        assert_eq!(other.woken().await, Woken::Changed);
    }

    #[tokio::test]
    async fn what_a_project_shares_wakes_its_streams_once_each_and_no_others() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let woken = hub.subscribe(&user(1), "s").unwrap();
        let other = hub.subscribe(&user(2), "s").unwrap();
        for _ in 0..100 {
            hub.wake(&Wake::Project(ProjectKey(1)));
        }
        assert_eq!(woken.woken().await, Woken::Changed);
        assert!(!woken.seat.signal.is_raised() && !other.seat.signal.is_raised());
        hub.wake(&Wake::Changed(user(2)));
        assert_eq!(other.woken().await, Woken::Changed);
    }

    #[test]
    fn a_dropped_stream_frees_its_seat() {
        let open = Gauge::default();
        let hub = Arc::new(Hub::new(open.clone()));
        let mut streams: Vec<_> =
            (0..MAX_STREAMS_OF_A_USER).map(|_| hub.subscribe(&user(1), "s").unwrap()).collect();
        assert_eq!(hub.subscribe(&user(1), "s").err(), Some(TooManyStreams));
        assert!(hub.subscribe(&user(2), "s").is_ok());
        streams.pop();
        assert!(hub.subscribe(&user(1), "s").is_ok());
        drop(streams);
        assert_eq!(open.get(), 0);
        assert!(hub.lock().is_empty());
    }
}

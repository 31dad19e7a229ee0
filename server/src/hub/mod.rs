//! Who is listening: the open streams of this process, and how they learn that an inbox changed.
//!
//! A wake-up carries no data. A stream that is woken asks the store what changed since the revision it is at, so
//! that what it missed, what came twice and what came in the wrong order make no difference.

mod bus;
mod frame;
mod stream;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

pub use bus::{Bus, BusError, LocalBus, Wake};
pub use stream::{Stream, StreamEnd};

use crate::store::UserRef;

/// As many streams of one user as may be open at a time.
pub const MAX_STREAMS_OF_A_USER: usize = 10;
/// So many streams that were woken look into the store at a time. When all streams of a project are woken, the others
/// wait for their turn here, and requests need not wait behind thousands of them in the store.
const LOOKS_AT_A_TIME: usize = 32;

/// What a stream has to know; each value replaces the one before.
#[derive(Clone, Debug, Default)]
struct Signal {
    /// Raised by every wake-up.
    wakes: u64,
    /// Raised when the session may have been revoked.
    doubts: u64,
    /// The session was ended.
    ended: bool,
}

struct Seat {
    session_id: String,
    signal: watch::Sender<Signal>,
}

impl Seat {
    fn wake(&self) {
        self.signal.send_modify(|signal| signal.wakes += 1);
    }

    fn doubt(&self) {
        self.signal.send_modify(|signal| {
            signal.wakes += 1;
            signal.doubts += 1;
        });
    }

    fn end(&self) {
        self.signal.send_modify(|signal| signal.ended = true);
    }
}

/// The open streams.
pub struct Hub {
    seats: Mutex<HashMap<UserRef, Vec<Arc<Seat>>>>,
    open: Gauge,
    draining: watch::Sender<bool>,
    looks: Semaphore,
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
        let (draining, looks) = (watch::channel(false).0, Semaphore::new(LOOKS_AT_A_TIME));
        Self { seats: Mutex::default(), open, draining, looks }
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
        let (signal, woken) = watch::channel(Signal::default());
        let seat = Arc::new(Seat { session_id: session_id.to_owned(), signal });
        of_user.push(Arc::clone(&seat));
        self.open.inc();
        let draining = self.draining.subscribe();
        Ok(Subscription { hub: Arc::clone(self), user: user.clone(), seat, woken, doubts: 0, draining })
    }

    /// Wakes the streams that a wake-up is for.
    pub fn wake(&self, wake: &Wake) {
        let seats = self.lock();
        match wake {
            Wake::Changed(user) => seats.get(user).into_iter().flatten().for_each(|seat| seat.wake()),
            Wake::Project(project) => {
                let of_project = seats.iter().filter(|(user, _)| user.project == *project);
                of_project.flat_map(|(_, seats)| seats).for_each(|seat| seat.wake());
            }
            Wake::Revoked(user) => seats.get(user).into_iter().flatten().for_each(|seat| seat.doubt()),
            Wake::ProjectRevoked(project) => {
                let of_project = seats.iter().filter(|(user, _)| user.project == *project);
                of_project.flat_map(|(_, seats)| seats).for_each(|seat| seat.doubt());
            }
            Wake::Everybody => seats.values().flatten().for_each(|seat| seat.doubt()),
            Wake::SessionEnded { user, session_id } => {
                let of_session = |seat: &&Arc<Seat>| seat.session_id == *session_id;
                seats.get(user).into_iter().flatten().filter(of_session).for_each(|seat| seat.end());
            }
        }
    }

    /// Asks every stream to end, each after a wait of its own.
    pub fn drain(&self) {
        self.draining.send_replace(true);
    }

    /// Whether streams are being ended.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        *self.draining.borrow()
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
    woken: watch::Receiver<Signal>,
    /// Doubts that have been cleared up.
    doubts: u64,
    draining: watch::Receiver<bool>,
}

/// Why a stream was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Woken {
    /// Something may have changed.
    Changed,
    /// Something may have changed, and its session may have been revoked.
    Doubted,
    /// Its session was ended.
    Ended,
    /// The server is about to stop.
    Draining,
}

impl Subscription {
    /// Waits for the turn of this stream to look into the store. It is over when what this gives is dropped.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes it.
        self.hub.looks.acquire().await.ok()
    }

    async fn woken(&mut self) -> Woken {
        tokio::select! {
            biased;
            _ = self.draining.wait_for(|draining| *draining) => Woken::Draining,
            // The sender is in the seat, which this holds: it cannot have gone.
            _ = self.woken.changed() => {
                let signal = self.woken.borrow_and_update();
                if signal.ended {
                    Woken::Ended
                } else if signal.doubts > self.doubts {
                    self.doubts = signal.doubts;
                    Woken::Doubted
                } else {
                    Woken::Changed
                }
            }
        }
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
        let mut subscription = hub.subscribe(&user(1), "s").unwrap();
        hub.wake(&Wake::Revoked(user(1)));
        hub.wake(&Wake::Changed(user(1)));
        assert_eq!(subscription.woken().await, Woken::Doubted);
        hub.wake(&Wake::Changed(user(1)));
        assert_eq!(subscription.woken().await, Woken::Changed);
    }

    #[tokio::test]
    async fn the_same_user_id_in_another_project_is_not_woken() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let mut other = hub.subscribe(&user(2), "s").unwrap();
        hub.wake(&Wake::Changed(user(1)));
        hub.wake(&Wake::SessionEnded { user: user(2), session_id: "s".to_owned() });
        assert_eq!(other.woken().await, Woken::Ended);
    }

    #[tokio::test]
    async fn a_project_that_is_cut_off_is_doubted_and_no_other() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let mut cut_off = hub.subscribe(&user(1), "s").unwrap();
        let mut other = hub.subscribe(&user(2), "s").unwrap();
        hub.wake(&Wake::ProjectRevoked(ProjectKey(1)));
        hub.wake(&Wake::Changed(user(2)));
        assert_eq!(cut_off.woken().await, Woken::Doubted);
        assert_eq!(other.woken().await, Woken::Changed);
    }

    #[tokio::test]
    async fn what_a_project_shares_wakes_its_streams_once_each_and_no_others() {
        let hub = Arc::new(Hub::new(Gauge::default()));
        let mut woken = hub.subscribe(&user(1), "s").unwrap();
        let mut other = hub.subscribe(&user(2), "s").unwrap();
        for _ in 0..100 {
            hub.wake(&Wake::Project(ProjectKey(1)));
        }
        assert_eq!(woken.woken().await, Woken::Changed);
        assert!(!woken.woken.has_changed().unwrap() && !other.woken.has_changed().unwrap());
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

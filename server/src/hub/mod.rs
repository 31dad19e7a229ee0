//! Who is listening: the open streams of this process, and how they learn that an inbox changed.
//!
//! A stream that is woken asks the store what changed since the revision it is at, so that what it missed, what came twice
//! and what came in the wrong order make no difference. A wake-up for one notification carries it, as a shortcut: a stream
//! at the state right before says it without asking, and to all others it is a wake-up like any.

mod bus;
pub mod exchange;
pub mod frame;
mod granted;
mod looks;
mod outlet;
mod seat;
mod signal;
mod socket;
mod stream;
mod subscription;
mod sweep;
mod told;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

pub use bus::{Bus, BusError, LocalBus, Reach, Wake};
use exchange::Channels;
pub use granted::Granted;
use looks::Looks;
use seat::Seat;
use signal::{CHANGED, DOUBTED, DRAINING, ENDED, UNHEARD, Woken};
pub use socket::Socket;
pub use stream::Stream;
pub use subscription::Subscription;
use sweep::Sweeps;
use told::Told;

use crate::{metrics::streams::StreamCounts, store::UserRef};

/// As many streams of one user as may be open at a time.
pub const MAX_STREAMS_OF_A_USER: usize = 10;

/// The open streams.
pub struct Hub {
    seats: Mutex<HashMap<UserRef, Vec<Arc<Seat>>>>,
    counts: StreamCounts,
    /// When this one began: the moments of wake-ups are told from here.
    began: Instant,
    /// Set while the seats are locked, so that who takes one either knows or is told.
    draining: AtomicBool,
    /// Counts what may have ended sessions, while the seats are locked.
    doubts: AtomicU64,
    looks: Arc<Looks>,
    /// What has to be heard of other processes; `None` if there are none.
    channels: Option<Arc<Channels>>,
    sweeps: Sweeps,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(StreamCounts::default())
    }
}

/// The user has as many streams as allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_STREAMS_OF_A_USER} streams of this user are open")]
pub struct TooManyStreams;

impl Hub {
    /// A hub without streams, which counts them.
    #[must_use]
    pub fn new(counts: StreamCounts) -> Self {
        Self {
            seats: Mutex::default(),
            counts,
            began: Instant::now(),
            draining: AtomicBool::new(false),
            doubts: AtomicU64::new(0),
            looks: Arc::default(),
            channels: None,
            sweeps: Sweeps::default(),
        }
    }

    /// The same, where what its users need is heard of other processes.
    fn listening(counts: StreamCounts, channels: Arc<Channels>) -> Self {
        Self { channels: Some(channels), ..Self::new(counts) }
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
        let seat = Arc::new(Seat::new(session_id));
        if self.is_draining() {
            seat.signal.raise(DRAINING);
        }
        // Most users have one or two: a vector would begin with room for four.
        of_user.reserve_exact(1);
        of_user.push(Arc::clone(&seat));
        if let Some(channels) = &self.channels {
            channels.follow(user, &seat);
        }
        self.counts.open.inc();
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
        let now = self.now_us();
        let seats = self.lock();
        if wake.may_end_sessions() {
            self.doubts.fetch_add(1, Ordering::AcqRel);
        }
        let of_user = |user| seats.get(user).into_iter().flatten();
        let of_project = |project| {
            let users = seats.iter().filter(move |(user, _)| user.project == project);
            users.flat_map(|(_, seats)| seats)
        };
        match wake {
            Wake::Changed(user) => of_user(user).for_each(|seat| seat.wake(CHANGED, now)),
            Wake::Project(project) => of_project(*project).for_each(|seat| seat.wake(CHANGED, now)),
            Wake::Received(user, step) => {
                if let Some(seats) = seats.get(user) {
                    let told = Arc::new(Told::new(step.clone()));
                    for seat in seats {
                        seat.tell(&told, now);
                    }
                }
            }
            Wake::ReceivedByAll(project, step) => {
                let told = Arc::new(Told::new(step.clone()));
                of_project(*project).for_each(|seat| seat.tell(&told, now));
            }
            Wake::Revoked(user) => of_user(user).for_each(|seat| seat.wake(CHANGED | DOUBTED, now)),
            Wake::ProjectRevoked(project) => {
                of_project(*project).for_each(|seat| seat.wake(CHANGED | DOUBTED, now));
            }
            Wake::Everybody => seats.values().flatten().for_each(|seat| seat.wake(CHANGED | DOUBTED, now)),
            Wake::SessionEnded { user, session_id } => {
                let of_session = |seat: &&Arc<Seat>| *seat.session_id == **session_id;
                of_user(user).filter(of_session).for_each(|seat| seat.signal.raise(ENDED));
            }
        }
    }

    /// Now, in microseconds. Beginning anew after an hour, it tells how long something shorter took.
    fn now_us(&self) -> u32 {
        u32::try_from(self.began.elapsed().as_micros() & u128::from(u32::MAX)).unwrap_or(0)
    }

    /// Asks every stream to end, each after a wait of its own.
    pub fn drain(&self) {
        let seats = self.lock();
        self.draining.store(true, Ordering::Release);
        seats.values().flatten().for_each(|seat| seat.signal.raise(DRAINING));
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserRef, Vec<Arc<Seat>>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CHANGED, Hub, MAX_STREAMS_OF_A_USER, TooManyStreams, Wake, Woken};
    use crate::{
        auth::user_id::UserId,
        metrics::streams::StreamCounts,
        store::{ProjectKey, UserRef},
    };

    fn user(project: i64) -> UserRef {
        UserRef { project: ProjectKey(project), user: UserId::trusted("u") }
    }

    #[tokio::test]
    async fn a_wake_up_that_came_before_the_first_look_is_kept() {
        let hub = Arc::new(Hub::default());
        let subscription = hub.subscribe(&user(1), "s").unwrap();
        hub.wake(&Wake::Revoked(user(1)));
        hub.wake(&Wake::Changed(user(1)));
        assert_eq!(subscription.woken().await, Woken::Doubted);
        hub.wake(&Wake::Changed(user(1)));
        assert_eq!(subscription.woken().await, Woken::Changed);
    }

    #[tokio::test]
    async fn the_same_user_id_in_another_project_is_not_woken() {
        let hub = Arc::new(Hub::default());
        let other = hub.subscribe(&user(2), "s").unwrap();
        hub.wake(&Wake::Changed(user(1)));
        hub.wake(&Wake::SessionEnded { user: user(2), session_id: "s".to_owned() });
        assert_eq!(other.woken().await, Woken::Ended);
    }

    #[tokio::test]
    async fn a_project_that_is_cut_off_is_doubted_and_no_other() {
        let hub = Arc::new(Hub::default());
        let cut_off = hub.subscribe(&user(1), "s").unwrap();
        let other = hub.subscribe(&user(2), "s").unwrap();
        hub.wake(&Wake::ProjectRevoked(ProjectKey(1)));
        hub.wake(&Wake::Changed(user(2)));
        assert_eq!(cut_off.woken().await, Woken::Doubted);
        assert_eq!(other.woken().await, Woken::Changed);
    }

    #[tokio::test]
    async fn what_a_project_shares_wakes_its_streams_once_each_and_no_others() {
        let hub = Arc::new(Hub::default());
        let woken = hub.subscribe(&user(1), "s").unwrap();
        let other = hub.subscribe(&user(2), "s").unwrap();
        for _ in 0..100 {
            hub.wake(&Wake::Project(ProjectKey(1)));
        }
        assert_eq!(woken.woken().await, Woken::Changed);
        assert!(!woken.seat.signal.is_raised(CHANGED) && !other.seat.signal.is_raised(CHANGED));
        hub.wake(&Wake::Changed(user(2)));
        assert_eq!(other.woken().await, Woken::Changed);
    }

    #[test]
    fn a_dropped_stream_frees_its_seat() {
        let counts = StreamCounts::default();
        let hub = Arc::new(Hub::new(counts.clone()));
        let mut streams: Vec<_> =
            (0..MAX_STREAMS_OF_A_USER).map(|_| hub.subscribe(&user(1), "s").unwrap()).collect();
        assert_eq!(hub.subscribe(&user(1), "s").err(), Some(TooManyStreams));
        assert!(hub.subscribe(&user(2), "s").is_ok());
        streams.pop();
        assert!(hub.subscribe(&user(1), "s").is_ok());
        drop(streams);
        assert_eq!(counts.open.get(), 0);
        assert!(hub.lock().is_empty());
    }
}

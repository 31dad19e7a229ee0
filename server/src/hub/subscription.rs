//! What a stream has of the hub: its seat, and what it hears there.

use std::sync::Arc;

use notification_bell_protocol::{Counts, Revision};

use super::{
    CHANGED, DOUBTED, DRAINING, ENDED, Hub, Seat, UNHEARD, Woken,
    looks::{Looks, Seen},
};
use crate::{metrics::streams::StreamCounts, store::UserRef};

/// A seat in the hub; dropped, it is free again.
pub struct Subscription {
    pub(super) hub: Arc<Hub>,
    pub(super) user: UserRef,
    pub(super) seat: Arc<Seat>,
    /// Those of the hub when the seat was taken.
    pub(super) doubts: u64,
}

impl Subscription {
    /// Whether nothing may have ended a session between that number of doubts and the moment that the seat was taken.
    #[must_use]
    pub const fn is_undoubted(&self, since: u64) -> bool {
        self.doubts == since
    }

    pub(super) fn looks(&self) -> &Arc<Looks> {
        &self.hub.looks
    }

    /// Whose inbox it shows.
    pub(super) const fn user(&self) -> &UserRef {
        &self.user
    }

    /// What there is to say of the change that it was woken for, if that is known without a look.
    pub(super) fn told(&self, revision: &Revision, counts: &Arc<Counts>) -> Option<Seen> {
        self.seat.take_told()?.seen(revision, counts)
    }

    pub(super) fn counters(&self) -> &StreamCounts {
        &self.hub.counts
    }

    /// The moment that it was last woken for a change: for [`since_us`](Self::since_us).
    pub(super) fn woken_at(&self) -> u32 {
        self.seat.signal.raised_at()
    }

    /// How long ago that was, in microseconds.
    pub(super) fn since_us(&self, woken_at: u32) -> u32 {
        self.hub.now_us().wrapping_sub(woken_at)
    }

    pub(super) async fn woken(&self) -> Woken {
        self.seat.signal.raised(CHANGED | DOUBTED | ENDED | DRAINING).await
    }

    /// Whether what other processes change is not heard yet. Once it is, there is a doubt: who waits for it before the
    /// first look misses nothing in between.
    pub(super) fn is_unheard(&self) -> bool {
        self.hub.channels.is_some() && self.seat.signal.is_raised(UNHEARD)
    }

    /// As [`woken`](Self::woken), but not for a change: that is kept.
    pub(super) async fn troubled(&self) -> Woken {
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
        if let Some(channels) = &self.hub.channels {
            channels.unfollow(&self.user);
        }
        self.hub.counts.open.dec();
    }
}

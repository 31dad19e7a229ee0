//! What a stream has to know, as a few bits and the one who waits for them.
//!
//! A `tokio::sync::watch` did the same in eight times the memory, and there is one of these for each open stream.

use std::{
    future::poll_fn,
    sync::atomic::{AtomicU8, Ordering},
    task::Poll,
};

use futures_util::task::AtomicWaker;

/// Something may have changed.
pub(super) const CHANGED: u8 = 1;
/// The session may have been revoked.
pub(super) const DOUBTED: u8 = 2;
/// The session was ended.
pub(super) const ENDED: u8 = 4;
/// The server is about to stop.
pub(super) const DRAINING: u8 = 8;

/// Why a stream was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// Something may have changed.
    Changed,
    /// Something may have changed, and its session may have been revoked.
    Doubted,
    /// Its session was ended.
    Ended,
    /// The server is about to stop.
    Draining,
}

/// Raised by anybody, waited for by one stream.
#[derive(Debug, Default)]
pub(super) struct Signal {
    bits: AtomicU8,
    waiting: AtomicWaker,
}

impl Signal {
    pub(super) fn raise(&self, bits: u8) {
        self.bits.fetch_or(bits, Ordering::AcqRel);
        self.waiting.wake();
    }

    /// Waits for any of these bits. What ends a stream stays raised; a change and a doubt have been seen with this.
    pub(super) async fn raised(&self, wanted: u8) -> Woken {
        poll_fn(|context| {
            // First, so that what is raised after the look wakes it.
            self.waiting.register(context.waker());
            let bits = self.bits.load(Ordering::Acquire) & wanted;
            let (seen, woken) = if bits & DRAINING != 0 {
                (0, Woken::Draining)
            } else if bits & ENDED != 0 {
                (0, Woken::Ended)
            } else if bits & DOUBTED != 0 {
                (CHANGED & wanted | DOUBTED, Woken::Doubted)
            } else if bits & CHANGED != 0 {
                (CHANGED, Woken::Changed)
            } else {
                return Poll::Pending;
            };
            self.bits.fetch_and(!seen, Ordering::AcqRel);
            Poll::Ready(woken)
        })
        .await
    }

    #[cfg(test)]
    pub(super) fn is_raised(&self) -> bool {
        self.bits.load(Ordering::Acquire) != 0
    }
}

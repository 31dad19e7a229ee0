//! What a stream has to know, as a few bits and the one who waits for them.
//!
//! A `tokio::sync::watch` did the same in eight times the memory, and there is one of these for each open stream.

use std::{
    future::poll_fn,
    sync::atomic::{AtomicU8, AtomicU32, Ordering},
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
/// What other processes change is not heard yet; nobody waits for this one.
pub(super) const UNHEARD: u8 = 16;

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
    /// When it was raised for the change that is to be seen next.
    raised_at: AtomicU32,
    waiting: AtomicWaker,
}

impl Signal {
    pub(super) fn raise(&self, bits: u8) {
        if self.set(bits) {
            self.wake();
        }
    }

    /// Sets bits with a change among them, and notes the moment, unless an earlier one is still to be seen. Whoever waits
    /// does not know before [`wake`](Self::wake), which has to follow if this gives `true`.
    #[must_use]
    pub(super) fn set_changed(&self, bits: u8, at: u32) -> bool {
        if self.bits.load(Ordering::Acquire) & CHANGED == 0 {
            self.raised_at.store(at, Ordering::Relaxed);
        }
        self.set(bits)
    }

    /// Sets bits; `false` if all of them were set before and have not been seen. Then whoever waits has been woken for
    /// them, or waits for others: a stream whose client does not read is not woken for each change that it cannot tell.
    fn set(&self, bits: u8) -> bool {
        self.bits.fetch_or(bits, Ordering::AcqRel) & bits != bits
    }

    /// Has whoever waits see what is raised.
    pub(super) fn wake(&self) {
        self.waiting.wake();
    }

    /// The moment that was noted last.
    pub(super) fn raised_at(&self) -> u32 {
        self.raised_at.load(Ordering::Relaxed)
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

    /// Whether any of these bits is raised and has not been seen.
    pub(super) fn is_raised(&self, bits: u8) -> bool {
        self.bits.load(Ordering::Acquire) & bits != 0
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Context, Poll, Wake, Waker},
    };

    use super::{CHANGED, DOUBTED, Signal, Woken};

    /// Counts how often it was woken.
    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_waits_for_other_things_is_woken_for_a_change_once_and_finds_it_later() {
        let (signal, counter) = (Signal::default(), Arc::<Counter>::default());
        let waker = Waker::from(Arc::clone(&counter));
        let times = || counter.0.load(Ordering::Relaxed);
        let mut context = Context::from_waker(&waker);
        {
            let mut troubled = pin!(signal.raised(DOUBTED));
            for _ in 0..100 {
                assert!(troubled.as_mut().poll(&mut context).is_pending());
                signal.raise(CHANGED);
            }
            assert_eq!(times(), 1);
            signal.raise(DOUBTED);
            assert_eq!(times(), 2);
            assert_eq!(troubled.poll(&mut context), Poll::Ready(Woken::Doubted));
        }
        let mut woken = pin!(signal.raised(CHANGED));
        assert_eq!(woken.as_mut().poll(&mut context), Poll::Ready(Woken::Changed));
        let mut woken = pin!(signal.raised(CHANGED));
        assert!(woken.as_mut().poll(&mut context).is_pending());
        signal.raise(CHANGED);
        assert_eq!(times(), 3);
    }
}

//! Has every stream look, a few at a time: after something that may have been missed, and while nothing is heard.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, time::sleep};

use super::{CHANGED, DOUBTED, Hub, Seat};

/// So many are woken together, which is what one transaction reads.
const AT_A_TIME: usize = 128;
/// No more than so many look in a second: the database has other work.
const LOOKS_A_SECOND: u64 = 8_000;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sweep {
    /// Changes.
    Changes,
    /// Changes, and sessions that have ended.
    Sessions,
}

/// One goes on at a time, and one waits.
#[derive(Default)]
pub(super) struct Sweeps {
    under_way: Mutex<()>,
    is_awaited: AtomicBool,
}

impl Hub {
    /// Has every stream look whether anything has changed, its session too, as quickly as the database bears.
    pub async fn sweep(&self) {
        // The one that waits begins later than now, and so does for this one as well.
        if self.sweeps.is_awaited.swap(true, Ordering::AcqRel) {
            return;
        }
        let _turn = self.sweeps.under_way.lock().await;
        self.sweeps.is_awaited.store(false, Ordering::Release);
        self.sweep_over(Duration::ZERO, Sweep::Sessions).await;
    }

    /// The same, spread evenly over this time, or over more if there are very many.
    pub(super) async fn sweep_over(&self, time: Duration, sweep: Sweep) {
        let (bits, seats) = {
            let seats = self.lock();
            let bits = match sweep {
                Sweep::Changes => CHANGED,
                Sweep::Sessions => {
                    // Who takes a seat from here on may have been checked before.
                    self.doubts.fetch_add(1, Ordering::AcqRel);
                    CHANGED | DOUBTED
                }
            };
            (bits, seats.values().flatten().map(Arc::clone).collect::<Vec<Arc<Seat>>>())
        };
        let groups = seats.len().div_ceil(AT_A_TIME);
        if groups == 0 {
            return sleep(time).await;
        }
        let least = Duration::from_micros(AT_A_TIME as u64 * 1_000_000 / LOOKS_A_SECOND);
        let pause = (time / u32::try_from(groups).unwrap_or(u32::MAX)).max(least);
        let mut groups = seats.chunks(AT_A_TIME).peekable();
        while let Some(group) = groups.next() {
            for seat in group {
                seat.wake(bits, self.now_us());
            }
            // One that is alone, or the last, needs no rest behind it.
            if groups.peek().is_some() || !time.is_zero() {
                sleep(pause).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::time::Instant;

    use super::{AT_A_TIME, CHANGED, DOUBTED, Hub, LOOKS_A_SECOND, Sweep};
    use crate::{
        auth::user_id::UserId,
        hub::{Subscription, Woken},
        store::{ProjectKey, UserRef},
    };

    fn streams(hub: &Arc<Hub>, number: usize) -> Vec<Subscription> {
        let user = |number| UserRef { project: ProjectKey(1), user: UserId::trusted(&format!("u{number}")) };
        (0..number).map(|number| hub.subscribe(&user(number), "s").unwrap()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn everybody_looks_once_and_not_all_at_the_same_moment() {
        let hub = Arc::new(Hub::default());
        let number = 20 * AT_A_TIME;
        let streams = streams(&hub, number);
        let began_at = Instant::now();
        hub.sweep().await;
        let took = began_at.elapsed();
        // 20 times 128, of which the last does not wait, at 8,000 a second.
        assert_eq!((LOOKS_A_SECOND, took.as_millis()), (8_000, 19 * 16));
        for stream in &streams {
            assert_eq!(stream.woken().await, Woken::Doubted);
            assert!(!stream.seat.signal.is_raised(CHANGED | DOUBTED));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_sweeps_that_are_asked_for_at_once_are_two() {
        let hub = Arc::new(Hub::default());
        let _streams = streams(&hub, 2 * AT_A_TIME);
        let doubts = hub.doubts();
        futures_util::future::join_all((0..100).map(|_| hub.sweep())).await;
        assert_eq!(hub.doubts() - doubts, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sweep_of_few_takes_the_time_it_is_given() {
        let hub = Arc::new(Hub::default());
        let streams = streams(&hub, 2);
        let began_at = Instant::now();
        hub.sweep_over(Duration::from_secs(3), Sweep::Changes).await;
        assert_eq!(began_at.elapsed().as_secs(), 3);
        assert_eq!(streams[0].woken().await, Woken::Changed);
    }
}

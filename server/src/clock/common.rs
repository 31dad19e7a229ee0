//! One time for all servers on one database: the machine's, set right by the database's.
//!
//! What one server writes or signs, others read by their clocks: with minutes in between, a token would be from the future,
//! and a lease over before it began. To allow for such differences everywhere would make each of these times worth that
//! much less. The database's clock may be wrong itself, but it is wrong for all of them alike.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use notification_bell_protocol::Timestamp;
use tokio::time::{Instant, sleep};

use super::Clock;
use crate::store::{Store, StoreError};

/// How often the clocks are compared.
const COMPARE_EVERY: Duration = Duration::from_secs(30);
/// A difference that nobody minds. A clock that is kept right, as most are, is never touched.
const NO_DIFFERENCE_MS: i64 = 250;

/// The machine's clock, with what it differs by from the database's.
pub struct CommonClock {
    machine: Arc<dyn Clock>,
    behind_ms: AtomicI64,
}

impl CommonClock {
    /// The machine's, as long as it was not compared.
    #[must_use]
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, behind_ms: AtomicI64::new(0) }
    }

    /// Compares it with the database's.
    ///
    /// # Errors
    /// If the database does not say what time it is.
    pub async fn compare(&self, store: &dyn Store) -> Result<(), StoreError> {
        let (asked_at, asked) = (self.machine.now(), Instant::now());
        if let Some(theirs) = store.now().await? {
            self.set(asked_at, theirs, asked.elapsed());
        }
        Ok(())
    }

    /// Does so from time to time, until it is dropped.
    pub async fn keep_comparing(&self, store: &dyn Store) {
        loop {
            sleep(COMPARE_EVERY).await;
            if let Err(error) = self.compare(store).await {
                tracing::debug!(%error, "the clock could not be compared");
            }
        }
    }

    /// `theirs` was read at some moment within the time that this took.
    fn set(&self, asked_at: Timestamp, theirs: Timestamp, took: Duration) {
        let half_ms = i64::try_from(took.as_millis() / 2).unwrap_or(i64::MAX);
        let behind_ms = theirs.unix_ms().saturating_sub(asked_at.unix_ms()).saturating_sub(half_ms);
        let change_ms = behind_ms.saturating_sub(self.behind_ms.load(Ordering::Relaxed));
        if change_ms.saturating_abs() <= half_ms.saturating_add(NO_DIFFERENCE_MS) {
            return;
        }
        self.behind_ms.store(behind_ms, Ordering::Relaxed);
        tracing::warn!(behind_ms, "this machine's clock is not the database's, which counts for all servers");
    }
}

impl Clock for CommonClock {
    fn now(&self) -> Timestamp {
        self.machine.now().plus_ms(self.behind_ms.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use notification_bell_protocol::Timestamp;
    use proptest::prelude::*;

    use super::{CommonClock, NO_DIFFERENCE_MS};
    use crate::clock::{Clock, test::SetClock};

    const DATABASE_MS: i64 = 1_800_000_000_000;

    /// A machine whose clock says this when it is asked, and a question that takes so long.
    fn compared(machine_ms: i64, took_ms: u64) -> (Arc<SetClock>, CommonClock) {
        let machine = Arc::new(SetClock::at(machine_ms));
        let clock = CommonClock::new(machine.clone());
        clock.set(machine.now(), Timestamp::from_unix_ms(DATABASE_MS), Duration::from_millis(took_ms));
        (machine, clock)
    }

    proptest! {
        #[test]
        fn servers_agree_however_wrong_their_machines_are(
            one in -600_000_i64..600_000,
            other in -600_000_i64..600_000,
            took_ms in 0_u64..2_000,
        ) {
            // The database read its clock at some moment within the time that the answer took.
            let times = [one, other].map(|wrong_ms| compared(DATABASE_MS + wrong_ms, took_ms).1.now().unix_ms());
            let most_ms = NO_DIFFERENCE_MS + i64::try_from(took_ms).unwrap();
            for time in times {
                prop_assert!((time - DATABASE_MS).abs() <= most_ms, "{time}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_right_is_left_alone() {
        for (wrong_ms, took_ms) in [(0, 0), (250, 0), (-250, 0), (40, 600), (-5_000, 10_000)] {
            assert_eq!(compared(DATABASE_MS + wrong_ms, took_ms).1.now().unix_ms(), DATABASE_MS + wrong_ms);
        }
    }

    #[test]
    fn a_clock_that_is_set_right_is_followed() {
        let (machine, clock) = compared(DATABASE_MS - 180_000, 0);
        assert_eq!(clock.now().unix_ms(), DATABASE_MS);
        machine.advance(180_000);
        clock.set(machine.now(), Timestamp::from_unix_ms(DATABASE_MS), Duration::ZERO);
        assert_eq!(clock.now().unix_ms(), DATABASE_MS);
    }
}

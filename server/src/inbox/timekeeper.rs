//! Keeps the inboxes up with the clock: what expires goes, what was snoozed comes back, at its moment.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use notification_bell_protocol::Timestamp;
use tokio::time::{Instant, sleep};

use super::{Inbox, change};
use crate::{hub::Wake, lease::Lease, store::DueWork};

/// At least this often, for what has no moment of its own: tombstones and keys to forget, a clock that was set.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How often it is looked whether another process has added something: nobody says so.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure of the store.
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// When something is due next, for whoever asks how late it is. Nothing is due, to begin with.
#[derive(Debug)]
pub struct DueAt(AtomicI64);

impl Default for DueAt {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MAX))
    }
}

impl DueAt {
    /// It is then; never, without a moment.
    pub fn set(&self, at: Option<Timestamp>) {
        self.0.store(at.map_or(i64::MAX, Timestamp::unix_ms), Ordering::Relaxed);
    }

    /// For how long it has been due.
    pub fn lag(&self, now: Timestamp) -> Duration {
        let late_ms = now.unix_ms().saturating_sub(self.0.load(Ordering::Relaxed)).max(0);
        Duration::from_millis(late_ms.unsigned_abs())
    }
}

impl Inbox {
    /// Does what is due while this process has the lease, until it is dropped.
    pub async fn keep_time(&self, lease: &Lease) {
        loop {
            if !lease.is_held() {
                // How late something is, whoever has the lease knows.
                self.due_at.set(None);
            }
            let advanced = {
                let _under_lease = lease.held().await;
                self.advance().await
            };
            match advanced {
                Ok(work) if work.more => {}
                Ok(work) => self.wait_until_due(work.next_at, lease).await,
                Err(error) => {
                    tracing::warn!(%error, "items that are due have to wait");
                    sleep(WAIT_AFTER_FAILURE).await;
                }
            }
        }
    }

    /// Waits for the next moment, which another process may bring forward, and for a minute at most.
    async fn wait_until_due(&self, mut next_at: Option<Timestamp>, lease: &Lease) {
        let end = Instant::now() + LONGEST_WAIT;
        loop {
            self.due_at.set(next_at);
            tokio::select! {
                () = sleep(self.until(next_at)) => {}
                () = self.timed.notified() => return,
            }
            let is_due = next_at.is_some_and(|at| at <= self.clock.now());
            if is_due || !lease.is_held() || Instant::now() >= end {
                return;
            }
            // If that fails, the work itself will, and say so.
            next_at = self.store.next_due().await.unwrap_or(next_at);
        }
    }

    /// How long to wait for a moment, or for another one that comes before it.
    fn until(&self, next_at: Option<Timestamp>) -> Duration {
        let wait_ms = next_at.map(|at| (at.unix_ms() - self.clock.now().unix_ms()).max(1).unsigned_abs());
        wait_ms.map_or(LOOK_EVERY, Duration::from_millis).min(LOOK_EVERY)
    }

    /// For how long something has been due.
    pub fn lag(&self, now: Timestamp) -> Duration {
        self.due_at.lag(now)
    }

    /// Looks again when the next item is due: another process may have added one.
    pub fn look_at_the_clock(&self) {
        self.timed.notify_one();
    }

    /// Does what is due now, and wakes the streams that see it.
    ///
    /// # Errors
    /// A store that fails.
    pub async fn advance(&self) -> Result<DueWork, crate::store::StoreError> {
        let work = self.store.advance(self.clock.now(), Arc::new(change::returned)).await?;
        let changed = work.changed.iter().cloned().map(Wake::Changed);
        let wakes: Vec<Wake> = changed.chain(work.shared.iter().copied().map(Wake::Project)).collect();
        self.publish(&wakes).await;
        Ok(work)
    }
}

//! Keeps the inboxes up with the clock: what expires goes, what was snoozed comes back, at its moment.

use std::{sync::Arc, time::Duration};

use super::{Inbox, change};
use crate::{hub::Wake, store::DueWork};

/// At least this often, for what has no moment of its own: tombstones and keys to forget, a clock that was set.
const LONGEST_WAIT_MS: i64 = 60_000;
/// After a failure of the store.
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

impl Inbox {
    /// Runs until it is dropped.
    pub async fn keep_time(&self) {
        loop {
            let wait = match self.advance().await {
                Ok(work) if work.more => continue,
                Ok(work) => self.until_next(&work),
                Err(error) => {
                    tracing::warn!(%error, "items that are due have to wait");
                    WAIT_AFTER_FAILURE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.timed.notified() => {}
            }
        }
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

    fn until_next(&self, work: &DueWork) -> Duration {
        let now = self.clock.now().unix_ms();
        let wait_ms =
            work.next_at.map_or(LONGEST_WAIT_MS, |at| (at.unix_ms() - now).clamp(1, LONGEST_WAIT_MS));
        Duration::from_millis(u64::try_from(wait_ms).unwrap_or(1))
    }
}

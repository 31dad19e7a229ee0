//! Where the time of a transaction went, for whoever looks for what holds up the sends.

use std::time::{Duration, Instant};

/// A transaction that takes as long is one that somebody may notice. It is told at the level `debug`.
const LONG: Duration = Duration::from_millis(20);

/// The moments between the parts of a transaction.
pub(super) struct Phases {
    began: Instant,
    log_moved: Instant,
    moved_pages: u32,
    filled: Instant,
}

impl Phases {
    /// Before anything is done.
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self { began: now, log_moved: now, moved_pages: 0, filled: now }
    }

    /// So many pages of the log have been moved, if any had to be. Gives when that was.
    pub(super) fn log_is_moved(&mut self, pages: u32) -> Instant {
        (self.log_moved, self.moved_pages) = (Instant::now(), pages);
        self.log_moved
    }

    /// How long it has been filled with work.
    pub(super) fn filling_for(&self) -> Duration {
        self.log_moved.elapsed()
    }

    /// Everything is in it, and the commit begins.
    pub(super) fn is_filled(&mut self) {
        self.filled = Instant::now();
    }

    /// It has ended, with so many pieces of work in it.
    pub(super) fn end(&self, pieces: usize) {
        if self.began.elapsed() >= LONG {
            let us = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
            tracing::debug!(
                pieces,
                moved_pages = self.moved_pages,
                log_us = us(self.log_moved - self.began),
                work_us = us(self.filled.saturating_duration_since(self.log_moved)),
                commit_us = us(self.filled.max(self.log_moved).elapsed()),
                "a transaction took long"
            );
        }
    }
}

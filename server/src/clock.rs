//! The wall clock, as an argument.
//!
//! Everything that expires or is dated asks a [`Clock`]; how long something takes is measured elsewhere, on the
//! monotonic clock.

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use notification_bell_protocol::Timestamp;

pub use self::common::CommonClock;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> Timestamp {
        let unix_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Timestamp::from_unix_ms(unix_ms)
    }
}

#[cfg(test)]
pub(crate) mod test {
    use std::sync::atomic::{AtomicI64, Ordering};

    use notification_bell_protocol::Timestamp;

    use super::Clock;

    /// A clock that moves when it is told to.
    pub(crate) struct SetClock(AtomicI64);

    impl SetClock {
        pub(crate) fn at(unix_ms: i64) -> Self {
            Self(AtomicI64::new(unix_ms))
        }

        pub(crate) fn advance(&self, ms: i64) {
            self.0.fetch_add(ms, Ordering::Relaxed);
        }
    }

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_ms(self.0.load(Ordering::Relaxed))
        }
    }
}

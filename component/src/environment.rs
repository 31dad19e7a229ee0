//! The clock and the chance that everything else is given: the one place that asks the browser for them.

use notification_bell_protocol::Timestamp;

/// Where the time and random numbers come from.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    now: fn() -> Timestamp,
    chance: fn() -> f64,
}

impl Environment {
    /// Takes both from these functions; `chance` gives numbers from 0 to 1.
    #[must_use]
    pub const fn new(now: fn() -> Timestamp, chance: fn() -> f64) -> Self {
        Self { now, chance }
    }

    /// The browser's own.
    #[cfg(target_arch = "wasm32")]
    #[must_use]
    pub fn of_the_browser() -> Self {
        Self::new(browser::now, browser::chance)
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// A random number from 0 to 1.
    #[must_use]
    pub fn chance(&self) -> f64 {
        (self.chance)()
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use notification_bell_protocol::Timestamp;

    #[expect(clippy::disallowed_methods, reason = "this is the clock of `Environment`")]
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
    pub(super) fn now() -> Timestamp {
        Timestamp::from_unix_ms(js_sys::Date::now() as i64)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the chance of `Environment`")]
    pub(super) fn chance() -> f64 {
        js_sys::Math::random()
    }
}

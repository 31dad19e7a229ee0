//! How long to wait before a connection is tried again.
//!
//! Full jitter: any moment up to a bound that doubles, so that the bells of a restarted server do not all come
//! back at once. The first try is quick, because most breaks are short.

/// The first try comes after 100 to 300 ms.
const FIRST_MIN_MS: f64 = 100.0;
const FIRST_SPREAD_MS: f64 = 200.0;
/// The bound of the second try.
const BASE_MS: f64 = 1_000.0;
/// No bound grows beyond this; nor does a wait that a server asks for, so that none can silence a bell.
const CAP_MS: f64 = 60_000.0;
const ASKED_CAP_MS: f64 = 600_000.0;
/// A connection that lasted this long was a good one.
pub const STABLE_MS: i64 = 30_000;

/// Counts the failures since the last good connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Says how long to wait after another failure, in milliseconds.
    ///
    /// `chance` is between 0 and 1. `asked_ms` is what the server asked for (`Retry-After`, or the `retry:` of a
    /// stream): never less than that, and spread out after it.
    pub fn next_wait_ms(&mut self, chance: f64, asked_ms: Option<f64>) -> f64 {
        let wait = if self.failures == 0 {
            FIRST_MIN_MS + chance * FIRST_SPREAD_MS
        } else {
            // Six doublings are beyond the cap.
            chance * (BASE_MS * f64::from(1_u32 << (self.failures - 1).min(6))).min(CAP_MS)
        };
        self.failures = self.failures.saturating_add(1);
        match asked_ms {
            Some(asked) => asked.clamp(0.0, ASKED_CAP_MS) + wait,
            None => wait,
        }
    }

    /// Takes note of how long the last connection held.
    pub fn held_for(&mut self, duration_ms: i64) {
        if duration_ms >= STABLE_MS {
            self.failures = 0;
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers, which are exact")]
mod tests {
    use super::{Backoff, STABLE_MS};

    fn bounds(tries: usize) -> Vec<f64> {
        let mut backoff = Backoff::default();
        (0..tries).map(|_| backoff.next_wait_ms(1.0, None)).collect()
    }

    #[test]
    fn the_first_try_is_quick_and_the_bound_doubles_up_to_a_minute() {
        assert_eq!(bounds(9), [300.0, 1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 60e3, 60e3],);
    }

    #[test]
    fn any_moment_up_to_the_bound_may_be_chosen() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next_wait_ms(0.0, None), 100.0);
        assert_eq!(backoff.next_wait_ms(0.0, None), 0.0);
        assert_eq!(backoff.next_wait_ms(0.5, None), 1e3);
    }

    #[test]
    fn only_a_connection_that_held_starts_over() {
        let mut backoff = Backoff::default();
        backoff.next_wait_ms(1.0, None);
        backoff.held_for(STABLE_MS - 1);
        assert_eq!(backoff.next_wait_ms(1.0, None), 1e3);
        backoff.held_for(STABLE_MS);
        assert_eq!(backoff.next_wait_ms(1.0, None), 300.0);
    }

    #[test]
    fn a_wait_the_server_asks_for_is_kept_and_spread_out() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next_wait_ms(1.0, Some(7e3)), 7e3 + 300.0);
        assert_eq!(backoff.next_wait_ms(0.25, Some(7e3)), 7e3 + 250.0);
    }

    #[test]
    fn no_server_can_silence_a_bell_for_ever() {
        assert_eq!(Backoff::default().next_wait_ms(0.0, Some(f64::MAX)), 600_100.0);
    }

    #[test]
    fn failures_without_end_do_no_harm() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.next_wait_ms(1.0, None), 60e3);
    }
}

//! When a delivery that failed is tried again.

use notification_bell_protocol::Timestamp;

use crate::randomness::Randomness;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The waits after the first one, which is a setting; the last one again and again.
const LATER_WAITS_MS: [i64; 7] =
    [30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS];
/// Up to a quarter longer, so that what failed together does not come back together.
const JITTER_DIVISOR: i64 = 4;

/// When to try again after so many attempts; `None` if that would be too late.
pub(super) fn next_attempt(
    tries: u32,
    now: Timestamp,
    give_up_at: Timestamp,
    first_wait_ms: i64,
    randomness: &dyn Randomness,
) -> Option<Timestamp> {
    let wait_ms = match usize::try_from(tries).unwrap_or(usize::MAX).checked_sub(2) {
        None => first_wait_ms,
        Some(later) => LATER_WAITS_MS[later.min(LATER_WAITS_MS.len() - 1)],
    };
    let jitter_ms = randomness.below((wait_ms / JITTER_DIVISOR).unsigned_abs());
    let at = now.plus_ms(wait_ms + i64::try_from(jitter_ms).unwrap_or(0));
    (at < give_up_at).then_some(at)
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;
    use proptest::prelude::*;

    use super::{HOUR_MS, next_attempt};
    use crate::{
        randomness::{Randomness, test::CountedRandomness},
        store::TRIED_FOR_MS,
    };

    const WRITTEN_AT: Timestamp = Timestamp::from_unix_ms(0);
    const GIVE_UP_AT: Timestamp = WRITTEN_AT.plus_ms(TRIED_FOR_MS);

    /// Gives the least or the most that there is.
    struct Extreme(u8);

    impl Randomness for Extreme {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn waits_ms(randomness: &dyn Randomness) -> Vec<i64> {
        let (mut now, mut waits) = (WRITTEN_AT, Vec::new());
        for tries in 1.. {
            let Some(at) = next_attempt(tries, now, GIVE_UP_AT, 5_000, randomness) else { break };
            waits.push(at.unix_ms() - now.unix_ms());
            now = at;
        }
        waits
    }

    #[test]
    fn waits_grow_for_a_day() {
        let expected = [
            5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 14_400_000,
            14_400_000, 14_400_000, 14_400_000,
        ];
        assert_eq!(waits_ms(&Extreme(0)), expected);
        let longest = waits_ms(&Extreme(0xFF));
        assert!(longest.iter().zip(expected).all(|(wait, least)| *wait < least * 5 / 4 && *wait > least));
        assert!(longest.iter().sum::<i64>() > TRIED_FOR_MS - 5 * HOUR_MS);
    }

    proptest! {
        #[test]
        fn it_is_later_than_now_and_earlier_than_the_end(tries: u32, now in 0..TRIED_FOR_MS, first in 1_000..60_000i64) {
            let now = Timestamp::from_unix_ms(now);
            let next = next_attempt(tries, now, GIVE_UP_AT, first, &CountedRandomness::default());
            prop_assert!(next.is_none_or(|at| now < at && at < GIVE_UP_AT));
        }
    }
}

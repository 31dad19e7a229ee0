//! How long ago something was, as people say it: in which unit, and when that changes next.
//!
//! The words come from the browser's `Intl`; here is only the arithmetic.

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ago {
    /// Less than a minute; so is what lies ahead, because clocks differ.
    Now,
    /// So many minutes.
    Minutes(i32),
    /// So many hours.
    Hours(i32),
    /// So many nights: one is yesterday.
    Days(i32),
    /// A week or more: the date says more than a number.
    Date,
}

/// How long ago `then_ms` was at `now_ms` (both Unix time in milliseconds), and in how many milliseconds the answer may change.
///
/// `local_offset_ms` is what local time is ahead of UTC: days are told apart by the reader's midnight.
#[must_use]
pub fn ago(now_ms: i64, then_ms: i64, local_offset_ms: i64) -> (Ago, i64) {
    let passed = now_ms.saturating_sub(then_ms);
    if passed < MINUTE_MS {
        return (Ago::Now, MINUTE_MS.saturating_sub(passed));
    }
    if passed < HOUR_MS {
        return (Ago::Minutes(small(passed / MINUTE_MS)), MINUTE_MS - passed % MINUTE_MS);
    }
    if passed < DAY_MS {
        return (Ago::Hours(small(passed / HOUR_MS)), HOUR_MS - passed % HOUR_MS);
    }
    let local_now = now_ms.saturating_add(local_offset_ms);
    let nights = local_now.div_euclid(DAY_MS) - then_ms.saturating_add(local_offset_ms).div_euclid(DAY_MS);
    let to_midnight = DAY_MS - local_now.rem_euclid(DAY_MS);
    if nights < 7 { (Ago::Days(small(nights.max(1))), to_midnight) } else { (Ago::Date, DAY_MS) }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Ago, DAY_MS, HOUR_MS, MINUTE_MS, ago};

    /// 2026-11-20T10:00:00Z.
    const NOW: i64 = 1_795_168_800_000;

    #[test]
    fn each_distance_has_its_unit() {
        let unit = |passed| ago(NOW, NOW - passed, 0).0;
        assert_eq!(unit(-5_000), Ago::Now);
        assert_eq!(unit(59_999), Ago::Now);
        assert_eq!(unit(MINUTE_MS), Ago::Minutes(1));
        assert_eq!(unit(HOUR_MS - 1), Ago::Minutes(59));
        assert_eq!(unit(HOUR_MS), Ago::Hours(1));
        assert_eq!(unit(DAY_MS - 1), Ago::Hours(23));
        assert_eq!(unit(DAY_MS), Ago::Days(1));
        assert_eq!(unit(6 * DAY_MS), Ago::Days(6));
        assert_eq!(unit(7 * DAY_MS), Ago::Date);
    }

    #[test]
    fn two_nights_are_two_days_although_it_is_not_48_hours() {
        let evening_of_the_18th = NOW - 36 * HOUR_MS;
        assert_eq!(ago(NOW, evening_of_the_18th, 0).0, Ago::Days(2));
        assert_eq!(
            ago(NOW, evening_of_the_18th, 3 * HOUR_MS).0,
            Ago::Days(1),
            "it was the 19th there already"
        );
    }

    #[test]
    fn the_next_change_is_when_the_unit_is_full() {
        assert_eq!(ago(NOW, NOW - 30_000, 0).1, 30_000);
        assert_eq!(ago(NOW, NOW - 90_000, 0).1, 30_000);
        assert_eq!(ago(NOW, NOW - 90 * MINUTE_MS, 0).1, 30 * MINUTE_MS);
        assert_eq!(ago(NOW, NOW - 2 * DAY_MS, 0).1, 14 * HOUR_MS, "midnight");
    }

    proptest! {
        #[test]
        fn nothing_changes_before_it_is_said_to(
            passed in 0_i64..9 * DAY_MS,
            offset in -14_i64..15,
            share in 0.0_f64..1.0,
        ) {
            let offset = offset * HOUR_MS;
            let (said, next) = ago(NOW, NOW - passed, offset);
            prop_assert!(next > 0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below a day")]
            let before = ((next - 1) as f64 * share) as i64;
            prop_assert_eq!(ago(NOW + before, NOW - passed, offset).0, said);
        }

        #[test]
        fn any_two_moments_have_an_answer(now in any::<i64>(), then in any::<i64>()) {
            prop_assume!(now.checked_sub(then).is_some());
            prop_assert!(ago(now, then, 0).1 > 0);
        }
    }
}

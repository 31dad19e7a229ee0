//! When a snoozed item comes back: the moments that are offered, in the reader's own days and hours.
//!
//! A day of the calendar is not always 24 hours long, so what is on another day or at an hour is said in the
//! calendar's terms, and whoever has the calendar (the browser's `Date`) makes a moment of it.

use notification_bell_protocol::Timestamp;

use crate::texts::Text;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

const EVENING_HOUR: u32 = 18;
const MORNING_HOUR: u32 = 8;
/// From here on, the evening is too near to be put off to.
const LATE_HOUR: i64 = 17;

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// So many milliseconds from now.
    After(i64),
    /// So many days from today, at this full hour of the reader's clock.
    At {
        /// 0 is today.
        days: i32,
        /// 0 to 23.
        hour: u32,
    },
}

/// What is offered at a moment, the soonest first.
///
/// `local_offset_ms` is what local time is ahead of UTC at that moment.
#[must_use]
pub fn offers(now: Timestamp, local_offset_ms: i64) -> Vec<(Text, Due)> {
    let local_ms = now.unix_ms().saturating_add(local_offset_ms);
    let hour = local_ms.rem_euclid(DAY_MS) / HOUR_MS;
    // The first day of 1970 was a Thursday: Monday is 0.
    let weekday = (local_ms.div_euclid(DAY_MS) + 3).rem_euclid(7);
    let mut offers = vec![(Text::SnoozeHour, Due::After(HOUR_MS))];
    if hour < LATE_HOUR {
        offers.push((Text::SnoozeEvening, Due::At { days: 0, hour: EVENING_HOUR }));
    }
    offers.push((Text::SnoozeTomorrow, Due::At { days: 1, hour: MORNING_HOUR }));
    let days = i32::try_from(7 - weekday).unwrap_or(7);
    // On a Sunday, that is tomorrow morning.
    if days > 1 {
        offers.push((Text::SnoozeNextWeek, Due::At { days, hour: MORNING_HOUR }));
    }
    offers
}

/// The last moment that the server takes.
#[must_use]
pub fn latest(now: Timestamp) -> Timestamp {
    now.plus_ms(366 * DAY_MS)
}

/// Why the server would not take a moment.
#[must_use]
pub fn refusal(until: Timestamp, now: Timestamp) -> Option<Text> {
    if until <= now { Some(Text::SnoozePast) } else { (until > latest(now)).then_some(Text::SnoozeFar) }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;
    use proptest::prelude::*;

    use super::{DAY_MS, Due, HOUR_MS, offers, refusal};
    use crate::texts::Text;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn due(now: &str, offset_hours: i64, text: Text) -> Option<Due> {
        let offers = offers(at(now), offset_hours * HOUR_MS);
        offers.into_iter().find(|(own, _)| *own == text).map(|(_, due)| due)
    }

    #[test]
    fn an_hour_is_an_hour() {
        assert_eq!(due("2026-11-18T23:30:00Z", 0, Text::SnoozeHour), Some(Due::After(HOUR_MS)));
    }

    #[test]
    fn this_evening_is_at_six_and_not_offered_from_five_on() {
        let evening = Some(Due::At { days: 0, hour: 18 });
        assert_eq!(due("2026-11-18T00:00:00Z", 0, Text::SnoozeEvening), evening);
        assert_eq!(due("2026-11-18T16:59:59.999Z", 0, Text::SnoozeEvening), evening);
        assert_eq!(due("2026-11-18T17:00:00Z", 0, Text::SnoozeEvening), None);
        assert_eq!(due("2026-11-18T23:59:59Z", 0, Text::SnoozeEvening), None);
    }

    #[test]
    fn the_hour_is_that_of_the_readers_clock() {
        assert_eq!(due("2026-11-18T12:00:00Z", 5, Text::SnoozeEvening), None);
        assert!(due("2026-11-18T20:00:00Z", -5, Text::SnoozeEvening).is_some());
    }

    #[test]
    fn tomorrow_is_the_next_day_of_the_calendar_at_eight() {
        let tomorrow = Some(Due::At { days: 1, hour: 8 });
        assert_eq!(due("2026-11-18T23:59:00Z", 0, Text::SnoozeTomorrow), tomorrow);
        assert_eq!(due("2026-11-19T00:01:00Z", 0, Text::SnoozeTomorrow), tomorrow);
    }

    #[test]
    fn next_week_is_the_next_monday_at_eight() {
        let next_week = |now| due(now, 0, Text::SnoozeNextWeek);
        let monday_in = |days| Some(Due::At { days, hour: 8 });
        assert_eq!(next_week("2026-11-16T07:00:00Z"), monday_in(7), "a Monday");
        assert_eq!(next_week("2026-11-18T07:00:00Z"), monday_in(5), "a Wednesday");
        assert_eq!(next_week("2026-11-21T07:00:00Z"), monday_in(2), "a Saturday");
        assert_eq!(next_week("2026-11-22T07:00:00Z"), None, "a Sunday: that is tomorrow morning");
        assert_eq!(due("2026-11-22T23:00:00Z", 2, Text::SnoozeNextWeek), monday_in(7), "a Monday already");
    }

    #[test]
    fn what_is_past_or_beyond_a_year_is_not_allowed() {
        let now = at("2026-11-18T12:00:00Z");
        assert_eq!(refusal(now, now), Some(Text::SnoozePast));
        assert_eq!(refusal(now.plus_ms(1), now), None);
        assert_eq!(refusal(now.plus_ms(366 * DAY_MS), now), None);
        assert_eq!(refusal(now.plus_ms(366 * DAY_MS + 1), now), Some(Text::SnoozeFar));
    }

    proptest! {
        #[test]
        fn at_any_moment_and_anywhere_the_offers_lie_ahead_and_in_order(
            now_ms in -62_000_000_000_000_i64..253_000_000_000_000,
            offset_minutes in -14 * 60_i64..=14 * 60,
        ) {
            let offset_ms = offset_minutes * 60_000;
            let midnight = (now_ms + offset_ms).div_euclid(DAY_MS) * DAY_MS - offset_ms;
            // On days of 24 hours.
            let moments: Vec<_> = offers(Timestamp::from_unix_ms(now_ms), offset_ms)
                .into_iter()
                .map(|(_, due)| match due {
                    Due::After(ms) => now_ms + ms,
                    Due::At { days, hour } => midnight + i64::from(days) * DAY_MS + i64::from(hour) * HOUR_MS,
                })
                .collect();
            prop_assert!(moments[0] > now_ms);
            prop_assert!(moments.is_sorted());
            let is_refused =
                |ms: &i64| refusal(Timestamp::from_unix_ms(*ms), Timestamp::from_unix_ms(now_ms)).is_some();
            prop_assert!(!moments.iter().any(is_refused));
        }
    }
}

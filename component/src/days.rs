//! Which day something was on, as people say it.
//!
//! A day is named by its first moment, by the reader's clock; days are not all 24 hours long.

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Within it, no two days have the same name.
const WEEK: i64 = 7;

/// How a day is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayName {
    /// Today is 0, yesterday -1, tomorrow 1.
    Near(i32),
    /// By its name in the week.
    Weekday,
    /// By its date: another day of that name is nearer.
    Date,
}

/// How the day that begins at one moment is called on the one that begins at another (Unix time in milliseconds).
#[must_use]
pub fn day_name(day_ms: i64, today_ms: i64) -> DayName {
    // To the nearest: where the clocks changed in between, it is an hour more or less.
    let days = day_ms.saturating_sub(today_ms).saturating_add(DAY_MS / 2).div_euclid(DAY_MS);
    match days {
        -1 => DayName::Near(-1),
        0 => DayName::Near(0),
        1 => DayName::Near(1),
        _ if -WEEK < days && days < WEEK => DayName::Weekday,
        _ => DayName::Date,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DAY_MS, DayName, HOUR_MS, day_name};

    /// The first moment of a day somewhere.
    const TODAY: i64 = 1_795_132_800_000;

    #[test]
    fn each_day_has_its_name() {
        let name = |days: i64| day_name(TODAY + days * DAY_MS, TODAY);
        assert_eq!(name(0), DayName::Near(0));
        assert_eq!(name(-1), DayName::Near(-1));
        assert_eq!(name(1), DayName::Near(1));
        assert_eq!(name(-2), DayName::Weekday);
        assert_eq!(name(-6), DayName::Weekday);
        assert_eq!(name(6), DayName::Weekday);
        assert_eq!(name(-7), DayName::Date, "it has today's name");
        assert_eq!(name(7), DayName::Date);
    }

    #[test]
    fn a_day_of_23_or_25_hours_is_a_day() {
        assert_eq!(day_name(TODAY - DAY_MS - HOUR_MS, TODAY), DayName::Near(-1));
        assert_eq!(day_name(TODAY - DAY_MS + HOUR_MS, TODAY), DayName::Near(-1));
        assert_eq!(day_name(TODAY - 7 * DAY_MS + HOUR_MS, TODAY), DayName::Date);
    }

    proptest! {
        #[test]
        fn any_two_days_have_an_answer(day in any::<i64>(), today in any::<i64>()) {
            prop_assert!(day != today || day_name(day, today) == DayName::Near(0));
        }
    }
}

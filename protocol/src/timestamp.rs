//! A moment, in milliseconds, and its RFC 3339 text.
//!
//! Written by hand because every byte of a date library would travel in the element's wasm, where a moment is
//! only read, written and compared; the property test below holds it against `jiff`.

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Milliseconds since 1970-01-01T00:00:00Z, between the years 0000 and 9999.
///
/// Its JSON form is RFC 3339 in UTC with exactly three decimals: `2026-11-20T09:30:00.000Z`. When read, any
/// RFC 3339 date-time (section 5.6) is accepted: another offset is converted, further decimals are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 date-time of the years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an RFC 3339 date-time such as 2026-11-20T09:30:00.000Z")
    }
}

impl std::error::Error for TimestampError {}

const MS_PER_DAY: i64 = 86_400_000;
/// 0000-01-01T00:00:00.000Z.
const EARLIEST_MS: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z.
const LATEST_MS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The moment so many milliseconds after the Unix epoch, kept within the years 0000 to 9999.
    #[must_use]
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        if unix_ms < EARLIEST_MS {
            Self(EARLIEST_MS)
        } else if unix_ms > LATEST_MS {
            Self(LATEST_MS)
        } else {
            Self(unix_ms)
        }
    }

    /// Milliseconds after the Unix epoch.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The moment `duration_ms` later, or earlier when it is negative.
    #[must_use]
    pub const fn plus_ms(self, duration_ms: i64) -> Self {
        Self::from_unix_ms(self.0.saturating_add(duration_ms))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(MS_PER_DAY));
        let ms_of_day = self.0.rem_euclid(MS_PER_DAY);
        let (hour, minute) = (ms_of_day / 3_600_000, ms_of_day / 60_000 % 60);
        let (second, millisecond) = (ms_of_day / 1_000 % 60, ms_of_day % 1_000);
        // Digit by digit: what `write!` pads numbers with would be part of the element, for this alone.
        for (before, tens, number) in [
            ("", 1_000, year),
            ("-", 10, month),
            ("-", 10, day),
            ("T", 10, hour),
            (":", 10, minute),
            (":", 10, second),
            (".", 100, millisecond),
        ] {
            formatter.write_str(before)?;
            let mut place = tens;
            while place > 0 {
                formatter.write_char(char::from(
                    b"0123456789"[usize::try_from(number / place % 10).unwrap_or_default()],
                ))?;
                place /= 10;
            }
        }
        formatter.write_str("Z")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse(text.as_bytes()).ok_or(TimestampError)
    }
}

fn parse(text: &[u8]) -> Option<Timestamp> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let separated = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if separated.iter().any(|&(at, separator)| date_time[at] != separator)
        || !matches!(date_time[10], b'T' | b't' | b' ')
    {
        return None;
    }
    let (year, month, day) =
        (number(&date_time[..4])?, number(&date_time[5..7])?, number(&date_time[8..10])?);
    let (hour, minute, second) =
        (number(&date_time[11..13])?, number(&date_time[14..16])?, number(&date_time[17..19])?);
    // A leap second (60) is allowed by the grammar; it is taken as the last second of its minute.
    if !(1..=12).contains(&month)
        || !(1..=days_of_month(year, month)).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let (millisecond, zone) = fraction(rest)?;
    let offset_minutes = offset(zone)?;
    let seconds = hour * 3_600 + minute * 60 + second.min(59) - offset_minutes * 60;
    let unix_ms = days_from_civil(year, month, day) * MS_PER_DAY + seconds * 1_000 + millisecond;
    (EARLIEST_MS..=LATEST_MS).contains(&unix_ms).then_some(Timestamp(unix_ms))
}

/// Reads `.123…`, if it is there, as milliseconds; further digits are cut off.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits_on) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = digits_on.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let (digits, zone) = digits_on.split_at(length);
    let millisecond =
        (0..3).fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0')));
    Some((millisecond, zone))
}

fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), hour @ .., b':', minute_tens, minute_ones] if hour.len() == 2 => {
            let (hour, minute) = (number(hour)?, number(&[*minute_tens, *minute_ones])?);
            let minutes = hour * 60 + minute;
            (hour <= 23 && minute <= 59).then_some(if *sign == b'-' { -minutes } else { minutes })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap_year => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. The year begins in March here, which puts
/// the leap day at its end, and 400 of them are an era of 146,097 days.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`]: year, month and day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an RFC 3339 date-time such as 2026-11-20T09:30:00.000Z")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{EARLIEST_MS, LATEST_MS, Timestamp};

    #[test]
    fn has_always_three_decimals_and_a_z() {
        assert_eq!(Timestamp::from_unix_ms(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_unix_ms(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_unix_ms(EARLIEST_MS).to_string(), "0000-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_unix_ms(LATEST_MS).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn another_offset_is_the_same_moment() {
        let moment: Timestamp = "2026-11-20T10:30:00+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-20T09:30:00.000Z");
        assert_eq!("2026-11-20t09:30:00z".parse(), Ok(moment));
        assert_eq!("2026-11-20T09:30:00.0009Z".parse(), Ok(moment), "further decimals are cut off");
    }

    #[test]
    fn what_is_no_date_time_is_refused() {
        for text in [
            "",
            "2026",
            "2026-11-20",
            "2026-11-20T09:30Z",
            "2026-11-20T09:30:00",
            "2026-11-20T09:30:00.Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T09:60:00Z",
            "2026-11-20T09:30:00+1:00",
            "2026-11-20T09:30:00+24:00",
            "2026-11-20T09:30:00Z ",
            "+026-11-20T09:30:00Z",
            "2026-11-2OT09:30:00Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "２026-11-20T09:30:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn json_refuses_a_number() {
        assert!(serde_json::from_str::<Timestamp>("1700000000").is_err());
    }

    proptest! {
        #[test]
        fn text_agrees_with_jiff_and_comes_back(unix_ms in EARLIEST_MS..=LATEST_MS) {
            let timestamp = Timestamp::from_unix_ms(unix_ms);
            let text = timestamp.to_string();
            let other = jiff::Timestamp::from_millisecond(unix_ms).unwrap();
            prop_assert_eq!(&text, &other.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
            prop_assert_eq!(text.parse(), Ok(timestamp));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}

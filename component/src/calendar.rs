//! The reader's calendar: what only the browser's `Date` knows, time zones and the days that are not 24 hours long.

use js_sys::Date;
use notification_bell_protocol::Timestamp;
use wasm_bindgen::JsValue;

use crate::snooze::Due;

/// How many characters a moment has in a field for day and time: `2026-11-21T08:00`.
const FIELD_LENGTH: usize = 16;

/// A moment as JavaScript counts it.
pub(crate) fn number_of(moment: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a moment in milliseconds is below 2^53")]
    let number = moment.unix_ms() as f64;
    number
}

fn date(moment: Timestamp) -> Date {
    Date::new(&number_of(moment).into())
}

fn moment(date: &Date) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
    Some(date.get_time()).filter(|ms| ms.is_finite()).map(|ms| Timestamp::from_unix_ms(ms as i64))
}

/// What local time is ahead of UTC at a moment.
pub(crate) fn local_offset_ms(moment: Timestamp) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes of less than a day")]
    let minutes_behind = date(moment).get_timezone_offset() as i64;
    -minutes_behind * 60_000
}

/// When the day of a moment began, and when the next begins.
pub(crate) fn day_of(at: Timestamp) -> (Timestamp, Timestamp) {
    let day = date(at);
    let midnight = || {
        day.set_hours(0);
        day.set_minutes(0);
        day.set_seconds(0);
        day.set_milliseconds(0);
        moment(&day).unwrap_or(at)
    };
    let start = midnight();
    day.set_date(day.get_date() + 1);
    (start, midnight())
}

/// The year it is at a moment.
pub(crate) fn year(moment: Timestamp) -> u32 {
    date(moment).get_full_year()
}

/// The moment that something is due at.
pub(crate) fn due_at(due: Due, now: Timestamp) -> Option<Timestamp> {
    match due {
        Due::After(duration_ms) => Some(now.plus_ms(duration_ms)),
        Due::At { days, hour } => {
            let at = date(now);
            // A day beyond the end of the month is one of the next.
            at.set_date((at.get_date().cast_signed() + days).cast_unsigned());
            // In this order: the hour is then that of the other day, also where the clocks changed in between.
            at.set_hours(hour);
            at.set_minutes(0);
            at.set_seconds(0);
            at.set_milliseconds(0);
            moment(&at)
        }
    }
}

/// What a field for day and time says, which is in local time.
pub(crate) fn of_field(value: &str) -> Option<Timestamp> {
    moment(&Date::new(&JsValue::from_str(value)))
}

/// A moment as such a field writes it.
pub(crate) fn for_field(moment: Timestamp) -> String {
    let mut text = moment.plus_ms(local_offset_ms(moment)).to_string();
    text.truncate(FIELD_LENGTH);
    text
}

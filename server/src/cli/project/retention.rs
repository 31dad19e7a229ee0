//! For how long what was sent is kept, as people write it.

use std::time::Duration;

use crate::store::Retention;

const DAY: Duration = Duration::from_hours(24);
const MOST_DAYS: u32 = 36_500;

pub(super) fn parse(text: &str) -> Result<Retention, String> {
    if text == "off" {
        return Ok(Retention::ForGood);
    }
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let days = u32::try_from(time.as_secs() / DAY.as_secs()).unwrap_or(u32::MAX);
    if DAY.checked_mul(days) != Some(time) || !(1..=MOST_DAYS).contains(&days) {
        return Err(format!("it is 1 to {MOST_DAYS} whole days, such as 90d, or off"));
    }
    Ok(Retention::Days(days))
}

pub(super) fn describe(retention: Retention) -> String {
    retention.days().map_or_else(|| "for good".to_owned(), |days| format!("{days}d"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::store::Retention;

    #[test]
    fn it_is_whole_days_or_off() {
        assert_eq!(parse("90d"), Ok(Retention::Days(90)));
        assert_eq!(parse("2weeks"), Ok(Retention::Days(14)));
        assert_eq!(parse("off"), Ok(Retention::ForGood));
        for text in ["", "0d", "12h", "36h", "101years", "90", "-1d", "soon"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

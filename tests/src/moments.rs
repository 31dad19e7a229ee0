//! Moments relative to the server's own clock, so that it and the test need not agree on the time.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The moment so many seconds after one that the server named, in the form of the API.
#[must_use]
pub fn after(moment: &Value, seconds: i64) -> String {
    let moment = moment.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let moment = moment.expect("the server names moments in RFC 3339");
    (moment + SignedDuration::from_secs(seconds)).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

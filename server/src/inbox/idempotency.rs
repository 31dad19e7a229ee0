//! What makes a repeat harmless: the key of a request, and what it was the key of.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{error::Error, store::Idempotency};

const MAX_KEY: usize = 255;

/// The key of a request with this body.
///
/// # Errors
/// One that is not 1 to 255 visible ASCII characters.
pub fn idempotency(key: &[u8], body: &Value) -> Result<Idempotency, Error> {
    if !(1..=MAX_KEY).contains(&key.len()) || !key.iter().all(u8::is_ascii_graphic) {
        return Err(Error::InvalidIdempotencyKey);
    }
    Ok(Idempotency { key: String::from_utf8_lossy(key).into_owned(), fingerprint: fingerprint(body) })
}

/// The same for bodies that are equal as JSON values: members in any order, `1.0` as `1`.
fn fingerprint(body: &Value) -> [u8; 32] {
    Sha256::digest(canonical(body.clone()).to_string()).into()
}

fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(values) => values.into_iter().map(canonical).collect(),
        Value::Object(members) => {
            // Whether a map keeps its members sorted or in the order they came depends on what else is compiled.
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, canonical(value))).collect();
            members.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            members.into_iter().collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::fingerprint;

    fn of(text: &str) -> [u8; 32] {
        fingerprint(&serde_json::from_str::<Value>(text).unwrap())
    }

    #[test]
    fn equal_json_values_have_one_fingerprint() {
        assert_eq!(of(r#"{"a":1,"b":[1.0,{"c":1e2}]}"#), of(r#"{ "b": [1, {"c": 100}], "a": 1.0 }"#));
        assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":"1"}"#));
        assert_ne!(of("[1,2]"), of("[2,1]"));
        assert_ne!(fingerprint(&json!(null)), fingerprint(&json!({})));
    }
}

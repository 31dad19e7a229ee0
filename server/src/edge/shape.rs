//! A JSON value taken for what a route expects, with a pointer to what does not fit.

use notification_bell_protocol::MemberError;
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, Error as _, IntoDeserializer, Unexpected, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::error::Error;

/// Takes the value for a `T`.
///
/// # Errors
/// [`Error::InvalidRequest`] if it has another shape, [`Error::ValidationFailed`] if a value in it is not allowed.
pub(crate) fn shape<T: DeserializeOwned>(json: &Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(Exact(json)).map_err(|error| {
        let detail = error.inner().to_string();
        // serde does not tell its errors apart but by their text: these two are of values, the others of shape.
        let of_value = detail.starts_with("invalid value") || detail.starts_with("unknown variant");
        let errors = vec![MemberError::new(pointer(error.path(), &detail), detail)];
        if of_value {
            Error::ValidationFailed(errors)
        } else {
            Error::InvalidRequest(
                format!("The body does not have the right shape: {}.", errors[0].detail),
                errors,
            )
        }
    })
}

/// Where something does not fit.
pub(super) fn pointer(path: &Path, detail: &str) -> String {
    let mut pointer: String = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escape(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    // What is missing, unknown or there twice is told by name, and pointed to as well.
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| detail.strip_prefix(start)?.split('`').next());
    if let Some(name) = named {
        let member = format!("/{}", escape(name));
        if !pointer.ends_with(&member) {
            pointer.push_str(&member);
        }
    }
    pointer
}

/// RFC 6901, section 3.
fn escape(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

/// A value that is an object where one is expected. `serde_json` takes an array for one as well, by the order of its
/// members, which is nothing that anybody means.
#[derive(Clone, Copy)]
struct Exact<'de>(&'de Value);

impl<'de> IntoDeserializer<'de, serde_json::Error> for Exact<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Exact<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Array(values) => visitor.visit_seq(SeqDeserializer::new(values.iter().map(Exact))),
            Value::Object(members) => visitor.visit_map(MapDeserializer::new(
                members.iter().map(|(name, value)| (name.as_str(), Exact(value))),
            )),
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if self.0.is_object() {
            return self.deserialize_any(visitor);
        }
        let found = match self.0 {
            Value::Array(_) => "an array",
            Value::String(_) => "a string",
            Value::Number(_) => "a number",
            Value::Bool(_) => "a boolean",
            Value::Null | Value::Object(_) => "null",
        };
        Err(Self::Error::invalid_type(Unexpected::Other(found), &"an object"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{Code, ItemPatch, MarkRequest};
    use serde_json::{Value, json};

    use super::shape;
    use crate::{error::Error, inbox::SendRequest};

    fn fault<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &Value) -> (Code, String) {
        let error = shape::<T>(json).unwrap_err();
        let (Error::InvalidRequest(_, errors) | Error::ValidationFailed(errors)) = &error else {
            panic!("{error}")
        };
        (error.code(), errors[0].pointer.clone())
    }

    #[test]
    fn a_bad_member_is_pointed_to() {
        for (json, pointer) in [
            (json!({}), "/set"),
            (json!({ "set": { "read": "yes" } }), "/set/read"),
            (json!({ "set": {}, "colour": 1 }), "/colour"),
            (json!({ "set": {}, "ids": [1] }), "/ids/0"),
            (json!({ "set": { "a/b": 1 } }), "/set/a~1b"),
        ] {
            assert_eq!(fault::<MarkRequest>(&json), (Code::InvalidRequest, pointer.to_owned()), "{json}");
        }
    }

    #[test]
    fn an_array_is_not_taken_for_an_object() {
        assert_eq!(fault::<ItemPatch>(&json!([])), (Code::InvalidRequest, String::new()));
        let send = json!({ "to": [["u"]], "title": "t" });
        assert_eq!(fault::<SendRequest>(&send), (Code::InvalidRequest, "/to".to_owned()));
    }

    #[test]
    fn the_right_shape_with_a_wrong_value_is_another_error() {
        assert_eq!(
            fault::<ItemPatch>(&json!({ "snoozedUntil": "tomorrow" })),
            (Code::ValidationFailed, "/snoozedUntil".to_owned())
        );
    }
}

//! The schemas that cannot be derived, because the JSON form of their types is written by hand.

use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use crate::{Code, Timestamp};

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some(
                "A moment (RFC 3339). Answers have it in UTC with milliseconds; in requests any offset will do.",
            ))
            .examples(["2026-11-20T09:30:00.000Z"])
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| Value::from(code.as_str()))))
            .description(Some("What programs go by. Each belongs to one status. There may be more in time."))
            .into()
    }
}

impl ToSchema for Code {}

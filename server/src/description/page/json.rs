//! An example as JSON, its members in the order in which they are described.

use serde_json::Value;
use utoipa::openapi::{OpenApi, RefOr, Schema, schema::ArrayItems};

use super::schema::name;

/// What is longer than this gets a line for each member.
const LINE: usize = 72;

/// The text of a value that has this schema.
pub(super) fn text(document: &OpenApi, schema: Option<&RefOr<Schema>>, value: &Value) -> String {
    write(document, schema, value, 0)
}

fn write(document: &OpenApi, schema: Option<&RefOr<Schema>>, value: &Value, depth: usize) -> String {
    let schema = schema.and_then(|schema| resolve(document, schema));
    let (open, close, entries) = match value {
        Value::Object(members) => {
            let properties = match schema {
                Some(Schema::Object(object)) => Some(&object.properties),
                _ => None,
            };
            let place = |name: &str| {
                properties.and_then(|properties| properties.get_index_of(name)).unwrap_or(usize::MAX)
            };
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| place(name));
            let entry = |(name, value): (&String, &Value)| {
                let schema = properties.and_then(|properties| properties.get(name));
                format!("{}: {}", Value::from(name.as_str()), write(document, schema, value, depth + 1))
            };
            ("{", "}", members.into_iter().map(entry).collect::<Vec<_>>())
        }
        Value::Array(values) => {
            let items = match schema {
                Some(Schema::Array(array)) => match &array.items {
                    ArrayItems::RefOrSchema(items) => Some(&**items),
                    ArrayItems::False => None,
                },
                _ => None,
            };
            ("[", "]", values.iter().map(|value| write(document, items, value, depth + 1)).collect())
        }
        scalar => return scalar.to_string(),
    };
    let space = if open == "{" && !entries.is_empty() { " " } else { "" };
    let line = format!("{open}{space}{}{space}{close}", entries.join(", "));
    if line.chars().count() <= LINE && !line.contains('\n') {
        return line;
    }
    let indent = "  ".repeat(depth);
    format!("{open}\n{indent}  {}\n{indent}{close}", entries.join(&format!(",\n{indent}  ")))
}

/// The schema itself: that which is named, or the one beside `null`.
fn resolve<'document>(
    document: &'document OpenApi,
    schema: &'document RefOr<Schema>,
) -> Option<&'document Schema> {
    match schema {
        RefOr::Ref(reference) => {
            let schema = document.components.as_ref()?.schemas.get(name(&reference.ref_location))?;
            resolve(document, schema)
        }
        RefOr::T(Schema::OneOf(one)) => resolve(document, one.items.last()?),
        RefOr::T(schema) => Some(schema),
    }
}

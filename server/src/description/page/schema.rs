//! A schema as people read it: its members, what they may be, and what is said about them.

use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    schema::{AdditionalProperties, ArrayItems, Object, SchemaType, Type},
};

use super::html::{each, escape, inline, paragraphs};

/// Every type, by name.
pub(super) fn types(document: &OpenApi) -> String {
    let schemas = document.components.iter().flat_map(|components| &components.schemas);
    each(schemas, |(name, schema)| {
        let about = description(schema).map(paragraphs).unwrap_or_default();
        let content = members_of(document, schema);
        format!(
            "<article class=\"type\" id=\"type-{name}\"><h3><code>{name}</code></h3>{about}{content}</article>"
        )
    })
}

/// The members of an object that a schema names or is.
pub(super) fn members_of(document: &OpenApi, schema: &RefOr<Schema>) -> String {
    let rows = each(objects(document, schema), |object| {
        each(&object.properties, |(name, schema)| {
            member(name, object.required.contains(name), schema, description(schema).unwrap_or_default())
        })
    });
    if rows.is_empty() {
        return format!("<p class=\"form\">{}</p>", form(schema));
    }
    format!("<dl class=\"members\">{rows}</dl>")
}

/// The objects whose members a value has: one, or several that are taken together.
pub(super) fn objects<'document>(
    document: &'document OpenApi,
    schema: &'document RefOr<Schema>,
) -> Vec<&'document Object> {
    match schema {
        RefOr::Ref(reference) => {
            let schemas = document.components.as_ref().map(|components| &components.schemas);
            let named = schemas.and_then(|schemas| schemas.get(name(&reference.ref_location)));
            named.map_or_else(Vec::new, |schema| objects(document, schema))
        }
        RefOr::T(Schema::Object(object)) => vec![object],
        RefOr::T(Schema::AllOf(all)) => all.items.iter().flat_map(|item| objects(document, item)).collect(),
        RefOr::T(_) => Vec::new(),
    }
}

/// One member or parameter.
pub(super) fn member(name: &str, is_required: bool, schema: &RefOr<Schema>, about: &str) -> String {
    let required = if is_required { " <span class=\"required\">required</span>" } else { "" };
    let limits = limits(schema);
    let limits: String =
        limits.iter().flat_map(|limit| [" <span class=\"limit\">", limit.as_str(), "</span>"]).collect();
    let about = if about.is_empty() { String::new() } else { format!("<p>{}</p>", inline(about)) };
    format!(
        "<dt><code>{}</code> <span class=\"form\">{}</span>{required}{limits}</dt><dd>{about}</dd>",
        escape(name),
        form(schema)
    )
}

/// What a value may be, in a few words.
pub(super) fn form(schema: &RefOr<Schema>) -> String {
    match schema {
        RefOr::Ref(reference) => link(name(&reference.ref_location)),
        RefOr::T(Schema::Array(array)) => {
            let items = match &array.items {
                ArrayItems::RefOrSchema(items) => form(items),
                ArrayItems::False => "nothing".to_owned(),
            };
            with_null(format!("list of {items}"), &array.schema_type)
        }
        RefOr::T(Schema::Object(object)) => of_object(object),
        RefOr::T(Schema::OneOf(one)) => any_of(&one.items, " or "),
        RefOr::T(Schema::AnyOf(any)) => any_of(&any.items, " or "),
        RefOr::T(Schema::AllOf(all)) => any_of(&all.items, " and "),
        RefOr::T(_) => "anything".to_owned(),
    }
}

fn of_object(object: &Object) -> String {
    if let Some(values) = &object.enum_values {
        let values: Vec<String> = values
            .iter()
            .map(|value| format!("<code>{}</code>", escape(value.as_str().unwrap_or_default())))
            .collect();
        return with_null(values.join(" or "), &object.schema_type);
    }
    if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref() {
        return format!("map of text to {}", form(values));
    }
    let word = match &object.schema_type {
        SchemaType::Type(only) => word(only),
        SchemaType::Array(several) => several.iter().find(|one| **one != Type::Null).map_or("null", word),
        SchemaType::AnyValue => "any JSON",
    };
    with_null(word.to_owned(), &object.schema_type)
}

const fn word(of: &Type) -> &'static str {
    match of {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer | Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "list",
        Type::Null => "null",
    }
}

fn with_null(text: String, of: &SchemaType) -> String {
    match of {
        SchemaType::Array(several) if several.contains(&Type::Null) => text + " or null",
        _ => text,
    }
}

/// `null` is said last.
fn any_of(items: &[RefOr<Schema>], between: &str) -> String {
    let mut forms: Vec<String> = items.iter().map(form).collect();
    forms.sort_by_key(|form| form == "null");
    forms.join(between)
}

fn limits(schema: &RefOr<Schema>) -> Vec<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let is_text = object.format.is_none();
            let length = range(object.min_length, object.max_length, "characters").filter(|_| is_text);
            let whole = |number: &utoipa::Number| match number {
                utoipa::Number::Int(number) => usize::try_from(*number).ok(),
                utoipa::Number::UInt(number) => Some(*number),
                utoipa::Number::Float(_) => None,
            };
            let (least, most) =
                (object.minimum.as_ref().and_then(whole), object.maximum.as_ref().and_then(whole));
            let value = most.and_then(|most| range(least, Some(most), ""));
            let default = object.default.as_ref().map(|default| format!("{default} unless given"));
            [length, value, default].into_iter().flatten().collect()
        }
        RefOr::T(Schema::Array(array)) => {
            range(array.min_items, array.max_items, "entries").into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn range(least: Option<usize>, most: Option<usize>, of: &str) -> Option<String> {
    let text = match (least.filter(|least| *least > 0), most) {
        (Some(least), Some(most)) => format!("{least} to {most} {of}"),
        (Some(least), None) => format!("at least {least} {of}"),
        (None, Some(most)) => format!("up to {most} {of}"),
        (None, None) => return None,
    };
    Some(text.trim_end().to_owned())
}

fn description(schema: &RefOr<Schema>) -> Option<&str> {
    let text = match schema {
        RefOr::Ref(reference) => Some(&reference.description),
        RefOr::T(Schema::Array(array)) => array.description.as_ref(),
        RefOr::T(Schema::Object(object)) => object.description.as_ref(),
        RefOr::T(Schema::OneOf(one)) => one.description.as_ref(),
        RefOr::T(Schema::AllOf(all)) => all.description.as_ref(),
        RefOr::T(Schema::AnyOf(any)) => any.description.as_ref(),
        RefOr::T(_) => None,
    };
    text.map(String::as_str).filter(|text| !text.is_empty())
}

/// The name at the end of a reference.
pub(super) fn name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn link(name: &str) -> String {
    format!("<a href=\"#type-{name}\">{name}</a>")
}

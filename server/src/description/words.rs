//! The words of the description: comments in the code, in the words of the API.
//!
//! What is a link in Rust is a name here, members are named as they are on the wire, and what only a Rust caller has to know
//! is left out. Calls are named in camel case, as their members are.

use std::collections::BTreeMap;

use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    schema::{AdditionalProperties, ArrayItems},
};

/// What begins the part of a comment that is for Rust.
const FOR_RUST: &str = "# Errors";

/// Rewrites every description.
pub(super) fn write(document: &mut OpenApi) {
    let mut members = BTreeMap::new();
    if let Some(components) = &mut document.components {
        for schema in components.schemas.values_mut() {
            each(schema, &mut |schema| {
                if let RefOr::T(Schema::Object(object)) = schema {
                    members.extend(object.properties.keys().map(|name| (snake_case(name), name.clone())));
                }
            });
        }
        for schema in components.schemas.values_mut() {
            each(schema, &mut |schema| {
                tell_above(schema);
                if let Some(text) = description(schema) {
                    *text = words(text, &members);
                }
            });
        }
    }
    let in_words =
        |text: Option<String>| text.map(|text| words(&text, &members)).filter(|text| !text.is_empty());
    for item in document.paths.paths.values_mut() {
        for operation in super::operations(item) {
            let summary = in_words(operation.summary.take());
            operation.summary = summary.map(|summary| summary.trim_end_matches('.').to_owned());
            operation.description = in_words(operation.description.take());
            operation.operation_id = operation.operation_id.take().map(|name| camel_case(&name));
            for parameter in operation.parameters.iter_mut().flatten() {
                parameter.description = in_words(parameter.description.take());
            }
        }
    }
}

fn words(text: &str, members: &BTreeMap<String, String>) -> String {
    let text = text.split(FOR_RUST).next().unwrap_or_default().trim();
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let text = without_links(&paragraphs.collect::<Vec<_>>().join("\n\n"));
    let mut inside_code = false;
    let parts = text.split('`').map(|part| {
        let name = if inside_code { members.get(part).map_or(part, String::as_str) } else { part };
        inside_code = !inside_code;
        name
    });
    parts.collect::<Vec<_>>().join("`")
}

/// ``[`Item::read`](crate::Item)`` and ``[`Item::read`]`` as `` `read` ``.
fn without_links(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        written.push_str(before);
        let Some((name, after)) = link.split_once("`]") else {
            written.push_str("[`");
            rest = link;
            continue;
        };
        let name = name.rsplit("::").next().unwrap_or(name);
        written.extend(["`", name, "`"]);
        let target = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
    }
    written.push_str(rest);
    written
}

/// What may be `null` or something that is described elsewhere has its own description at the latter: one looks above it.
fn tell_above(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one)) = schema else { return };
    if let [RefOr::T(_), RefOr::Ref(reference)] = one.items.as_mut_slice()
        && one.description.is_none()
        && !reference.description.is_empty()
    {
        one.description = Some(std::mem::take(&mut reference.description));
    }
}

fn description(schema: &mut RefOr<Schema>) -> Option<&mut String> {
    match schema {
        RefOr::Ref(reference) => Some(&mut reference.description),
        RefOr::T(Schema::Array(array)) => array.description.as_mut(),
        RefOr::T(Schema::Object(object)) => object.description.as_mut(),
        RefOr::T(Schema::OneOf(one)) => one.description.as_mut(),
        RefOr::T(Schema::AllOf(all)) => all.description.as_mut(),
        RefOr::T(Schema::AnyOf(any)) => any.description.as_mut(),
        RefOr::T(_) => None,
    }
}

/// Visits a schema and all within it.
fn each(schema: &mut RefOr<Schema>, visit: &mut impl FnMut(&mut RefOr<Schema>)) {
    visit(schema);
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each(items, visit);
            }
        }
        Schema::Object(object) => {
            object.properties.values_mut().for_each(|schema| each(schema, visit));
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                each(values, visit);
            }
        }
        Schema::OneOf(one) => one.items.iter_mut().for_each(|schema| each(schema, visit)),
        Schema::AllOf(all) => all.items.iter_mut().for_each(|schema| each(schema, visit)),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(|schema| each(schema, visit)),
        _ => {}
    }
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (initial, rest) = part.split_at(part.len().min(1));
        name + &initial.to_ascii_uppercase() + rest
    })
}

fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut name, character| {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
        name
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{camel_case, snake_case, words};

    #[test]
    fn a_comment_for_rust_becomes_a_description_of_the_wire() {
        let members = BTreeMap::from([("archived_at".to_owned(), "archivedAt".to_owned())]);
        let text = "Archived\n(`archived_at`): see [`Item::seen`](crate::Item), [`View`].\n\n# Errors\nNone.";
        assert_eq!(words(text, &members), "Archived (`archivedAt`): see `seen`, `View`.");
    }

    #[test]
    fn names_have_two_forms() {
        assert_eq!(camel_case("send_notification_now"), "sendNotificationNow");
        assert_eq!(snake_case("snoozedUntil"), "snoozed_until");
    }
}

//! The description with values in its examples: every call can be made from it as it stands.

use serde_json::{Value, json};

use super::{
    describe,
    page::{
        Values,
        curl::{API_PUBLIC_KEY, BACKEND_KEY, TOKEN, own_word},
    },
    security,
};

/// What a tool sends as the key, unless it is told another one. OpenAPI has no word for it; this is the one that some have
/// agreed on.
const DEFAULT_KEY: &str = "x-default";

const NOTE: &str = "\n\nThe examples are this demo's own, and so is the key that each security scheme has as its `x-default`: every call can \
    be made as it stands. Its tokens live for ten minutes; read the description again for fresh ones.";

/// The description of a server that is reached at this address, with these values in its examples.
#[must_use]
pub fn describe_with(public_url: &str, values: &Values) -> Value {
    let mut document = serde_json::to_value(describe(public_url)).unwrap_or_default();
    if let (true, Value::String(about)) = (values.work, &mut document["info"]["description"]) {
        about.push_str(NOTE);
    }
    for item in members(&mut document["paths"]) {
        for operation in members(item) {
            let call = operation["operationId"].as_str().unwrap_or_default().to_owned();
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in
                parameters.into_iter().flatten().filter(|parameter| parameter["required"] == true)
            {
                name_one(parameter, &call, values);
            }
            if let Some(content) = operation.pointer_mut("/requestBody/content") {
                members(content).for_each(|body| fill(body, &call, values));
            }
        }
    }
    for (scheme, word) in [
        (security::SESSION, TOKEN),
        (security::BACKEND_KEY, BACKEND_KEY),
        (security::PROJECT, API_PUBLIC_KEY),
    ] {
        let key = values.text("", word);
        if key != word {
            document["components"]["securitySchemes"][scheme][DEFAULT_KEY] = key.into();
        }
    }
    document
}

/// Gives a parameter its value, if there is one.
fn name_one(parameter: &mut Value, call: &str, values: &Values) {
    let own = own_word(parameter["name"].as_str().unwrap_or_default());
    let value = values.text(call, parameter["example"].as_str().unwrap_or(&own));
    if value != own {
        parameter["example"] = json!(value);
    }
}

/// Replaces the words in the examples of a body.
fn fill(body: &mut Value, call: &str, values: &Values) {
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        if name == "example" || name == "examples" {
            replace(value, call, values);
        }
    }
}

fn replace(value: &mut Value, call: &str, values: &Values) {
    match value {
        Value::String(text) => *text = values.text(call, text),
        Value::Array(entries) => entries.iter_mut().for_each(|entry| replace(entry, call, values)),
        Value::Object(_) => members(value).for_each(|member| replace(member, call, values)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn members(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    object.as_object_mut().into_iter().flat_map(|members| members.values_mut())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Values, describe_with};
    use crate::description::describe;

    #[test]
    fn without_values_it_is_the_description() {
        let filled = describe_with("", &Values::default());
        assert_eq!(filled, serde_json::to_value(describe("")).unwrap());
    }

    #[test]
    fn values_stand_in_parameters_bodies_and_keys() {
        let values = Values {
            everywhere: vec![
                ("YOUR_BACKEND_KEY", "ak_1".to_owned()),
                ("YOUR_USER_HMAC", "proof".to_owned()),
                ("user@example.com", "ada".to_owned()),
            ],
            of_call: BTreeMap::from([("removeItem", vec![("YOUR_ID", "7".to_owned())])]),
            work: true,
        };
        let filled = describe_with("", &values);
        let example = |path: &str, method: &str| &filled["paths"][path][method]["parameters"][0]["example"];
        assert_eq!(example("/inbox/{id}", "delete"), &json!("7"));
        assert_eq!(example("/webhooks/{id}", "get"), &json!(null), "there is no value for it");
        assert_eq!(example("/users/{id}/export", "get"), &json!("ada"));
        let session = &filled["paths"]["/session"]["post"]["requestBody"]["content"]["application/json"];
        assert_eq!(session["examples"]["hmac"]["value"]["userHmac"], "proof");
        let schemes = &filled["components"]["securitySchemes"];
        assert_eq!(
            (&schemes["backendKey"]["x-default"], &schemes["session"]["x-default"]),
            (&json!("ak_1"), &json!(null))
        );
    }
}

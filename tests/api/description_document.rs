//! The description is one that tools can read, and its examples are what it says that they are.
//!
//! Each schema is held against the meta-schema of JSON Schema 2020-12, which is what OpenAPI 3.1 goes by; what OpenAPI asks for
//! beyond that, and tools stumble over, is asked here.

use std::collections::BTreeSet;

use notification_bell_tests::Description;
use serde_json::{Value, json};

/// Everything in a document, with where it is.
fn walk<'document>(value: &'document Value, at: &str, visit: &mut impl FnMut(&str, &'document Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                walk(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), visit);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(value, &format!("{at}/{index}"), visit);
            }
        }
        _ => {}
    }
}

#[test]
fn every_schema_is_one_of_json_schema_2020_12() {
    let description = Description::checked_in();
    let mut schemas = 0;
    walk(description.document(), "", &mut |at, value| {
        let is_schema = at.ends_with("/schema")
            || at.rsplit_once('/').is_some_and(|(of, _)| of.ends_with("/components/schemas"));
        if is_schema {
            schemas += 1;
            let outcome = jsonschema::draft202012::meta::validate(value);
            assert!(
                outcome.is_ok(),
                "{at}: {}",
                outcome.err().map(|error| error.to_string()).unwrap_or_default()
            );
        }
    });
    assert!(schemas > 50, "only {schemas} were found");
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let description = Description::checked_in();
    let document = description.document();
    let mut used = BTreeSet::new();
    walk(document, "", &mut |at, value| {
        if let Some(reference) = value["$ref"].as_str() {
            let target = document.pointer(reference.trim_start_matches('#'));
            assert!(target.is_some_and(Value::is_object), "{at} leads to {reference}");
            used.insert(reference.to_owned());
        }
    });
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "nothing is a {name}");
        }
    }
}

#[test]
fn every_call_has_a_name_of_its_own_a_group_and_words() {
    let description = Description::checked_in();
    let document = description.document();
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut names = BTreeSet::new();
    for (path, method, call) in description.calls() {
        let name = call["operationId"].as_str().unwrap_or_default();
        assert!(!name.is_empty() && !name.contains('_') && names.insert(name), "{method} {path}: {name:?}");
        assert!(tags.contains(&&call["tags"][0]), "{name} is in no group that there is: {}", call["tags"]);
        assert!(call["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
        let schemes = &document["components"]["securitySchemes"];
        for way in call["security"].as_array().into_iter().flatten() {
            for scheme in way.as_object().unwrap().keys() {
                assert!(schemes[scheme].is_object(), "{name} takes a {scheme}");
            }
        }
    }
}

#[test]
fn the_variable_parts_of_an_address_are_described_each_once() {
    for (path, method, call) in Description::checked_in().calls() {
        let parts = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parts: BTreeSet<&str> = parts.collect();
        let parameters = call["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let described: Vec<&str> = in_path.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(described.len(), parts.len(), "{method} {path}: {described:?}");
        assert!(described.iter().all(|name| parts.contains(name)), "{method} {path}: {described:?}");
    }
}

#[test]
fn every_answer_says_what_it_is_and_every_refusal_is_a_problem() {
    let description = Description::checked_in();
    let document = description.document();
    for (path, method, call) in description.calls() {
        let responses = call["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path} never succeeds");
        for (status, response) in responses {
            let reference = response["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
            let response = reference.and_then(|reference| document.pointer(reference)).unwrap_or(response);
            let words = response["description"].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "{method} {path}: {status}");
            if status.starts_with(['4', '5']) {
                assert!(
                    response["content"]["application/problem+json"].is_object(),
                    "{method} {path}: {status}"
                );
            }
        }
    }
}

#[test]
fn every_example_is_what_its_schema_says() {
    let description = Description::checked_in();
    let check = |what: &str, schema: &Value, example: &Value| {
        let faults: Vec<String> =
            description.validator(schema).iter_errors(example).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{what}: {faults:?} in {example}");
    };
    walk(description.document(), "", &mut |at, value| {
        if value["schema"].is_object() {
            for (name, example) in value["examples"].as_object().into_iter().flatten() {
                // One that shows a refusal is not what it should be.
                if example["summary"].as_str().is_some_and(|summary| summary.contains("refused")) {
                    continue;
                }
                check(&format!("{at}, {name}"), &value["schema"], &example["value"]);
            }
            if let Some(example) = value.get("example") {
                check(at, &value["schema"], example);
            }
        }
        if value["type"].is_string() || value["type"].is_array() {
            for example in value["examples"].as_array().into_iter().flatten() {
                check(at, value, example);
            }
        }
    });
    for (path, method, call) in description.calls() {
        let body = &call["requestBody"]["content"]["application/json"];
        let is_enough = |example: &Value| description.validator(&body["schema"]).is_valid(example);
        if body.is_object() && body["examples"].is_null() && body["example"].is_null() {
            assert!(is_enough(&json!({})), "{method} {path} has no example of its body");
        }
    }
}

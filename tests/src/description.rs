//! The description that is checked in, and whether an answer is one that it describes.

use jsonschema::Validator;
use serde_json::{Value, json};

/// `docs/openapi.json`.
#[derive(Clone, Debug)]
pub struct Description(Value);

impl Description {
    /// Reads it.
    #[must_use]
    pub fn checked_in() -> Self {
        Self(serde_json::from_str(include_str!("../../docs/openapi.json")).expect("it is JSON"))
    }

    /// All of it.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.0
    }

    /// Every call: its address, its method, what is said of it.
    #[must_use]
    pub fn calls(&self) -> Vec<(&str, &str, &Value)> {
        let paths = self.0["paths"].as_object().expect("there are paths");
        let mut calls = Vec::new();
        for (path, item) in paths {
            for (method, call) in item.as_object().expect("a path has methods") {
                calls.push((path.as_str(), method.as_str(), call));
            }
        }
        calls
    }

    /// The call of this id.
    #[must_use]
    pub fn call(&self, id: &str) -> &Value {
        let found = self.calls().into_iter().find(|(_, _, call)| call["operationId"] == id);
        found.unwrap_or_else(|| panic!("{id} is not described")).2
    }

    /// A validator for a schema of it, which may name others. Formats count.
    #[must_use]
    pub fn validator(&self, schema: &Value) -> Validator {
        let mut root = json!({"allOf": [schema]});
        root["components"] = self.0["components"].clone();
        let options = jsonschema::options().should_validate_formats(true);
        options.build(&root).unwrap_or_else(|error| panic!("this is no schema: {error}: {schema}"))
    }

    /// Asserts that a call may be answered in this way.
    pub fn assert_answer(&self, call: &Value, status: u16, content_type: &str, body: &[u8]) {
        let id = &call["operationId"];
        let mut response = &call["responses"][status.to_string()];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.0.pointer(reference.trim_start_matches('#')).expect("it leads somewhere");
        }
        assert!(response.is_object(), "{id} is not described to answer {status}");
        let Some(content) = response["content"].as_object() else {
            assert!(body.is_empty(), "{id} is described to answer {status} with nothing: {body:?}");
            return;
        };
        let media_type = content_type.split(';').next().unwrap_or_default();
        let schema =
            &content.get(media_type).unwrap_or_else(|| panic!("{id} answers {media_type}"))["schema"];
        let value: Value = serde_json::from_slice(body).expect("an answer is JSON");
        let validator = self.validator(schema);
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{id} answers {status} in another way than is described: {faults:#?}\n{value:#}"
        );
    }
}

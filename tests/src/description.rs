//! The description that is checked in, and whether an answer is one that it describes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::Reply;

/// `docs/openapi.json`.
#[derive(Debug)]
pub struct Description {
    document: Value,
    /// Of answers, by call, status and media type: making one takes longer than asking it.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// Reads it.
    #[must_use]
    pub fn checked_in() -> Self {
        Self::of(serde_json::from_str(include_str!("../../docs/openapi.json")).expect("it is JSON"))
    }

    /// One that was read elsewhere.
    #[must_use]
    pub fn of(document: Value) -> Self {
        Self { document, validators: Mutex::default() }
    }

    /// All of it.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Every call: its address, its method, what is said of it.
    #[must_use]
    pub fn calls(&self) -> Vec<(&str, &str, &Value)> {
        let paths = self.document["paths"].as_object().expect("there are paths");
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
        root["components"] = self.document["components"].clone();
        let options = jsonschema::options().should_validate_formats(true);
        options.build(&root).unwrap_or_else(|error| panic!("this is no schema: {error}: {schema}"))
    }

    fn kept_validator(&self, key: String, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(validators.entry(key).or_insert_with(|| Arc::new(self.validator(schema))))
    }

    /// The call that a request is, if it is one.
    fn call_at(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.strip_prefix("/api/v1")?;
        let is_at = |described: &str| {
            let agrees = |(described, asked): (&str, &str)| {
                described == asked || (described.starts_with('{') && !asked.is_empty())
            };
            described.split('/').count() == path.split('/').count()
                && described.split('/').zip(path.split('/')).all(agrees)
        };
        let paths = self.document["paths"].as_object()?;
        // One that has it word for word is before one with a name for any word.
        let found = paths
            .get(path)
            .or_else(|| paths.iter().find(|(described, _)| is_at(described)).map(|(_, item)| item));
        found?.get(method.to_ascii_lowercase())
    }

    /// Asserts that an answer is one that is described, if what was asked is a call.
    pub(crate) fn assert_describes(&self, method: &str, path: &str, reply: &Reply) {
        if let Some(call) = self.call_at(method, path) {
            let content_type = reply.header("content-type").unwrap_or_default();
            self.assert_answer(call, reply.status, content_type, &reply.body);
        }
    }

    /// Whether a call is answered with events, and goes on being so.
    #[must_use]
    pub fn streams(call: &Value) -> bool {
        call["responses"]["200"]["content"]["text/event-stream"].is_object()
    }

    /// Asserts that a call was done, and answered as is described.
    pub fn assert_done(&self, call: &Value, status: u16, content_type: &str, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        assert!((200..300).contains(&status), "{} is answered {status}: {text}", call["operationId"]);
        self.assert_answer(call, status, content_type, body);
    }

    /// Asserts that a call may be answered in this way.
    pub fn assert_answer(&self, call: &Value, status: u16, content_type: &str, body: &[u8]) {
        let id = &call["operationId"];
        let mut response = &call["responses"][status.to_string()];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.document.pointer(reference.trim_start_matches('#')).expect("it leads somewhere");
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
        let validator = self.kept_validator(format!("{id} {status} {media_type}"), schema);
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

//! The texts that a page gives itself, in place of those of the language: the option `messages`.

use serde_json::{Map, Value};

use crate::{json::parse, texts::english};

/// What other bells call some of the texts, and what they are called here.
const OTHER_NAMES: [(&str, &str); 3] =
    [("markAllAsRead", "markAllRead"), ("empty", "emptyAll"), ("error", "errorList")];

/// A page's own texts, by the names they have in the files of the languages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Messages {
    /// Those that are taken.
    pub texts: Map<String, Value>,
    /// What to tell who wrote them, if there were others.
    pub complaint: Option<String>,
}

impl Messages {
    /// Reads a JSON object. What differs by number may be an object of plural categories, or one text for all.
    ///
    /// One that is wrong is left out and not the rest with it: a page with a typing error still has a bell.
    #[must_use]
    #[inline(never)]
    pub fn read(json: &str) -> Self {
        let Some(Value::Object(members)) = parse(json) else {
            return Self { texts: Map::new(), complaint: Some("messages is no JSON object".to_owned()) };
        };
        let english = english();
        let mut texts = Map::new();
        let mut ignored = String::new();
        for (name, value) in &members {
            let other = OTHER_NAMES.iter().find(|(other, _)| other == name).map(|(_, own)| *own);
            let own = other.unwrap_or(name);
            if !english.get(own).is_some_and(|english| is_text(value, english)) {
                ignored = [ignored.as_str(), if ignored.is_empty() { "" } else { ", " }, name].concat();
            } else if other.is_none() || !members.contains_key(own) {
                texts.insert(own.to_owned(), value.clone());
            }
        }
        let complaint = (!ignored.is_empty())
            .then(|| ["messages: no text of the bell's, or not a text: ", &ignored].concat());
        Self { texts, complaint }
    }
}

fn is_text(value: &Value, english: &Value) -> bool {
    match value {
        Value::Object(forms) => english.is_object() && forms.values().all(Value::is_string),
        value => value.is_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Messages;

    fn read(json: &Value) -> (Value, Option<String>) {
        let Messages { texts, complaint } = Messages::read(&json.to_string());
        (Value::Object(texts), complaint)
    }

    #[test]
    fn texts_are_taken_by_their_names() {
        let own =
            json!({ "close": "Shut", "emptyAllHint": "", "pill": { "one": "One", "other": "{count}" } });
        assert_eq!(read(&own), (own, None));
        let same_for_all = json!({ "arrivedMany": "{count} more" });
        assert_eq!(read(&same_for_all), (same_for_all, None));
    }

    #[test]
    fn what_is_wrong_is_left_out_and_named_once() {
        let own = json!({
            "close": "Shut", "clsoe": "Shut", "retry": 7, "views": { "other": "x" }, "pill": { "one": 1 },
            "unread": null, "__proto__": "x",
        });
        let (texts, complaint) = read(&own);
        assert_eq!(texts, json!({ "close": "Shut" }));
        let complaint = complaint.unwrap();
        for name in ["clsoe", "retry", "views", "pill", "unread", "__proto__"] {
            assert_eq!(complaint.matches(name).count(), 1, "{complaint}");
        }
        assert!(!complaint.contains("close"), "{complaint}");
    }

    #[test]
    fn what_is_no_object_is_left_out_as_a_whole() {
        for json in ["", "[object Object]", "null", "[\"close\"]", "\"close\"", "{"] {
            let Messages { texts, complaint } = Messages::read(json);
            assert!(texts.is_empty() && complaint.is_some(), "{json}");
        }
        assert_eq!(Messages::read("{}"), Messages::default());
    }

    #[test]
    fn the_names_of_other_bells_are_understood_and_our_own_go_first() {
        let theirs = json!({ "notifications": "N", "markAllAsRead": "M", "empty": "E", "error": "F" });
        let ours = json!({ "notifications": "N", "markAllRead": "M", "emptyAll": "E", "errorList": "F" });
        assert_eq!(read(&theirs), (ours, None));
        assert_eq!(read(&json!({ "emptyAll": "ours", "empty": "theirs" })).0, json!({ "emptyAll": "ours" }));
    }
}

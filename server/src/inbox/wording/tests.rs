//! What a notification says, by what it brings and by what its type has.

use std::collections::BTreeMap;

use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};

use super::{Wording, wording};
use crate::{
    inbox::{SendRequest, checks::Faults, templates::cabinet::TypeTemplates},
    languages::Locale,
    store::Template,
};

fn locale(text: &str) -> Locale {
    text.parse().unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "reads better at the calls")]
fn worded(members: Value, templates: Value) -> Result<Wording, Vec<(String, String)>> {
    let mut request = json!({ "to": { "users": ["u"] } });
    request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let request: SendRequest = serde_json::from_value(request).unwrap();
    let templates: BTreeMap<Locale, Template> = templates
        .as_object()
        .unwrap()
        .iter()
        .map(|(tag, texts)| {
            let texts = serde_json::from_value(texts.clone()).unwrap();
            let updated_at = Timestamp::from_unix_ms(0);
            (locale(tag), Template { r#type: "paid".to_owned(), locale: locale(tag), texts, updated_at })
        })
        .collect();
    let mut faults = Faults::default();
    let wording = wording(&request, &mut TypeTemplates::from(templates), &locale("de"), &mut faults);
    let faults: Vec<_> = faults.into_vec().into_iter().map(|fault| (fault.pointer, fault.detail)).collect();
    if faults.is_empty() { Ok(wording) } else { Err(faults) }
}

fn pointers(members: Value, templates: Value) -> Vec<String> {
    worded(members, templates).unwrap_err().into_iter().map(|(pointer, _)| pointer).collect()
}

#[test]
fn a_title_is_the_text_of_the_projects_language_beside_others() {
    let words =
        worded(json!({"title": "Hallo", "body": "Text", "texts": {"en": {"title": "Hello"}}}), json!({}));
    let words = words.unwrap();
    assert_eq!((words.texts.title.as_str(), words.texts.body.as_deref()), ("Hallo", Some("Text")));
    assert_eq!(words.by_locale.keys().map(Locale::as_str).collect::<Vec<_>>(), ["de", "en"]);
    assert_eq!(words.by_locale[&locale("en")].body, None);
    assert_eq!(worded(json!({"title": "Hallo"}), json!({})).unwrap().by_locale, BTreeMap::new());
}

#[test]
fn whoever_reads_none_of_the_languages_gets_the_projects_or_else_any() {
    let words = |texts: Value| worded(json!({ "texts": texts }), json!({})).unwrap().texts.title;
    assert_eq!(words(json!({"en": {"title": "Hello"}, "de-AT": {"title": "Servus"}})), "Servus");
    assert_eq!(words(json!({"fr": {"title": "Salut"}, "ja": {"title": "こんにちは"}})), "Salut");
}

#[test]
fn templates_are_filled_in_every_language_unless_the_request_says_its_own() {
    let templates =
        json!({"de": {"title": "{{ n }} bezahlt"}, "en": {"title": "{{ n }} paid", "body": "Thanks"}});
    let words = worded(json!({"type": "paid", "data": {"n": 7}}), templates.clone()).unwrap();
    assert_eq!(words.texts.title, "7 bezahlt");
    assert_eq!(words.by_locale[&locale("en")].title, "7 paid");
    let own = worded(json!({"type": "paid", "title": "Own"}), templates).unwrap();
    assert_eq!((own.texts.title.as_str(), own.by_locale.len()), ("Own", 0));
}

#[test]
fn what_the_data_lacks_is_said_for_each_language() {
    let templates = json!({"de": {"title": "{{ name }}"}, "en": {"title": "{{ n }}", "body": "{{ name }}"}});
    let faults = worded(json!({"type": "paid", "data": {"n": 1}}), templates).unwrap_err();
    assert_eq!(
        faults,
        [
            ("/data".to_owned(), "lacks `name`: title of the template paid in de".to_owned()),
            ("/data".to_owned(), "lacks `name`: body of the template paid in en".to_owned()),
        ]
    );
}

#[test]
fn what_the_data_makes_is_held_to_the_same_rules() {
    let templates = json!({"de": {"title": "{{ a }}"}});
    for value in [json!(""), json!("x".repeat(257)), json!("a\nb"), json!("x".repeat(5_000)), json!(null)] {
        assert_eq!(pointers(json!({"type": "paid", "data": {"a": value}}), templates.clone()), ["/data"]);
    }
    assert_eq!(pointers(json!({"type": "paid", "data": [1]}), templates.clone()), ["/data"]);
    assert_eq!(pointers(json!({"type": "paid", "data": {"a": "x"}, "body": "b"}), templates), ["/body"]);
    assert_eq!(pointers(json!({"type": "paid"}), json!({})), ["/title"]);
}

#[test]
fn every_fault_of_the_texts_is_told_at_once() {
    let texts = json!({
        "de": {"title": "", "body": "\u{7}"},
        "e": {"title": "x"},
        "en": {"title": "ok", "actions": {"go": "", "a/b": "x"}},
        "en-us": {"title": "ok"}, "en-US": {"title": "ok"},
    });
    let action = json!([{"id": "go"}]);
    assert_eq!(
        pointers(json!({"texts": texts, "actions": action}), json!({})),
        [
            "/texts/de/title",
            "/texts/de/body",
            "/texts/e",
            "/texts/en/actions/go",
            "/texts/en/actions/a~1b",
            "/texts/en-us",
            "/actions/0/label",
        ]
    );
    assert_eq!(pointers(json!({"texts": {}}), json!({})), ["/texts"]);
}

#[test]
fn a_button_says_something_in_every_language() {
    let texts = json!({"de": {"title": "x", "actions": {"go": "Los"}}, "en": {"title": "x"}});
    assert_eq!(pointers(json!({"texts": texts, "actions": [{"id": "go"}]}), json!({})), ["/actions/0/label"]);
    let words = worded(json!({"texts": texts, "actions": [{"id": "go", "label": "Go"}]}), json!({})).unwrap();
    assert_eq!(words.texts.actions["go"], "Los");
}

//! What a notification says: its own texts, those it brings for several languages, or those of the templates of its type.
//!
//! Everything is rendered and checked here, when it is sent, in every language. Then a member of `data` that is missing is
//! the sender's fault and not a hole for a reader, and reading is a pick.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{
    checks::{Faults, MAX_BODY, MAX_LABEL, MAX_TITLE},
    notification::SendRequest,
    templates::engine::{self, Flaw},
};
use crate::{
    languages::{Languages, Locale},
    store::{Template, Texts, TextsByLocale},
};

/// In one send. Of a type there are no more templates either.
const MAX_LOCALES: usize = 50;
/// All texts of a notification: a list reads them for every item.
const MAX_TEXTS_BYTES: usize = 128 * 1_024;

/// What a notification says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wording {
    /// To whoever reads none of the languages below.
    pub(super) texts: Texts,
    /// To the readers of these languages; none, if there is one text for all.
    pub(super) by_locale: TextsByLocale,
}

/// Finds the words for a request, and what is wrong with them.
pub(super) fn wording(
    request: &SendRequest,
    templates: &BTreeMap<Locale, Template>,
    default: &Locale,
    faults: &mut Faults,
) -> Wording {
    let own = request.title.as_ref().map(|title| {
        faults.line("/title", title, MAX_TITLE);
        Texts { title: title.clone(), body: request.body.clone(), actions: BTreeMap::new() }
    });
    if let Some(body) = &request.body {
        faults.body("/body", body);
        if own.is_none() {
            faults.add("/body", "goes with a title: without one, each language says its own");
        }
    }
    let mut by_locale = match (&request.texts, &own) {
        (Some(texts), _) => given(request, texts, faults),
        (None, Some(_)) => TextsByLocale::new(),
        (None, None) => rendered(request, templates, faults),
    };
    if !by_locale.is_empty() {
        if let Some(own) = &own {
            by_locale.entry(default.clone()).or_insert_with(|| own.clone());
        }
        let bytes = serde_json::to_string(&by_locale).map_or(usize::MAX, |json| json.len());
        if bytes > MAX_TEXTS_BYTES {
            let pointer = if request.texts.is_some() { "/texts" } else { "/type" };
            faults.add(pointer, format!("comes to more than {MAX_TEXTS_BYTES} bytes in all languages"));
        }
    }
    let picked = Languages::from(default).pick(&by_locale.keys().map(Locale::as_str));
    let texts = picked
        .and_then(|tag| by_locale.iter().find(|(locale, _)| locale.as_str() == tag).map(|(_, texts)| texts))
        .or(own.as_ref())
        .or_else(|| by_locale.values().next());
    let wording = Wording { texts: texts.cloned().unwrap_or_default(), by_locale };
    check_labels(request, &wording, faults);
    wording
}

/// Every button says something in every language.
fn check_labels(request: &SendRequest, wording: &Wording, faults: &mut Faults) {
    for (index, action) in request.actions.iter().enumerate() {
        let pointer = format!("/actions/{index}/label");
        if let Some(label) = &action.label {
            faults.line(&pointer, label, MAX_LABEL);
            continue;
        }
        let without = wording.by_locale.iter().find(|(_, texts)| !texts.actions.contains_key(&action.id));
        if let Some((locale, _)) = without {
            faults.add(pointer, format!("is missing, and there is none for {locale}"));
        }
    }
}

/// The texts that came with the request.
fn given(request: &SendRequest, texts: &BTreeMap<String, Texts>, faults: &mut Faults) -> TextsByLocale {
    if texts.is_empty() || texts.len() > MAX_LOCALES {
        faults.add("/texts", format!("must have 1 to {MAX_LOCALES} entries"));
        return TextsByLocale::new();
    }
    let mut by_locale = TextsByLocale::new();
    for (name, texts) in texts {
        let pointer = format!("/texts/{}", escape(name));
        check(&pointer, texts, faults);
        for id in texts.actions.keys() {
            if !request.actions.iter().any(|action| action.id == *id) {
                faults.add(
                    format!("{pointer}/actions/{}", escape(id)),
                    "is the id of no action of this notification",
                );
            }
        }
        match name.parse::<Locale>() {
            Err(fault) => faults.add(pointer, fault),
            Ok(locale) => {
                if by_locale.insert(locale, texts.clone()).is_some() {
                    faults.add(pointer, "is another spelling of a language that is there already");
                }
            }
        }
    }
    by_locale
}

fn check(pointer: &str, texts: &Texts, faults: &mut Faults) {
    faults.line(&format!("{pointer}/title"), &texts.title, MAX_TITLE);
    if let Some(body) = &texts.body {
        faults.body(&format!("{pointer}/body"), body);
    }
    for (id, label) in &texts.actions {
        faults.line(&format!("{pointer}/actions/{}", escape(id)), label, MAX_LABEL);
    }
}

/// The texts that the templates of the request's type make of its data.
fn rendered(
    request: &SendRequest,
    templates: &BTreeMap<Locale, Template>,
    faults: &mut Faults,
) -> TextsByLocale {
    if templates.is_empty() {
        faults.add("/title", "must be there: this type has no templates");
    }
    if request.data.as_ref().is_some_and(|data| !data.is_object()) {
        faults.add("/data", "must be an object: its members are the values of the templates");
        return TextsByLocale::new();
    }
    let data = engine::values(request.data.as_ref());
    templates
        .iter()
        .map(|(locale, template)| (locale.clone(), filled(request, template, &data, faults)))
        .collect()
}

fn filled(request: &SendRequest, template: &Template, data: &Value, faults: &mut Faults) -> Texts {
    let mut fill = |part: &str, source: &str, max_characters: usize| {
        let fault = match engine::render(source, data, max_characters * 4) {
            Ok(text) => {
                let mut of_text = Faults::default();
                if part == "body" {
                    of_text.body("", &text);
                } else {
                    of_text.line("", &text, max_characters);
                }
                match of_text.into_vec().pop() {
                    None => return text,
                    Some(fault) => format!("makes a text that {}", fault.detail),
                }
            }
            Err(Flaw(flaw)) => flaw,
        };
        faults.add(
            "/data",
            format!("{fault}: {part} of the template {} in {}", template.r#type, template.locale),
        );
        String::new()
    };
    let Texts { title, body, actions } = &template.texts;
    Texts {
        title: fill("title", title, MAX_TITLE),
        body: body.as_ref().map(|body| fill("body", body, MAX_BODY)),
        // A template may know of buttons that this one does not have.
        actions: actions
            .iter()
            .filter(|(id, _)| request.actions.iter().any(|action| action.id == **id))
            .map(|(id, label)| (id.clone(), fill("actions", label, MAX_LABEL)))
            .collect(),
    }
}

/// RFC 6901, section 3.
pub(super) fn escape(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use notification_bell_protocol::Timestamp;
    use serde_json::{Value, json};

    use super::{Wording, wording};
    use crate::{
        inbox::{SendRequest, checks::Faults},
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
        let wording = wording(&request, &templates, &locale("de"), &mut faults);
        let faults: Vec<_> =
            faults.into_vec().into_iter().map(|fault| (fault.pointer, fault.detail)).collect();
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
        let templates =
            json!({"de": {"title": "{{ name }}"}, "en": {"title": "{{ n }}", "body": "{{ name }}"}});
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
        for value in [json!(""), json!("x".repeat(257)), json!("a\nb"), json!("x".repeat(5_000)), json!(null)]
        {
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
        assert_eq!(
            pointers(json!({"texts": texts, "actions": [{"id": "go"}]}), json!({})),
            ["/actions/0/label"]
        );
        let words =
            worded(json!({"texts": texts, "actions": [{"id": "go", "label": "Go"}]}), json!({})).unwrap();
        assert_eq!(words.texts.actions["go"], "Los");
    }
}

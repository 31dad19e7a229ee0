//! What a notification says: its own texts, those it brings for several languages, or those of the templates of its type.
//!
//! Everything is rendered and checked here, when it is sent, in every language. Then a member of `data` that is missing is
//! the sender's fault and not a hole for a reader, and reading is a pick.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{
    checks::{Faults, MAX_BODY, MAX_LABEL, MAX_TITLE},
    notification::SendRequest,
    templates::{
        cabinet::TypeTemplates,
        engine::{self, Compiled, Flaw},
    },
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
    templates: &mut TypeTemplates,
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
    TypeTemplates { by_locale, compiled }: &mut TypeTemplates,
    faults: &mut Faults,
) -> TextsByLocale {
    if by_locale.is_empty() {
        faults.add("/title", "must be there: this type has no templates");
    }
    if request.data.as_ref().is_some_and(|data| !data.is_object()) {
        faults.add("/data", "must be an object: its members are the values of the templates");
        return TextsByLocale::new();
    }
    let data = engine::values(request.data.as_ref());
    compiled.begin();
    by_locale
        .iter()
        .map(|(locale, template)| (locale.clone(), filled(request, template, compiled, &data, faults)))
        .collect()
}

fn filled(
    request: &SendRequest,
    template: &Template,
    compiled: &mut Compiled,
    data: &Value,
    faults: &mut Faults,
) -> Texts {
    let mut fill = |part: &str, id: &str, source: &str, max_characters: usize| {
        let name = format!("{}/{part}/{id}", template.locale);
        let fault = match compiled.render(&name, source, data, max_characters * 4) {
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
        title: fill("title", "", title, MAX_TITLE),
        body: body.as_ref().map(|body| fill("body", "", body, MAX_BODY)),
        // A template may know of buttons that this one does not have.
        actions: actions
            .iter()
            .filter(|(id, _)| request.actions.iter().any(|action| action.id == **id))
            .map(|(id, label)| (id.clone(), fill("actions", id, label, MAX_LABEL)))
            .collect(),
    }
}

/// RFC 6901, section 3.
pub(super) fn escape(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;

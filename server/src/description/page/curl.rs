//! A call as a command: curl, as one would type it.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::{OpenApi, RefOr, Schema, path::ParameterIn};

use super::{call::Call, html::escape, json};

/// The words that stand in a command for what is the reader's own.
pub(in crate::description) const BACKEND_KEY: &str = "YOUR_BACKEND_KEY";
pub(in crate::description) const TOKEN: &str = "YOUR_TOKEN";
pub(in crate::description) const API_PUBLIC_KEY: &str = "YOUR_API_PUBLIC_KEY";

/// The one that stands for a parameter without an example.
pub(in crate::description) fn own_word(parameter: &str) -> String {
    format!("YOUR_{}", parameter.to_ascii_uppercase())
}

/// What stands in the commands in place of the reader's own words.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// What each word stands for, in every command. A longer word before one that it begins with.
    pub everywhere: Vec<(&'static str, String)>,
    /// What words stand for in one call, by the id of the call.
    pub of_call: BTreeMap<&'static str, Vec<(&'static str, String)>>,
    /// Whether they are those of the demo, and work.
    pub work: bool,
}

impl Values {
    /// What the page says about them.
    pub(super) fn note(&self) -> String {
        let text = if self.work {
            "The commands run as they are: the keys in colour are those of this demo. Its tokens live for ten minutes; \
             load the page again for fresh ones."
        } else {
            "The words in colour stand for your own keys. With <code>serve --demo</code> they are those of the demo, and every \
             command runs as it is."
        };
        format!("<p class=\"note\">{text}</p>")
    }

    /// A command as HTML, with each word replaced and marked.
    pub(super) fn fill(&self, call: &str, command: &str) -> String {
        self.replace(call, command, escape, |value| format!("<span class=\"value\">{}</span>", escape(value)))
    }

    /// A text with each word replaced.
    pub(in crate::description) fn text(&self, call: &str, text: &str) -> String {
        self.replace(call, text, ToOwned::to_owned, ToOwned::to_owned)
    }

    fn replace(
        &self,
        call: &str,
        text: &str,
        around: impl Fn(&str) -> String,
        marked: impl Fn(&str) -> String,
    ) -> String {
        let of_call = self.of_call.get(call).into_iter().flatten();
        let words: Vec<(&str, &str)> =
            of_call.chain(&self.everywhere).map(|(word, value)| (*word, value.as_str())).collect();
        let (mut replaced, mut rest) = (String::new(), text);
        while let Some((at, word, value)) = first(rest, &words) {
            let (before, after) = rest.split_at(at);
            replaced.extend([around(before), marked(value)]);
            rest = &after[word.len()..];
        }
        replaced + &around(rest)
    }
}

/// The first of the words, and where it is. Without a value of its own, what stands for the reader's is marked all the same.
fn first<'word>(
    text: &'word str,
    words: &[(&'word str, &'word str)],
) -> Option<(usize, &'word str, &'word str)> {
    let replaced = words.iter().filter_map(|(word, value)| Some((text.find(word)?, *word, *value)));
    let own = text.match_indices("YOUR_").next().map(|(at, _)| {
        let end = text[at..].find(|character: char| !(character.is_ascii_uppercase() || character == '_'));
        let word = &text[at..at + end.unwrap_or(text.len() - at)];
        (at, word, word)
    });
    replaced.chain(own).min_by_key(|(at, _, _)| *at)
}

/// The command of a call, with an example for its body.
pub(super) fn command(
    document: &OpenApi,
    call: &Call<'_>,
    example: Option<(&RefOr<Schema>, &Value)>,
) -> String {
    let server = document.servers.iter().flatten().next().map_or("", |server| server.url.as_str());
    let mut path = call.path.to_owned();
    for parameter in call.operation.parameters.iter().flatten() {
        if matches!(parameter.parameter_in, ParameterIn::Path) {
            let value = super::call::example(parameter).unwrap_or_else(|| own_word(&parameter.name));
            path = path.replace(&format!("{{{}}}", parameter.name), &value);
        }
    }
    let stream = if call.streams() { " -N" } else { "" };
    let is_default = if example.is_some() { call.method == "post" } else { call.method == "get" };
    let method = if is_default { String::new() } else { format!(" -X {}", call.method.to_ascii_uppercase()) };
    let mut lines = vec![format!("curl{stream}{method} {}", word(&format!("{server}{path}")))];
    if let Some(word_for_key) = call.key() {
        lines.push(format!("-H 'Authorization: Bearer {word_for_key}'"));
    }
    if let Some((schema, value)) = example {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        let body = json::text(document, Some(schema), value);
        lines.push(format!("-d {}", quoted(&body)));
    }
    lines.join(" \\\n  ")
}

impl Call<'_> {
    /// The word for the key that it takes.
    fn key(&self) -> Option<&'static str> {
        let security = serde_json::to_value(&self.operation.security).unwrap_or_default();
        let first = security.get(0)?.as_object()?.keys().next()?.clone();
        match first.as_str() {
            "session" => Some(TOKEN),
            "backendKey" => Some(BACKEND_KEY),
            _ => None,
        }
    }
}

/// A word of a POSIX shell.
fn word(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._~:/@%,=+".contains(character);
    if text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// Between single quotes, where a shell knows no escape at all.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::{Values, quoted, word};

    #[test]
    fn a_shell_takes_every_text_for_one_word() {
        assert_eq!(word("/users/a@example.com"), "/users/a@example.com");
        assert_eq!(word("/a?b=c&d"), "'/a?b=c&d'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }

    #[test]
    fn words_are_replaced_by_values_and_marked() {
        let values = Values { everywhere: vec![("YOUR_TOKEN", "<t>".to_owned())], ..Values::default() };
        let filled = values.fill("x", "a YOUR_TOKEN YOUR_ID 'b'");
        assert_eq!(
            filled,
            "a <span class=\"value\">&lt;t&gt;</span> <span class=\"value\">YOUR_ID</span> 'b'"
        );
    }
}

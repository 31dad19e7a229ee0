//! `/docs`: the description as a page for people. It needs nothing from outside, and no script to be read.
//!
//! Made here, and not by one of the viewers there are: those are half a megabyte of script and more, and write styles into
//! the page, which a strict policy forbids.

mod call;
pub(super) mod curl;
mod html;
mod json;
mod schema;
mod text;

use notification_bell_protocol::Code;
use utoipa::openapi::{OpenApi, security::SecurityScheme};

pub use curl::Values;

use self::{
    call::{Call, calls},
    html::{each, escape, inline, paragraphs},
};

/// The page's style sheet.
pub const STYLE: &str = concat!(
    include_str!("style/base.css"),
    include_str!("style/frame.css"),
    include_str!("style/calls.css"),
);
/// Copies, and marks in the list of calls the one that is read. Without it the page lacks nothing else.
pub const SCRIPT: &str = include_str!("docs.js");
/// The copy buttons: those of the demo page, which is not there without the demo.
pub const COPYING: &str = include_str!("../../../../public/demo/copy.js");

/// The page. In its commands stand these values, those of the demo or words in their place.
#[must_use]
pub fn page(document: &OpenApi, values: &Values) -> String {
    let tags = document.tags.as_deref().unwrap_or_default();
    let calls = calls(document);
    let of = |tag: &str| {
        let mut calls: Vec<_> = calls.iter().filter(|call| call.tag() == Some(tag)).collect();
        // What takes away comes last: until then the others have something to show.
        calls.sort_by_key(|call| call.method == "delete");
        calls
    };
    let navigation = each(tags, |tag| {
        let (name, links) = (&tag.name, each(of(&tag.name), link));
        format!("<li><a href=\"#{name}\">{name}</a><ul>{links}</ul></li>")
    });
    let sections = each(tags, |tag| {
        let (name, told) = (&tag.name, each(of(&tag.name), |call| call.html(document, values)));
        let about = paragraphs(tag.description.as_deref().unwrap_or_default());
        format!(
            "<section id=\"{name}\" aria-labelledby=\"{name}-title\"><h2 id=\"{name}-title\">{name}</h2>{about}{told}</section>"
        )
    });
    let about = paragraphs(document.info.description.as_deref().unwrap_or_default());
    text::page(&text::Parts {
        version: &escape(&document.info.version),
        navigation: &navigation,
        about: &about,
        values: &values.note(),
        keys: &keys(document),
        sections: &sections,
        codes: &codes(),
        types: &schema::types(document),
    })
}

fn link(call: &Call<'_>) -> String {
    let (id, method) = (escape(call.id()), call.method);
    format!(
        "<li><a href=\"#{id}\"><span class=\"method {method}\">{method}</span> <span>{}</span></a></li>",
        escape(call.summary())
    )
}

/// Who may call, as the words of the security schemes.
fn keys(document: &OpenApi) -> String {
    let schemes = document.components.iter().flat_map(|components| &components.security_schemes);
    let rows = schemes.filter_map(|(name, scheme)| {
        let (sent_as, about) = match scheme {
            SecurityScheme::Http(http) => ("Authorization: Bearer …".to_owned(), http.description.as_deref()),
            SecurityScheme::ApiKey(key) => {
                let key = serde_json::to_value(key).ok()?;
                let place = if key["in"] == "cookie" { "Cookie: " } else { "" };
                let text = format!(
                    "{place}{}{}",
                    key["name"].as_str()?,
                    if place.is_empty() { ": pk_…" } else { "=…" }
                );
                return Some(row(name, &text, key["description"].as_str().unwrap_or_default()));
            }
            _ => return None,
        };
        Some(row(name, &sent_as, about.unwrap_or_default()))
    });
    rows.collect()
}

fn row(name: &str, sent_as: &str, about: &str) -> String {
    format!(
        "<dt id=\"key-{name}\"><code>{name}</code></dt><dd><p><code>{}</code></p><p>{}</p></dd>",
        escape(sent_as),
        inline(about)
    )
}

fn codes() -> String {
    each(Code::ALL, |code| {
        let (name, status) = (code.as_str(), code.status());
        format!(
            "<tr id=\"code-{name}\"><th scope=\"row\"><code>{name}</code></th><td>{status}</td><td>{}.</td></tr>",
            escape(code.title())
        )
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Values, page};
    use crate::description::describe;

    fn shown() -> String {
        page(&describe("https://bell.example"), &Values::default())
    }

    #[test]
    fn every_call_is_shown_with_a_command_for_each_of_its_examples() {
        let (page, document) = (shown(), describe(""));
        for call in super::calls(&document) {
            assert!(page.contains(&format!("<article class=\"call\" id=\"{}\"", call.id())), "{}", call.id());
            let commands = page.matches(&format!("data-call=\"{}\"", call.id())).count();
            assert_eq!(commands, call.examples().len().max(1), "{}", call.id());
        }
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere_and_every_anchor_is_there_once() {
        let page = shown();
        let all = |start: &str| {
            page.split(start)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let anchors = all(" id=\"");
        let distinct: BTreeSet<&String> = anchors.iter().collect();
        assert_eq!(distinct.len(), anchors.len(), "an anchor is there twice: {anchors:?}");
        for link in all("href=\"#") {
            assert!(anchors.contains(&link), "#{link}");
        }
    }

    #[test]
    fn the_page_asks_for_nothing_from_elsewhere_and_styles_nothing_by_itself() {
        let page = shown();
        for trace in ["src=\"http", "href=\"http", "style=", "<style", "onclick", "javascript:"] {
            assert!(!page.contains(trace), "{trace}");
        }
        let policy = page.match_indices("<script").count();
        assert_eq!(policy, 1, "one script, in a file of its own");
    }
}

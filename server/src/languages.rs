//! Languages: how one is written (BCP 47), which ones a reader has asked for, and which of several texts that makes.

use std::{fmt, str::FromStr, sync::Arc};

use axum::http::{HeaderMap, header};
use oxilangtag::LanguageTag;
use serde::{Deserialize, Serialize};

/// So many of a header's languages are looked at. Browsers send a handful.
const MAX_ASKED: usize = 20;
/// RFC 5646, section 4.4.1, has applications allow 35; extensions may be longer.
const MAX_TAG_BYTES: usize = 64;

/// A language tag, well-formed and in its canonical case (RFC 5646, section 2.1.1): `pt-BR`, `zh-Hant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locale(String);

impl Locale {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One that the database has.
    #[must_use]
    pub(crate) fn trusted(text: String) -> Self {
        Self(text)
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Locale {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = "must be a language tag such as de or pt-BR";
        if text.len() > MAX_TAG_BYTES {
            return Err(fault);
        }
        LanguageTag::parse_and_normalize(text).map(|tag| Self(tag.into_inner())).map_err(|_| fault)
    }
}

/// The languages somebody reads, the best first. None: whatever there is.
///
/// One text with commas: there is one for each open stream, and one for each of its looks at the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Languages(Option<Arc<str>>);

impl Languages {
    /// Whatever there is.
    pub const ANY: Self = Self(None);

    /// Those that `Accept-Language` names (RFC 9110, section 12.5.4), by their weight and then in their order. `*`,
    /// what has no weight at all and what is no language range count as not there: a header is no reason to refuse.
    #[must_use]
    pub fn accepted(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
        let mut ranges: Vec<(u16, String)> =
            lines.flat_map(|line| line.split(',')).filter_map(weighted).take(MAX_ASKED).collect();
        ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let ranges: Vec<String> = ranges.into_iter().map(|(_, range)| range).collect();
        Self((!ranges.is_empty()).then(|| ranges.join(",").into()))
    }

    /// Whether no language was asked for.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn ranges(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|ranges| ranges.split(','))
    }

    /// The tag among those there are that fits best, if one fits at all.
    ///
    /// Each language in turn: the tag itself, then ever shorter (RFC 4647, section 3.4: `pt-BR`, then `pt`), then any
    /// other tag of the same language, because somebody who asks for `pt-BR` reads `pt-PT` rather than the next
    /// language of the list; but not one in another script, if both say theirs.
    pub fn pick<'tag>(&self, tags: &(impl Iterator<Item = &'tag str> + Clone)) -> Option<&'tag str> {
        self.ranges()
            .find_map(|range| looked_up(range, tags.clone()).or_else(|| related(range, tags.clone())))
    }
}

impl From<&Locale> for Languages {
    fn from(locale: &Locale) -> Self {
        Self(Some(locale.0.as_str().into()))
    }
}

/// A range and its weight in thousandths. By hand: the crates for this header drop weights or read other things as
/// languages, and it is a few lines.
fn weighted(part: &str) -> Option<(u16, String)> {
    let mut parameters = part.split(';').map(str::trim);
    let range = parameters.next()?;
    let is_range = !range.is_empty()
        && range.len() <= MAX_TAG_BYTES
        && range.split('-').all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    let mut weight = 1_000;
    for parameter in parameters {
        let (name, value) = parameter.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("q") {
            weight = thousandths(value.trim())?;
        }
    }
    (is_range && weight > 0).then(|| (weight, range.to_owned()))
}

/// A weight (RFC 9110, section 12.4.2): `0.5`, `1`, `0.825`.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1")
        || decimals.len() > 3
        || !decimals.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let weight = format!("{whole}{decimals:0<3}").parse().ok()?;
    (weight <= 1_000).then_some(weight)
}

fn looked_up<'tag>(range: &str, mut tags: impl Iterator<Item = &'tag str> + Clone) -> Option<&'tag str> {
    let mut range = range;
    loop {
        if let Some(tag) = tags.clone().find(|tag| tag.eq_ignore_ascii_case(range)) {
            return Some(tag);
        }
        range = range.rsplit_once('-')?.0;
        // A letter on its own says what follows it, and that has gone.
        while let Some((shorter, last)) = range.rsplit_once('-') {
            if last.len() > 1 {
                break;
            }
            range = shorter;
        }
        if range.len() < 2 {
            return tags.find(|_| false);
        }
    }
}

fn related<'tag>(range: &str, mut tags: impl Iterator<Item = &'tag str>) -> Option<&'tag str> {
    tags.find(|tag| {
        let same_script =
            script(range).zip(script(tag)).is_none_or(|(one, other)| one.eq_ignore_ascii_case(other));
        language(range).eq_ignore_ascii_case(language(tag)) && same_script
    })
}

fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// The four letters after the language; what is behind them has other lengths or begins with a digit.
fn script(tag: &str) -> Option<&str> {
    tag.split('-')
        .nth(1)
        .filter(|subtag| subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use proptest::prelude::*;

    use super::{Languages, Locale};

    fn accepted(text: &str) -> Languages {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(text).unwrap());
        Languages::accepted(&headers)
    }

    fn ranges(text: &str) -> Vec<String> {
        accepted(text).ranges().map(str::to_owned).collect()
    }

    fn pick(asked: &str, tags: &[&'static str]) -> Option<&'static str> {
        accepted(asked).pick(&tags.iter().copied())
    }

    #[test]
    fn a_locale_is_written_one_way() {
        for (text, canonical) in
            [("DE", "de"), ("pt-br", "pt-BR"), ("ZH-hANT-tw", "zh-Hant-TW"), ("sl-ROZAJ", "sl-rozaj")]
        {
            assert_eq!(text.parse::<Locale>().unwrap().as_str(), canonical);
        }
        for text in
            ["", "e", "de_AT", "de-", "-de", "deutschland-x-", "en us", "../en", "%", &"a-".repeat(40)]
        {
            assert!(text.parse::<Locale>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn weights_order_what_is_asked_for() {
        assert_eq!(ranges("de-AT, en;q=0.5"), ["de-AT", "en"]);
        assert_eq!(ranges("en;q=0.5, de-AT , fr;Q=0.825"), ["de-AT", "fr", "en"]);
        assert_eq!(ranges("a;q=1.000,b;q=1"), ["a", "b"]);
        assert_eq!(ranges("*, de;q=0, en;q=0.000, fr;q=1.5, it;q=x, es;q=0.1234, nl;q"), [""; 0]);
        assert_eq!(ranges("de_AT, <b>, pt-"), [""; 0]);
        assert_eq!(ranges(&"aa,".repeat(1_000)).len(), 20);
    }

    #[test]
    fn a_reader_gets_the_nearest_there_is() {
        assert_eq!(pick("pt-BR", &["en", "pt", "pt-BR"]), Some("pt-BR"));
        assert_eq!(pick("pt-BR", &["en", "pt"]), Some("pt"));
        assert_eq!(pick("pt-br, en;q=0.9", &["en", "pt-PT"]), Some("pt-PT"));
        assert_eq!(pick("pt", &["en", "pt-BR"]), Some("pt-BR"));
        assert_eq!(pick("zh-Hant-TW", &["en", "zh-Hans"]), None);
        assert_eq!(pick("zh-Hant-TW", &["zh-Hans", "zh-Hant"]), Some("zh-Hant"));
        assert_eq!(pick("de-u-co-phonebk", &["de"]), Some("de"));
        assert_eq!(pick("de-AT, en;q=0.5", &["en", "fr"]), Some("en"));
        assert_eq!(pick("ja", &["en", "fr"]), None);
        assert_eq!(pick("x-de, *", &["en"]), None);
    }

    proptest! {
        #[test]
        fn what_is_picked_is_there_and_exact_when_it_can_be(
            asked in prop::collection::vec("[a-c]{2}(-[A-B]{2})?", 0..4),
            tags in prop::collection::btree_set("[a-c]{2}(-[A-B]{2})?", 0..5),
        ) {
            let languages = Languages((!asked.is_empty()).then(|| asked.join(",").into()));
            let picked = languages.pick(&tags.iter().map(String::as_str));
            prop_assert!(picked.is_none_or(|tag| tags.contains(tag)));
            let language = |tag: &str| tag[..2].to_owned();
            // The first language that anything is in decides; within it, the shortest way from what was asked for.
            let first = asked.iter().find(|range| tags.iter().any(|tag| language(tag) == language(range)));
            prop_assert_eq!(picked.map(language), first.map(|range| language(range)));
            if let (Some(picked), Some(range)) = (picked, first) {
                let exact = tags.contains(range);
                prop_assert!(!exact || picked == range.as_str());
                prop_assert!(exact || !tags.contains(&language(range)) || picked == language(range));
            }
        }

        #[test]
        fn any_header_is_read(text in "[ -~]{0,60}") {
            let languages = accepted(&text);
            prop_assert!(languages.pick(&["en"].into_iter()).is_none_or(|tag| tag == "en"));
        }
    }
}

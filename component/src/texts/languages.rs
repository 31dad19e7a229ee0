//! Which languages there are, and which of them serves a tag.

/// The languages there are files for, besides English.
pub const OTHER_LANGUAGES: &[&str] = &[
    "ar",
    "de",
    "es",
    "fr",
    "he",
    "hi",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "tr",
    "uk",
    "zh",
    TRADITIONAL_CHINESE,
];

/// The one file that is named by more than a language: its readers do not read that of `zh`.
const TRADITIONAL_CHINESE: &str = "zh-Hant";

/// The file of [`OTHER_LANGUAGES`] that serves a BCP 47 tag such as `de-AT`; `None` if English does.
///
/// Chinese is written in two scripts. Where the tag does not say in which, its region does, as Unicode CLDR has it.
#[must_use]
pub fn language_of(tag: &str) -> Option<&'static str> {
    let is_any = |part: &str, names: &[&str]| names.iter().any(|name| part.eq_ignore_ascii_case(name));
    let mut parts = tag.split(['-', '_']);
    let primary = parts.next().unwrap_or_default();
    let script = parts.find(|part| is_any(part, &["Hans", "Hant", "TW", "HK", "MO"]));
    if is_any(primary, &["zh"]) && script.is_some_and(|script| !is_any(script, &["Hans"])) {
        return Some(TRADITIONAL_CHINESE);
    }
    OTHER_LANGUAGES.iter().copied().find(|language| is_any(primary, &[language]))
}

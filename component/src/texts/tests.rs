//! What holds for every file of texts, and how a text is found.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{OTHER_LANGUAGES, Text, Texts, language_of};

fn file(language: &str) -> Map<String, Value> {
    let path = format!("{}/locales/{language}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// The texts in a value, each with its plural category if it has one.
fn forms(value: &Value) -> Vec<(Option<&str>, &str)> {
    match value {
        Value::Object(forms) => {
            forms.iter().map(|(category, text)| (Some(category.as_str()), text.as_str().unwrap())).collect()
        }
        text => vec![(None, text.as_str().unwrap())],
    }
}

/// The plural categories of cardinal numbers in each language: Unicode CLDR 48, `supplemental/plurals`. What
/// `Intl.PluralRules` returns is one of them.
const CATEGORIES: &[(&str, &[&str])] = &[
    ("ar", &["zero", "one", "two", "few", "many", "other"]),
    ("de", &["one", "other"]),
    ("en", &["one", "other"]),
    ("es", &["one", "many", "other"]),
    ("fr", &["one", "many", "other"]),
    ("he", &["one", "two", "other"]),
    ("hi", &["one", "other"]),
    ("it", &["one", "many", "other"]),
    ("ja", &["other"]),
    ("ko", &["other"]),
    ("nl", &["one", "other"]),
    ("pl", &["one", "few", "many", "other"]),
    ("pt", &["one", "many", "other"]),
    ("tr", &["one", "other"]),
    ("uk", &["one", "few", "many", "other"]),
    ("zh", &["other"]),
    ("zh-Hant", &["other"]),
];

/// Where a category is that of a single whole number, and a word may say it better than the number does.
const SAID_BY_A_WORD: &[(&str, &[&str])] = &[("ar", &["zero", "one", "two"]), ("he", &["one", "two"])];

fn of<'table>(table: &'table [(&str, &'table [&'table str])], language: &str) -> &'table [&'table str] {
    table.iter().find(|(own, _)| *own == language).map(|(_, categories)| *categories).unwrap_or_default()
}

#[test]
fn every_language_has_every_text_and_no_other() {
    let expected: BTreeSet<_> = Text::ALL.iter().map(|text| text.key()).collect();
    for language in OTHER_LANGUAGES.iter().chain(&["en"]) {
        let file = file(language);
        assert_eq!(file.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{language}");
    }
}

#[test]
fn a_translation_fills_in_what_english_does() {
    let english = file("en");
    for language in OTHER_LANGUAGES {
        for (key, value) in &file(language) {
            let expected = placeholders(forms(&english[key])[0].1);
            for (category, text) in forms(value) {
                let is_said = category.is_some_and(|own| of(SAID_BY_A_WORD, language).contains(&own));
                let placeholders = placeholders(text);
                assert!(
                    placeholders == expected || (is_said && placeholders.is_empty()),
                    "{language} {key}: {text}"
                );
            }
        }
    }
}

#[test]
fn what_differs_by_number_has_the_categories_of_its_language() {
    let english = file("en");
    for language in OTHER_LANGUAGES.iter().chain(&["en"]) {
        let expected: BTreeSet<_> = of(CATEGORIES, language).iter().copied().map(Some).collect();
        for (key, value) in &file(language) {
            let own = forms(value).into_iter().map(|(category, _)| category).collect::<BTreeSet<_>>();
            let expected = if english[key].is_object() { expected.clone() } else { BTreeSet::from([None]) };
            assert_eq!(own, expected, "{language} {key}");
        }
    }
}

/// Names between backticks.
fn names(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_documentation_names_every_text_and_each_that_differs_by_number() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ELEMENT.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, page) = page.split_once("## Texts of your own").unwrap();
    let paragraphs: Vec<&str> = page.split("\n\n").collect();
    let list = paragraphs.iter().position(|text| text.trim_start().starts_with("`notifications`")).unwrap();
    let english = file("en");
    assert_eq!(names(paragraphs[list]), english.keys().map(String::as_str).collect::<BTreeSet<_>>());
    let (differing, _) = paragraphs[list + 1].split_once(" differ by number").unwrap();
    let plural = english.iter().filter(|(_, value)| value.is_object()).map(|(key, _)| key.as_str());
    assert_eq!(names(differing), plural.collect::<BTreeSet<_>>());
}

#[test]
fn texts_are_quiet_and_none_is_empty() {
    for language in OTHER_LANGUAGES.iter().chain(&["en"]) {
        for (key, value) in &file(language) {
            for (_, text) in forms(value) {
                assert!(!text.is_empty() && text == text.trim(), "{language} {key}");
                assert!(!text.contains(['!', '¡', '！', '<', '&']), "{language} {key}: {text}");
            }
        }
    }
}

#[test]
fn a_file_for_each_language_that_is_offered() {
    let folder = format!("{}/locales", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, OTHER_LANGUAGES.len() + 1);
    assert_eq!(files, CATEGORIES.len());
}

#[test]
fn a_number_takes_the_form_of_its_category() {
    let texts = Texts::from_json(r#"{"pill":{"one":"{count} neue","few":"{count} x","other":"{count} y"}}"#);
    let texts = texts.unwrap();
    assert_eq!(texts.plural(Text::Pill, "few", "3"), "3 x");
    assert_eq!(texts.plural(Text::Pill, "many", "9"), "9 y");
}

#[test]
fn what_a_language_lacks_is_english() {
    let texts = Texts::from_json(r#"{"retry":7}"#).unwrap();
    assert_eq!(texts.get(Text::Retry), "Try again");
    assert_eq!(texts.plural(Text::Pill, "one", "1"), "1 new");
    assert_eq!(Texts::from_json("[]"), None);
}

#[test]
fn a_pages_own_text_goes_before_that_of_the_language() {
    let texts =
        Texts::from_json(r#"{"retry":"Nochmal","pill":{"one":"{count} neue","other":"{count} neue"}}"#);
    let own = json!({ "retry": "Los", "pill": { "one": "Eine" } }).as_object().cloned().unwrap();
    let texts = texts.unwrap().with_own(own);
    assert_eq!(texts.get(Text::Retry), "Los");
    assert_eq!(texts.plural(Text::Pill, "one", "1"), "Eine");
    assert_eq!(texts.plural(Text::Pill, "other", "2"), "2 neue", "it has none for this number");
    let own = json!({ "pill": "+{count}" }).as_object().cloned().unwrap();
    let texts = texts.with_own(own);
    assert_eq!(texts.plural(Text::Pill, "one", "1"), "+1");
    assert_eq!(texts.with_own(Map::new()).get(Text::Retry), "Nochmal");
}

#[test]
fn a_tag_is_served_by_its_language() {
    for (tag, language) in [
        ("de-AT", Some("de")),
        ("DE", Some("de")),
        ("de_CH", Some("de")),
        ("pt-PT", Some("pt")),
        ("pt_BR", Some("pt")),
        ("ar-EG-u-nu-latn", Some("ar")),
        ("en-GB", None),
        ("nb_NO", None),
        ("sr-Latn", None),
        ("tlh", None),
        ("", None),
        ("-", None),
    ] {
        assert_eq!(language_of(tag), language, "{tag}");
    }
}

#[test]
fn chinese_is_served_in_the_script_of_its_readers() {
    for tag in ["zh", "zh-CN", "zh_SG", "zh-Hans-HK", "zh-hans"] {
        assert_eq!(language_of(tag), Some("zh"), "{tag}");
    }
    for tag in ["zh-TW", "zh_hk", "zh-MO", "zh-Hant", "zh-Hant-CN", "ZH-HANT-TW"] {
        assert_eq!(language_of(tag), Some("zh-Hant"), "{tag}");
    }
}

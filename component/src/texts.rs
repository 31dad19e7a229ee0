//! The texts of the element in one language: `locales/<language>.json`, English built in.
//!
//! What differs by number is an object of the plural categories of Unicode CLDR (`one`, `few`, `other`, …); which
//! of them a number takes is the browser's knowledge (`Intl.PluralRules`) and comes in as an argument.

use serde_json::{Map, Value};

use crate::json::parse;

macro_rules! texts {
    ($($(#[$doc:meta])* $variant:ident = $key:literal;)+) => {
        /// Every text there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Text {
            $($(#[$doc])* $variant,)+
        }

        impl Text {
            /// Every text there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in the files.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }
        }
    };
}

texts! {
    /// The name of the panel, and of the bell when nothing is unread.
    Notifications = "notifications";
    /// The name of the bell with `{count}` unread.
    BellUnread = "bellUnread";
    /// A button.
    MarkAllRead = "markAllRead";
    /// A button.
    Close = "close";
    /// The name of the row of tabs.
    Views = "views";
    /// A tab.
    ViewAll = "viewAll";
    /// A tab.
    ViewUnread = "viewUnread";
    /// A tab.
    ViewArchived = "viewArchived";
    /// What the dot of an item means.
    Unread = "unread";
    /// A button.
    MarkRead = "markRead";
    /// A button.
    MarkUnread = "markUnread";
    /// A button.
    Archive = "archive";
    /// A button: back from the archive.
    Unarchive = "unarchive";
    /// A button.
    Delete = "delete";
    /// What the tick on a used action means.
    ActionDone = "actionDone";
    /// Said when one item, `{title}`, came in.
    ArrivedOne = "arrivedOne";
    /// Said when `{count}` came in at once.
    ArrivedMany = "arrivedMany";
    /// On the button that leads back up to `{count}` new items.
    Pill = "pill";
    /// Said while the list loads.
    Loading = "loading";
    /// An empty view.
    EmptyAll = "emptyAll";
    /// Below it.
    EmptyAllHint = "emptyAllHint";
    /// An empty view.
    EmptyUnread = "emptyUnread";
    /// Below it.
    EmptyUnreadHint = "emptyUnreadHint";
    /// An empty view.
    EmptyArchived = "emptyArchived";
    /// Below it.
    EmptyArchivedHint = "emptyArchivedHint";
    /// The list could not be loaded.
    ErrorList = "errorList";
    /// A further page could not be loaded.
    ErrorMore = "errorMore";
    /// The proof is wrong.
    ErrorProof = "errorProof";
    /// What to do about it.
    ErrorProofHint = "errorProofHint";
    /// The proof has run out.
    ErrorExpired = "errorExpired";
    /// The key or the origin is not known.
    ErrorSetup = "errorSetup";
    /// Below it.
    ErrorSetupHint = "errorSetupHint";
    /// There was no answer.
    ErrorNetworkHint = "errorNetworkHint";
    /// The answer was an error.
    ErrorServerHint = "errorServerHint";
    /// A button.
    Retry = "retry";
    /// There is no proof.
    SignedOut = "signedOut";
    /// Below it.
    SignedOutHint = "signedOutHint";
    /// The thin line at the top.
    Offline = "offline";
    /// A change was taken back.
    NotSaved = "notSaved";
}

const ENGLISH: &str = include_str!("../locales/en.json");

/// The languages there are files for, besides English.
pub const OTHER_LANGUAGES: &[&str] = &["de"];

/// The texts of one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Texts {
    texts: Map<String, Value>,
    english: Map<String, Value>,
}

impl Texts {
    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self { texts: Map::new(), english: members(ENGLISH).unwrap_or_default() }
    }

    /// A language from its file; what it lacks is English. `None` if it is no JSON object.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        Some(Self { texts: members(json)?, ..Self::english() })
    }

    /// A text that does not depend on a number.
    #[must_use]
    pub fn get(&self, text: Text) -> &str {
        self.find(text.key(), Value::as_str).unwrap_or(text.key())
    }

    /// A text for a number: `category` is its plural category, `count` the number as it is to be written.
    #[must_use]
    pub fn plural(&self, text: Text, category: &str, count: &str) -> String {
        self.find(text.key(), |value| form(value, category)).unwrap_or(text.key()).replace("{count}", count)
    }

    fn find<'texts>(
        &'texts self,
        key: &str,
        read: impl Fn(&'texts Value) -> Option<&'texts str>,
    ) -> Option<&'texts str> {
        [&self.texts, &self.english].into_iter().find_map(|map| map.get(key).and_then(&read))
    }
}

fn members(json: &str) -> Option<Map<String, Value>> {
    match parse(json) {
        Some(Value::Object(members)) => Some(members),
        _ => None,
    }
}

fn form<'value>(value: &'value Value, category: &str) -> Option<&'value str> {
    match value {
        Value::Object(forms) => forms.get(category).or_else(|| forms.get("other")).and_then(Value::as_str),
        value => value.as_str(),
    }
}

/// The language of [`OTHER_LANGUAGES`] that serves a BCP 47 tag such as `de-AT`; `None` if English does.
#[must_use]
pub fn language_of(tag: &str) -> Option<&'static str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    OTHER_LANGUAGES.iter().copied().find(|language| language.eq_ignore_ascii_case(primary))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Map, Value};

    use super::{ENGLISH, OTHER_LANGUAGES, Text, Texts, language_of};

    fn file(language: &str) -> Map<String, Value> {
        let path = format!("{}/locales/{language}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn placeholders(value: &Value) -> BTreeSet<&str> {
        let text = value.get("other").unwrap_or(value).as_str().unwrap();
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
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
        let english: Map<String, Value> = serde_json::from_str(ENGLISH).unwrap();
        for language in OTHER_LANGUAGES {
            for (key, value) in &file(language) {
                assert_eq!(placeholders(value), placeholders(&english[key]), "{language} {key}");
                assert_eq!(value.is_object(), english[key].is_object(), "{language} {key}");
            }
        }
    }

    #[test]
    fn a_file_for_each_language_that_is_offered() {
        let folder = format!("{}/locales", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(files, OTHER_LANGUAGES.len() + 1);
    }

    #[test]
    fn a_number_takes_the_form_of_its_category() {
        let texts =
            Texts::from_json(r#"{"pill":{"one":"{count} neue","few":"{count} x","other":"{count} y"}}"#);
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
    fn a_tag_is_served_by_its_language() {
        assert_eq!(language_of("de-AT"), Some("de"));
        assert_eq!(language_of("DE"), Some("de"));
        assert_eq!(language_of("en-GB"), None);
        assert_eq!(language_of("tlh"), None);
    }
}

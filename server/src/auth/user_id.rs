//! User ids: which texts are one. What breaks a rule is refused with the reason and never folded into another id,
//! because two texts that one part of a system takes for the same user and another does not are how accounts are
//! taken over.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use unicode_normalization::is_nfc;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

const MAX_BYTES: usize = 256;

/// How a project writes its user ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserIdRule {
    /// No character that has a lowercase form other than itself.
    #[default]
    Lowercase,
    /// Upper and lower case are different users.
    Exact,
}

impl UserIdRule {
    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lowercase => "lowercase",
            Self::Exact => "exact",
        }
    }
}

/// A user id that keeps the rules of its project. Compared byte by byte, always together with the project.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Arc<str>);

/// Which rule a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserIdFault {
    /// There is nothing.
    #[error("the user id is empty")]
    Empty,
    /// More than 256 bytes.
    #[error("the user id is longer than 256 bytes of UTF-8")]
    TooLong,
    /// White space at the start or the end.
    #[error("the user id begins or ends with white space")]
    OuterWhiteSpace,
    /// A control character, a line or paragraph separator.
    #[error("the user id contains a control character")]
    Control,
    /// A character that shows nothing, such as a zero-width joiner or a direction mark.
    #[error("the user id contains an invisible format character")]
    Format,
    /// Not in Unicode normalization form C.
    #[error("the user id is not in Unicode normalization form C")]
    NotNormalized,
    /// An upper-case character.
    #[error("the user id contains an upper-case character; this project's ids are lowercase")]
    NotLowercase,
}

impl UserId {
    /// Reads a user id under a project's rule.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &str, rule: UserIdRule) -> Result<Self, UserIdFault> {
        if text.is_empty() {
            return Err(UserIdFault::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(UserIdFault::TooLong);
        }
        if text.trim() != text {
            return Err(UserIdFault::OuterWhiteSpace);
        }
        for character in text.chars() {
            match character.general_category() {
                GeneralCategory::Control
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator => return Err(UserIdFault::Control),
                GeneralCategory::Format => return Err(UserIdFault::Format),
                _ => {}
            }
        }
        if !is_nfc(text) {
            return Err(UserIdFault::NotNormalized);
        }
        if rule == UserIdRule::Lowercase
            && text.chars().any(|character| !character.to_lowercase().eq(std::iter::once(character)))
        {
            return Err(UserIdFault::NotLowercase);
        }
        Ok(Self(text.into()))
    }

    /// A user id that was checked when it was stored or signed.
    pub(crate) fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    /// Often an e-mail address: it does not belong in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserId(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{UserId, UserIdFault, UserIdRule};

    fn fault(text: &str) -> Option<UserIdFault> {
        UserId::parse(text, UserIdRule::Lowercase).err()
    }

    #[test]
    fn ordinary_ids_are_taken_as_they_are() {
        for text in [
            "user@example.com",
            "42",
            "beast~mailinator.com@marvel-x-men",
            "日本語",
            "ünïcode",
            "a b",
            "__proto__",
        ] {
            assert_eq!(UserId::parse(text, UserIdRule::Lowercase).unwrap().as_str(), text);
        }
    }

    #[test]
    fn each_rule_is_named() {
        assert_eq!(fault(""), Some(UserIdFault::Empty));
        assert_eq!(fault(&"a".repeat(257)), Some(UserIdFault::TooLong));
        assert_eq!(fault(&"ä".repeat(128)), None);
        assert_eq!(fault(" a"), Some(UserIdFault::OuterWhiteSpace));
        assert_eq!(fault("a\u{a0}"), Some(UserIdFault::OuterWhiteSpace));
        assert_eq!(fault("a\nb"), Some(UserIdFault::Control));
        assert_eq!(fault("a\u{2028}b"), Some(UserIdFault::Control));
        assert_eq!(fault("a\u{200b}b"), Some(UserIdFault::Format));
        assert_eq!(fault("a\u{202e}b"), Some(UserIdFault::Format));
        assert_eq!(fault("\u{feff}a"), Some(UserIdFault::Format));
        assert_eq!(fault("u\u{308}"), Some(UserIdFault::NotNormalized));
        assert_eq!(fault("User"), Some(UserIdFault::NotLowercase));
    }

    #[test]
    fn a_letter_that_only_looks_lowercase_after_folding_is_refused() {
        assert_eq!(fault("\u{212a}elvin"), Some(UserIdFault::NotNormalized), "the Kelvin sign");
        assert_eq!(fault("İ"), Some(UserIdFault::NotLowercase), "the dotted capital I");
        assert_eq!(fault("ı"), None, "the dotless i is a lowercase letter of its own");
    }

    #[test]
    fn an_exact_project_drops_only_the_rule_of_case() {
        assert!(UserId::parse("V1StGXR8_Z5jdHi6B-myT", UserIdRule::Exact).is_ok());
        assert_eq!(UserId::parse("A ", UserIdRule::Exact).err(), Some(UserIdFault::OuterWhiteSpace));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_kept_to_the_letter(text in "\\PC{1,40}") {
            if let Ok(id) = UserId::parse(&text, UserIdRule::Lowercase) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}

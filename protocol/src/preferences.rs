//! Which categories reach an inbox.

use serde::{Deserialize, Serialize};

/// The answer to `GET /preferences` and `PUT /preferences`: every category that the project has declared, that something
/// in this inbox has, or that the user has ever chosen about, by name. The body of `PUT /preferences`: those to change; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// The categories; in a body at most 200.
    pub categories: Vec<CategoryPreference>,
}

/// Whether a category reaches an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CategoryPreference {
    /// The category, as it is sent.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// What it is called in the reader's language, if the project has declared it. In a body it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub label: Option<String>,
    /// Whether its items are in the inbox. Those of one that is turned off are kept, and are back when it is turned on.
    pub enabled: bool,
    /// Whether that is the user's choice, if the project has declared it. In a body it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub can_be_turned_off: Option<bool>,
}

impl CategoryPreference {
    /// The choice about a category that nobody has declared.
    #[must_use]
    pub const fn new(name: String, enabled: bool) -> Self {
        Self { name, label: None, enabled, can_be_turned_off: None }
    }
}

#[cfg(test)]
mod tests {
    use super::{CategoryPreference, Preferences};

    #[test]
    fn preferences_are_written_as_they_are_read() {
        let json = r#"{"categories":[{"name":"billing","enabled":false}]}"#;
        let billing = CategoryPreference::new("billing".to_owned(), false);
        let preferences = Preferences { categories: vec![billing] };
        assert_eq!(serde_json::from_str::<Preferences>(json).unwrap(), preferences);
        assert_eq!(serde_json::to_string(&preferences).unwrap(), json);
    }

    #[test]
    fn an_unknown_member_is_refused() {
        for json in [
            r#"{"categories":[],"muted":true}"#,
            r#"{"categories":[{"name":"billing","enabled":false,"sound":true}]}"#,
        ] {
            assert!(serde_json::from_str::<Preferences>(json).is_err(), "{json}");
        }
    }
}

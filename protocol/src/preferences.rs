//! Which categories reach an inbox.

use serde::{Deserialize, Serialize};

/// The answer to `GET /preferences` and `PUT /preferences`: every category that something in this inbox has, and every one
/// that the user has ever turned off, by name. The body of `PUT /preferences`: those to change; what is not named stays.
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
#[serde(deny_unknown_fields)]
pub struct CategoryPreference {
    /// The category, as it is sent.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// Whether its items are in the inbox. Those of one that is turned off are kept, and are back when it is turned on.
    pub enabled: bool,
}

#[cfg(test)]
mod tests {
    use super::{CategoryPreference, Preferences};

    #[test]
    fn preferences_are_written_as_they_are_read() {
        let json = r#"{"categories":[{"name":"billing","enabled":false}]}"#;
        let billing = CategoryPreference { name: "billing".to_owned(), enabled: false };
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

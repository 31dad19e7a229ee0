//! What a notification says, in one language or in several.

use std::{borrow::Cow, collections::BTreeMap};

use notification_bell_protocol::Item;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::languages::{Languages, Locale};

/// What a notification says in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// 1 to 256 characters on one line.
    pub title: String,
    /// Up to 4,096 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What is on the buttons, by their ids: 1 to 64 characters on one line each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, String>,
}

/// Texts in several languages, as they are kept with a notification: rendered and checked.
pub type TextsByLocale = BTreeMap<Locale, Texts>;

/// Puts an item into the language of its reader, if there is one that fits; else it stays in the one it has.
///
/// # Errors
/// If these are no texts.
pub(super) fn translate(
    item: &mut Item,
    texts: &str,
    languages: &Languages,
) -> Result<(), serde_json::Error> {
    if languages.is_empty() {
        return Ok(());
    }
    // Only what is picked is read: there may be many, and they may be long.
    let by_locale: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(texts)?;
    let Some(picked) =
        languages.pick(&by_locale.keys().map(AsRef::as_ref)).and_then(|tag| by_locale.get(tag))
    else {
        return Ok(());
    };
    let Texts { title, body, mut actions } = serde_json::from_str(picked.get())?;
    (item.title, item.body) = (title, body);
    for action in &mut item.actions {
        if let Some(label) = actions.remove(&action.id) {
            action.label = label;
        }
    }
    Ok(())
}

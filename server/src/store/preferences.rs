//! Which categories reach an inbox.

use async_trait::async_trait;
use notification_bell_protocol::{CategoryPreference, Preferences};

use super::{StoreError, UserRef};
use crate::languages::Languages;

/// The preferences of a database's users.
///
/// What is in a category that a user has turned off is stored and changed by time like everything else, but to
/// [`InboxStore`](super::InboxStore) it is not there: not in lists and numbers, not among changes, not to be changed.
#[async_trait]
pub trait PreferenceStore: Send + Sync {
    /// Every category that something in this inbox has, wherever it is, every one that was ever turned off or on, and every
    /// one that is declared, which is called what its reader calls it.
    async fn preferences(&self, user: &UserRef, languages: &Languages) -> Result<Preferences, StoreError>;

    /// Changes those that are named, each at most once; those that cannot be turned off stay as they are. `None`, and nothing has changed, if more than `most` choices
    /// would have to be remembered.
    ///
    /// A change raises the revision, and older ones cannot be resumed from: what came to be there or not to be there
    /// can be told by no list of changes.
    async fn set_preferences(
        &self,
        user: &UserRef,
        choices: Vec<CategoryPreference>,
        most: usize,
        languages: &Languages,
    ) -> Result<Option<Preferences>, StoreError>;
}

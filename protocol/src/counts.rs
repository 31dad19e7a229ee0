//! How much there is in an inbox.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The numbers of the view `all` (neither archived nor snoozed), as of one revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// Items the user has not had on screen yet.
    pub unseen: u64,
    /// Items the user has not acted on yet: the number on the badge.
    pub unread: u64,
    /// All items.
    pub total: u64,
    /// Unread items of each category; a category without any is left out.
    pub categories: BTreeMap<String, u64>,
}

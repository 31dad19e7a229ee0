//! How far a view has been loaded, and which items belong to it.

use notification_bell_protocol::{Item, ItemId, Timestamp, View};

/// What items are ordered by: see [`Item::sort_key`].
pub(super) type Key = (Timestamp, ItemId);

/// The loaded part of a view: from the newest down to some item.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub(super) is_loaded: bool,
    /// The last item of the last page; `None` if nothing lies beyond it.
    pub(super) oldest: Option<Key>,
    pub(super) next: Option<String>,
}

pub(super) fn key_of(item: &Item) -> Key {
    let (moment, id) = item.sort_key();
    (moment, id.to_owned())
}

pub(super) fn belongs(item: &Item, view: View, now: Timestamp) -> bool {
    let is_archived = item.archived_at.is_some();
    let is_snoozed = item.snoozed_until.is_some_and(|until| until > now);
    match view {
        View::All => !is_archived && !is_snoozed,
        View::Unread => !is_archived && !is_snoozed && item.read_at.is_none(),
        View::Archived => is_archived,
        View::Snoozed => is_snoozed && !is_archived,
    }
}

/// The place of a view's window.
pub(super) const fn index_of(view: View) -> usize {
    match view {
        View::All => 0,
        View::Unread => 1,
        View::Archived => 2,
        View::Snoozed => 3,
    }
}

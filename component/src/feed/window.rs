//! How far a list has been loaded, and which items belong to it.

use notification_bell_protocol::{Item, ItemId, Timestamp, View};

/// What the items of a list are ordered by, descending: see [`List::key`].
pub(super) type Key = (Timestamp, ItemId);

/// What is listed: a view, or one category of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The view.
    pub view: View,
    /// Only this category.
    pub category: Option<String>,
}

impl List {
    /// What a moment counts for in it: of what is snoozed, the soonest is first.
    #[must_use]
    pub fn rank(&self, moment: Timestamp) -> Timestamp {
        if self.view == View::Snoozed { Timestamp::from_unix_ms(-moment.unix_ms()) } else { moment }
    }

    /// What an item is ordered by in it.
    pub(super) fn key<'item>(&self, item: &'item Item) -> (Timestamp, &'item str) {
        let (moment, id) = item.sort_key();
        (self.rank(moment), id)
    }

    pub(super) fn own_key(&self, item: &Item) -> Key {
        let (rank, id) = self.key(item);
        (rank, id.to_owned())
    }

    /// Whether an item is in it.
    pub(super) fn has(&self, item: &Item, now: Timestamp) -> bool {
        self.is_of_category(item) && belongs(item, self.view, now)
    }

    /// The same for one that may have expired.
    pub(super) fn places(&self, item: &Item, now: Timestamp) -> bool {
        self.is_of_category(item) && is_placed(item, self.view, now)
    }

    pub(super) fn is_of_category(&self, item: &Item) -> bool {
        self.category.as_ref().is_none_or(|name| item.category.as_ref() == Some(name))
    }
}

impl From<View> for List {
    fn from(view: View) -> Self {
        Self { view, category: None }
    }
}

/// The loaded part of a list: from the newest down to some item.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub(super) is_loaded: bool,
    /// The last item of the last page; `None` if nothing lies beyond it.
    pub(super) oldest: Option<Key>,
    pub(super) next: Option<String>,
    /// Whether it is loaded again, and has not come as far as it was.
    pub(super) catches_up: bool,
    /// How far it was: what lies there is listed meanwhile. `None` if that was the end.
    pub(super) held: Option<Key>,
}

impl Window {
    /// Whether it has been loaded as far as this. Beyond, there may be others in between that are not known yet.
    pub(super) fn reaches(&self, key: (Timestamp, &str)) -> bool {
        is_within(self.oldest.as_ref(), key) || self.catches_up && is_within(self.held.as_ref(), key)
    }
}

/// Whether something is not older than a bound.
pub(super) fn is_within(oldest: Option<&Key>, key: (Timestamp, &str)) -> bool {
    oldest.is_none_or(|(moment, id)| key >= (*moment, id.as_str()))
}

/// Whether an item is shown in a view: it is in its place, and its time has not passed.
pub(super) fn belongs(item: &Item, view: View, now: Timestamp) -> bool {
    item.expires_at.is_none_or(|end| end > now) && is_placed(item, view, now)
}

/// The same for one that may have expired.
pub(super) fn is_placed(item: &Item, view: View, now: Timestamp) -> bool {
    let is_archived = item.archived_at.is_some();
    let is_snoozed = item.snoozed_until.is_some_and(|until| until > now);
    match view {
        View::All => !is_archived && !is_snoozed,
        View::Unread => !is_archived && !is_snoozed && item.read_at.is_none(),
        View::Archived => is_archived,
        View::Snoozed => is_snoozed && !is_archived,
    }
}

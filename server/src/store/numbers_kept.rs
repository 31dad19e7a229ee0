//! What every database keeps as numbers, and how the numbers of an inbox follow from the states of its items.

use std::collections::BTreeMap;

use notification_bell_protocol::{Counts, Priority, Timestamp};

use super::{Happening, Happenings, ItemState, Place};

/// The state of an item that nobody has touched.
pub(super) const NEW: ItemState = ItemState {
    place: Place::Inbox,
    seen_at: None,
    read_at: None,
    archived_at: None,
    snoozed_until: None,
    actions_done: Vec::new(),
    happened: Happenings::NONE,
};

/// How a place is kept; released, so never another one.
pub(super) const fn place_number(place: Place) -> i64 {
    match place {
        Place::Inbox => 0,
        Place::Archived => 1,
        Place::Snoozed => 2,
        Place::Removed => 3,
    }
}

pub(super) const fn place(number: i64) -> Place {
    match number {
        0 => Place::Inbox,
        1 => Place::Archived,
        2 => Place::Snoozed,
        _ => Place::Removed,
    }
}

/// How a priority is kept; released, so never another one.
pub(super) const fn priority_number(priority: Priority) -> i64 {
    match priority {
        Priority::Low => -1,
        Priority::Normal => 0,
        Priority::High => 1,
    }
}

pub(super) const fn priority(number: i64) -> Priority {
    match number {
        ..=-1 => Priority::Low,
        0 => Priority::Normal,
        1.. => Priority::High,
    }
}

/// A number that should not be negative, as those who read it see it.
pub(super) fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// What was ever done with an item, as its state says.
pub(super) fn happened(state: &ItemState) -> Happenings {
    state
        .happened
        .with_if(Happening::Seen, state.seen_at.is_some())
        .with_if(Happening::Read, state.read_at.is_some())
        .with_if(Happening::Archived, state.archived_at.is_some())
}

/// What an item in a state is sorted by: when it came, or came back.
pub(super) fn position(state: &ItemState, created_at: Timestamp) -> Timestamp {
    state.snoozed_until.map_or(created_at, |until| until.max(created_at))
}

/// When time itself changes an item in a state next.
pub(super) fn due_at(state: &ItemState, expires_at: Option<Timestamp>) -> Option<Timestamp> {
    let returns_at = state.snoozed_until.filter(|_| state.place == Place::Snoozed);
    match state.place {
        Place::Removed => None,
        _ => [expires_at, returns_at].into_iter().flatten().min(),
    }
}

/// How much an item in a state adds to the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) unseen: i64,
    pub(super) unread: i64,
    pub(super) total: i64,
    /// Wherever it is: what makes its category one of this inbox.
    pub(super) stored: i64,
}

impl Weight {
    /// What is seen of it, with what is shared, all of which is in the inbox, unseen and unread.
    pub(super) fn counts(
        mut self,
        mut categories: BTreeMap<String, u64>,
        shared: &[(Option<String>, i64)],
    ) -> Counts {
        for (category, number_of) in shared {
            self.unseen += number_of;
            self.unread += number_of;
            self.total += number_of;
            if let Some(category) = category {
                *categories.entry(category.clone()).or_default() += number(*number_of);
            }
        }
        Counts {
            unseen: number(self.unseen),
            unread: number(self.unread),
            total: number(self.total),
            categories,
        }
    }

    fn of(state: &ItemState) -> Self {
        let in_inbox = state.place == Place::Inbox;
        Self {
            unseen: i64::from(in_inbox && state.seen_at.is_none()),
            unread: i64::from(in_inbox && state.read_at.is_none()),
            total: i64::from(in_inbox),
            stored: i64::from(state.place != Place::Removed),
        }
    }

    fn change(&mut self, before: Self, after: Self) {
        self.unseen += after.unseen - before.unseen;
        self.unread += after.unread - before.unread;
        self.total += after.total - before.total;
        self.stored += after.stored - before.stored;
    }
}

/// What several changes of one user's items do to the numbers.
#[derive(Debug, Default)]
pub(super) struct Delta {
    pub(super) all: Weight,
    pub(super) categories: BTreeMap<String, Weight>,
}

impl Delta {
    /// An item of a category went from one state to another; from nothing, when it is new.
    pub(super) fn add(&mut self, category: Option<&str>, before: Option<&ItemState>, after: &ItemState) {
        let (before, after) = (before.map(Weight::of).unwrap_or_default(), Weight::of(after));
        self.all.change(before, after);
        if let Some(category) = category.filter(|_| after != before) {
            self.categories.entry(category.to_owned()).or_default().change(before, after);
        }
    }
}

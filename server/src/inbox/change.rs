//! What a user may do with an item, and what follows from it.

use notification_bell_protocol::{ItemId, ItemPatch, MarkSet, Timestamp};
use uuid::Uuid;

use crate::{
    error::Error,
    store::{Happening, ItemState, Place},
};

const MAX_SNOOZE_MS: i64 = 366 * 86_400_000;
const MAX_IDS: usize = 1_000;
/// Of more changed items than this, an answer names none.
const MAX_CHANGED: usize = 10_000;

/// A change that does not contradict itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change(ItemPatch);

impl Change {
    pub(super) fn of_patch(patch: ItemPatch, now: Timestamp) -> Result<Self, Error> {
        if patch == ItemPatch::default() {
            return Err(Error::invalid_value("", "must have at least one member"));
        }
        if patch.seen == Some(false) && (patch.read == Some(true) || patch.action_done.is_some()) {
            return Err(Error::invalid_value("/seen", "cannot be false for what was read or acted on"));
        }
        if patch.clicked == Some(false) {
            return Err(Error::invalid_value("/clicked", "can only be true: a click is not taken back"));
        }
        if patch.clicked.is_some() && (patch.seen == Some(false) || patch.read == Some(false)) {
            return Err(Error::invalid_value("/clicked", "cannot go with read or seen: false"));
        }
        if let Some(Some(until)) = patch.snoozed_until {
            if patch.archived == Some(true) {
                return Err(Error::invalid_value("/snoozedUntil", "cannot go with archived: true"));
            }
            if until <= now || until > now.plus_ms(MAX_SNOOZE_MS) {
                return Err(Error::invalid_value("/snoozedUntil", "must be within the year to come"));
            }
        }
        Ok(Self(patch))
    }

    pub(super) fn of_mark(set: MarkSet) -> Result<Self, Error> {
        if set == MarkSet::default() {
            return Err(Error::invalid_value("/set", "must have at least one member"));
        }
        if set.seen == Some(false) && set.read == Some(true) {
            return Err(Error::invalid_value("/set/seen", "cannot be false for what was read"));
        }
        let MarkSet { seen, read, archived } = set;
        Ok(Self(ItemPatch { seen, read, archived, ..ItemPatch::default() }))
    }

    /// Which items are meant when none is named: those of the inbox, but for bringing back, those of the archive.
    pub(super) fn selected_place(&self) -> Place {
        if self.0.archived == Some(false) { Place::Archived } else { Place::Inbox }
    }

    pub(super) fn action_done(&self) -> Option<&str> {
        self.0.action_done.as_deref()
    }

    /// Whether time will change the item again.
    pub(super) fn is_timed(&self) -> bool {
        matches!(self.0.snoozed_until, Some(Some(_)))
    }

    /// The same for what is read, or unread, alone.
    pub(super) fn apply_where(&self, read: Option<bool>, state: ItemState, now: Timestamp) -> ItemState {
        if read.is_some_and(|read| state.read_at.is_some() != read) { state } else { self.apply(state, now) }
    }

    /// The state after the change. Applied twice, it is the same as applied once.
    pub(super) fn apply(&self, mut state: ItemState, now: Timestamp) -> ItemState {
        match self.0.seen {
            Some(true) => state.seen_at = state.seen_at.or(Some(now)),
            Some(false) => (state.seen_at, state.read_at) = (None, None),
            None => {}
        }
        let is_used = self.0.clicked.is_some() || self.0.action_done.is_some();
        let read = if is_used { self.0.read.or(Some(true)) } else { self.0.read };
        state.happened = state.happened.with_if(Happening::Clicked, self.0.clicked.is_some());
        match read {
            Some(true) => {
                state.read_at = state.read_at.or(Some(now));
                state.seen_at = state.seen_at.or(Some(now));
            }
            Some(false) => state.read_at = None,
            None => {}
        }
        match self.0.archived {
            Some(true) => {
                state.archived_at = state.archived_at.or(Some(now));
                state.snoozed_until = state.snoozed_until.filter(|_| state.place == Place::Inbox);
                state.place = Place::Archived;
            }
            Some(false) if state.place == Place::Archived => {
                state.archived_at = None;
                state.place = Place::Inbox;
            }
            _ => {}
        }
        match self.0.snoozed_until {
            Some(Some(until)) => {
                state.archived_at = None;
                state.snoozed_until = Some(until);
                state.place = Place::Snoozed;
            }
            Some(None) => {
                state.snoozed_until = None;
                if state.place == Place::Snoozed {
                    state.place = Place::Inbox;
                }
            }
            None => {}
        }
        if let Some(action) = &self.0.action_done
            && !state.actions_done.contains(action)
        {
            state.actions_done.push(action.clone());
        }
        state
    }
}

/// What becomes of an item when its snooze ends: it counts as new, and keeps the moment it came back at.
pub(super) fn returned(state: ItemState) -> ItemState {
    ItemState { place: Place::Inbox, seen_at: None, read_at: None, ..state }
}

/// Adds to the ids of what is changed, as long as an answer names them.
pub(super) fn note_changed(changed: Option<Vec<ItemId>>, more: &[Uuid]) -> Option<Vec<ItemId>> {
    let mut changed = changed.filter(|own| own.len() + more.len() <= MAX_CHANGED)?;
    changed.extend(more.iter().map(Uuid::to_string));
    Some(changed)
}

/// The ids of a request. What is no id at all names no item, and is skipped as an unknown one is.
pub(super) fn item_ids(ids: &[ItemId]) -> Result<Vec<Uuid>, Error> {
    if ids.len() > MAX_IDS {
        return Err(Error::invalid_value("/ids", format!("must have at most {MAX_IDS} entries")));
    }
    Ok(ids.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect())
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::{ItemPatch, MarkSet, Timestamp};
    use proptest::prelude::*;

    use super::{Change, returned};
    use crate::store::{Happening, Happenings, ItemState, Place};

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

    fn fresh() -> ItemState {
        ItemState {
            place: Place::Inbox,
            seen_at: None,
            read_at: None,
            archived_at: None,
            snoozed_until: None,
            actions_done: Vec::new(),
            happened: Happenings::NONE,
        }
    }

    fn apply(patch: ItemPatch, state: ItemState) -> ItemState {
        Change::of_patch(patch, NOW).unwrap().apply(state, NOW)
    }

    #[test]
    fn read_implies_seen_and_unseen_implies_unread() {
        let read = apply(ItemPatch { read: Some(true), ..ItemPatch::default() }, fresh());
        assert_eq!((read.seen_at, read.read_at), (Some(NOW), Some(NOW)));
        let unread = apply(ItemPatch { read: Some(false), ..ItemPatch::default() }, read.clone());
        assert_eq!((unread.seen_at, unread.read_at), (Some(NOW), None));
        let unseen = apply(ItemPatch { seen: Some(false), ..ItemPatch::default() }, read);
        assert_eq!((unseen.seen_at, unseen.read_at), (None, None));
    }

    #[test]
    fn an_item_is_in_one_place() {
        let archived = apply(ItemPatch { archived: Some(true), ..ItemPatch::default() }, fresh());
        assert_eq!((archived.place, archived.archived_at), (Place::Archived, Some(NOW)));
        let until = NOW.plus_ms(60_000);
        let snoozed = apply(ItemPatch { snoozed_until: Some(Some(until)), ..ItemPatch::default() }, archived);
        assert_eq!(
            (snoozed.place, snoozed.archived_at, snoozed.snoozed_until),
            (Place::Snoozed, None, Some(until))
        );
        let again = apply(ItemPatch { archived: Some(true), ..ItemPatch::default() }, snoozed.clone());
        assert_eq!((again.place, again.snoozed_until), (Place::Archived, None));
        let back = apply(ItemPatch { snoozed_until: Some(None), ..ItemPatch::default() }, snoozed);
        assert_eq!((back.place, back.snoozed_until), (Place::Inbox, None));
    }

    #[test]
    fn an_item_that_comes_back_counts_as_new_and_keeps_the_moment() {
        let until = NOW.plus_ms(60_000);
        let read = apply(ItemPatch { read: Some(true), ..ItemPatch::default() }, fresh());
        let snoozed = apply(ItemPatch { snoozed_until: Some(Some(until)), ..ItemPatch::default() }, read);
        let back = returned(snoozed);
        assert_eq!(
            (back.place, back.read_at, back.seen_at, back.snoozed_until),
            (Place::Inbox, None, None, Some(until))
        );
    }

    #[test]
    fn using_an_action_reads_the_item() {
        let patch = ItemPatch { action_done: Some("accept".to_owned()), ..ItemPatch::default() };
        let done = apply(patch.clone(), fresh());
        assert_eq!((done.read_at, done.actions_done.as_slice()), (Some(NOW), &["accept".to_owned()][..]));
        assert_eq!(apply(patch, done.clone()), done);
    }

    #[test]
    fn a_click_reads_the_item_and_is_not_taken_back() {
        let patch = ItemPatch { clicked: Some(true), ..ItemPatch::default() };
        let clicked = apply(patch.clone(), fresh());
        assert_eq!((clicked.seen_at, clicked.read_at), (Some(NOW), Some(NOW)));
        assert!(clicked.happened.has(Happening::Clicked));
        assert_eq!(apply(patch, clicked.clone()), clicked);
        let unread = apply(ItemPatch { read: Some(false), ..ItemPatch::default() }, clicked);
        assert!(unread.happened.has(Happening::Clicked));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let until = Some(Some(NOW.plus_ms(60_000)));
        for patch in [
            ItemPatch::default(),
            ItemPatch { seen: Some(false), read: Some(true), ..ItemPatch::default() },
            ItemPatch { clicked: Some(false), ..ItemPatch::default() },
            ItemPatch { clicked: Some(true), read: Some(false), ..ItemPatch::default() },
            ItemPatch { clicked: Some(true), seen: Some(false), ..ItemPatch::default() },
            ItemPatch { archived: Some(true), snoozed_until: until, ..ItemPatch::default() },
            ItemPatch { snoozed_until: Some(Some(NOW)), ..ItemPatch::default() },
            ItemPatch { snoozed_until: Some(Some(NOW.plus_ms(367 * 86_400_000))), ..ItemPatch::default() },
        ] {
            assert!(Change::of_patch(patch.clone(), NOW).is_err(), "{patch:?}");
        }
        assert!(Change::of_mark(MarkSet::default()).is_err());
        assert!(Change::of_mark(MarkSet { seen: Some(false), read: Some(true), archived: None }).is_err());
    }

    proptest! {
        #[test]
        fn a_change_applied_twice_is_the_same_as_once(
            seen: Option<bool>, read: Option<bool>, archived: Option<bool>,
            snooze in proptest::option::of(proptest::option::of(1i64..1_000_000)),
            first: Option<bool>, second: Option<bool>,
        ) {
            let snoozed_until = snooze.map(|until| until.map(|ms| NOW.plus_ms(ms)));
            let patch = ItemPatch { seen, read, clicked: None, archived, snoozed_until, action_done: None };
            if let Ok(change) = Change::of_patch(patch, NOW) {
                let before = ItemPatch { read: first, archived: second, ..ItemPatch::default() };
                let state = Change::of_patch(before, NOW).map_or_else(|_| fresh(), |change| change.apply(fresh(), NOW));
                let once = change.apply(state, NOW);
                prop_assert_eq!(change.apply(once.clone(), NOW.plus_ms(5)), once.clone());
                prop_assert!(once.read_at.is_none() || once.seen_at.is_some());
                prop_assert_eq!(once.place == Place::Archived, once.archived_at.is_some());
            }
        }
    }
}

//! What has to be in an inbox, by what its user has done: a plain model, which knows nothing of revisions and servers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::shown::Shown;

/// How an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    is_seen: bool,
    is_read: bool,
    place: Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Inbox,
    Archived,
    Snoozed,
    Gone,
}

/// What a user can do to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Read,
    Unread,
    Archive,
    TakeBack,
    Snooze,
    WakeUp,
    Remove,
}

impl Deed {
    /// As the API takes it; a removal is a call of its own. What is put aside is so until the next day.
    pub(crate) fn set(self, next_day: &str) -> Value {
        match self {
            Self::Read => json!({"read": true}),
            Self::Unread => json!({"read": false}),
            Self::Archive => json!({"archived": true}),
            Self::TakeBack => json!({"archived": false}),
            Self::Snooze => json!({"snoozedUntil": next_day}),
            Self::WakeUp => json!({"snoozedUntil": null}),
            Self::Remove => unreachable!("nothing is set"),
        }
    }

    /// Whether a user who sees an item like this would do that to it.
    fn is_for(self, standing: Standing) -> bool {
        match self {
            Self::Read => standing.place == Place::Inbox && !standing.is_read,
            Self::Unread => standing.place == Place::Inbox && standing.is_read,
            Self::Archive | Self::Snooze => standing.place == Place::Inbox,
            Self::TakeBack => standing.place == Place::Archived,
            Self::WakeUp => standing.place == Place::Snoozed,
            Self::Remove => standing.place != Place::Gone,
        }
    }

    const fn done_to(self, standing: Standing) -> Standing {
        match self {
            Self::Read => Standing { is_seen: true, is_read: true, ..standing },
            Self::Unread => Standing { is_read: false, ..standing },
            Self::Archive => Standing { place: Place::Archived, ..standing },
            Self::TakeBack | Self::WakeUp => Standing { place: Place::Inbox, ..standing },
            Self::Snooze => Standing { place: Place::Snoozed, ..standing },
            Self::Remove => Standing { place: Place::Gone, ..standing },
        }
    }
}

/// One inbox.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Items that something was done to. All others are as they came.
    standings: BTreeMap<String, Standing>,
    /// What was asked for together and never answered: it was done to all of these, or to none.
    doubts: Vec<(Deed, Vec<String>)>,
    /// What was answered when it was asked for again. The first request may still be under way at a server that is cut off,
    /// and be done when that is back, after everything else: nobody can tell.
    late: BTreeMap<String, Deed>,
    left_alone: BTreeSet<String>,
    pub(crate) answered: usize,
}

impl Model {
    fn standing(&self, id: &str) -> Standing {
        self.standings.get(id).copied().unwrap_or_default()
    }

    /// Those of these that a user would do this to. One that is in doubt is left alone.
    pub(crate) fn candidates<'ids>(
        &self,
        deed: Deed,
        ids: impl Iterator<Item = &'ids String>,
    ) -> Vec<&'ids String> {
        ids.filter(|id| deed.is_for(self.standing(id)) && !self.left_alone.contains(*id)).collect()
    }

    /// Nothing is done to this one alone any more.
    pub(crate) fn leave_alone(&mut self, id: &str) {
        self.left_alone.insert(id.to_owned());
    }

    /// Those of these that are in the inbox, whatever is in doubt about them.
    pub(crate) fn in_inbox<'ids>(&self, ids: impl Iterator<Item = &'ids String>) -> Vec<String> {
        ids.filter(|id| self.standing(id).place == Place::Inbox).cloned().collect()
    }

    /// It was done, says the answer to the last of so many requests.
    pub(crate) fn done(&mut self, deed: Deed, ids: &[String], requests: usize) {
        self.answered += 1;
        for id in ids {
            self.standings.insert(id.clone(), deed.done_to(self.standing(id)));
            if requests > 1 && self.left_alone.insert(id.clone()) {
                self.late.insert(id.clone(), deed);
            }
        }
    }

    /// It was asked for, and nobody waited for the answer.
    pub(crate) fn doubt(&mut self, deed: Deed, ids: Vec<String>) {
        self.left_alone.extend(ids.iter().cloned());
        self.doubts.push((deed, ids));
    }

    /// Asserts that this is what has to be there of those that came: all that was answered was done, and of all else nothing
    /// by half.
    pub(crate) fn assert_holds(&self, came: &BTreeMap<String, String>, there: &Shown, user: &str) {
        let found = |id: &String| there.items.get(id).map_or_else(gone, standing);
        let is_as = |deed: Deed, id: &String, wanted: Standing| {
            // What is gone is neither read nor unread.
            let (found, wanted) = (found(id), deed.done_to(wanted));
            found == wanted || (found.place == Place::Gone && wanted.place == Place::Gone)
        };
        let ids: BTreeSet<_> = came.values().collect();
        let unknown: Vec<_> = there.items.keys().filter(|id| !ids.contains(id)).collect();
        assert!(unknown.is_empty(), "{user} has what nobody has sent: {unknown:?}");
        let doubted: BTreeSet<_> = self.doubts.iter().flat_map(|(_, ids)| ids).collect();
        for (title, id) in came {
            let wanted = self.standing(id);
            let is_right = found(id) == wanted
                || (found(id).place == Place::Gone && wanted.place == Place::Gone)
                || self.late.get(id).is_some_and(|deed| is_as(*deed, id, wanted));
            assert!(
                is_right || doubted.contains(id),
                "{title} of {user} is {:?} and has to be {wanted:?}",
                found(id)
            );
        }
        for (deed, ids) in &self.doubts {
            let is_done = ids.iter().all(|id| is_as(*deed, id, self.standing(id)));
            let is_not = ids.iter().all(|id| found(id) == self.standing(id));
            let standings: Vec<_> = ids.iter().map(found).collect();
            assert!(is_done || is_not, "{deed:?} of {user} was done by half: {standings:?}");
        }
    }
}

const fn gone() -> Standing {
    Standing { is_seen: false, is_read: false, place: Place::Gone }
}

fn standing(item: &Value) -> Standing {
    let place = if !item["archivedAt"].is_null() {
        Place::Archived
    } else if item["snoozedUntil"].is_null() {
        Place::Inbox
    } else {
        Place::Snoozed
    };
    Standing { is_seen: !item["seenAt"].is_null(), is_read: !item["readAt"].is_null(), place }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Deed, Model};
    use crate::shown::Shown;

    /// An inbox with these items: what each is, in words.
    fn inbox(items: &[(&str, &str)]) -> Shown {
        let item = |(id, words): &(&str, &str)| {
            let since = |word| if words.contains(word) { json!("then") } else { json!(null) };
            let item =
                json!({"seenAt": since("seen"), "readAt": since("read"), "archivedAt": since("archived")});
            ((*id).to_owned(), item)
        };
        Shown { items: items.iter().map(item).collect(), ..Shown::default() }
    }

    fn holds(model: &Model, items: &[(&str, &str)]) -> bool {
        let came: BTreeMap<_, _> = ["a", "b"].map(|id| (id.to_owned(), id.to_owned())).into();
        std::panic::catch_unwind(|| model.assert_holds(&came, &inbox(items), "u")).is_ok()
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn what_was_answered_holds_and_what_was_not_is_done_or_not_but_not_by_half() {
        let mut model = Model::default();
        assert!(holds(&model, &[("a", ""), ("b", "")]));
        assert!(!holds(&model, &[("a", "")]), "lost");
        assert!(!holds(&model, &[("a", ""), ("b", ""), ("c", "")]), "made up");
        model.done(Deed::Read, &ids(&["a", "b"]), 1);
        assert!(!holds(&model, &[("a", ""), ("b", "seen read")]), "not done");
        assert!(holds(&model, &[("a", "seen read"), ("b", "seen read")]));
        model.doubt(Deed::Archive, ids(&["a", "b"]));
        assert!(holds(&model, &[("a", "seen read"), ("b", "seen read")]));
        assert!(holds(&model, &[("a", "seen read archived"), ("b", "seen read archived")]));
        assert!(!holds(&model, &[("a", "seen read archived"), ("b", "seen read")]), "by half");
        assert!(!holds(&model, &[("a", "seen archived"), ("b", "seen archived")]), "not read any more");
    }

    #[test]
    fn what_was_asked_for_again_may_be_done_late() {
        let mut model = Model::default();
        model.done(Deed::Unread, &ids(&["a"]), 2);
        model.done(Deed::Read, &ids(&["a", "b"]), 1);
        assert!(holds(&model, &[("a", "seen read"), ("b", "seen read")]));
        assert!(holds(&model, &[("a", "seen"), ("b", "seen read")]));
        assert!(!holds(&model, &[("a", "seen read"), ("b", "seen")]), "it was answered at once");
        assert_eq!(model.candidates(Deed::Unread, ids(&["a", "b"]).iter()), ["b"]);
    }
}

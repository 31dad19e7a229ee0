//! What inboxes should be, kept in the plainest way: whoever receives something has an item of their own, at once.

use std::collections::{BTreeMap, BTreeSet};

use notification_bell_protocol::{Counts, Timestamp, View};
use uuid::Uuid;

use crate::store::{Happenings, ItemState, Place, Transition};

pub(super) const FRESH: ItemState = ItemState {
    place: Place::Inbox,
    seen_at: None,
    read_at: None,
    archived_at: None,
    snoozed_until: None,
    actions_done: Vec::new(),
    happened: Happenings::NONE,
};

pub(super) struct PlainItem {
    pub(super) category: Option<String>,
    /// The number of its notification: they are sent in this order.
    pub(super) number: u128,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    /// The step it came in, or came back in.
    pub(super) arrived: usize,
    pub(super) group_key: Option<String>,
    /// How many it stands for.
    pub(super) count: u32,
    pub(super) state: ItemState,
}

#[derive(Default)]
pub(super) struct PlainInbox {
    pub(super) items: BTreeMap<Uuid, PlainItem>,
    pub(super) topics: BTreeSet<String>,
    off: BTreeSet<String>,
    ever_off: BTreeSet<String>,
}

impl PlainInbox {
    pub(super) fn shows(&self, id: Uuid) -> bool {
        self.items.get(&id).is_some_and(|item| {
            item.state.place != Place::Removed
                && item.category.as_ref().is_none_or(|name| !self.off.contains(name))
        })
    }

    /// Something new takes the place of what is unread and of its group; gives for how many that stood.
    pub(super) fn fold(&mut self, key: &str) -> u32 {
        let repeated = self.items.values_mut().filter(|item| {
            item.group_key.as_deref() == Some(key)
                && item.state.place == Place::Inbox
                && item.state.read_at.is_none()
        });
        repeated
            .map(|item| {
                item.state.place = Place::Removed;
                item.count
            })
            .sum()
    }

    /// What the user does with one item.
    pub(super) fn change(&mut self, id: Uuid, step: usize, transition: &Transition) {
        if self.shows(id)
            && let Some(item) = self.items.get_mut(&id)
        {
            item.turn_into(transition(item.state.clone()), step);
        }
    }

    /// What the user does with all that is in the inbox, of one category, and arrived by a step.
    pub(super) fn mark(
        &mut self,
        category: Option<&String>,
        up_to: usize,
        step: usize,
        transition: &Transition,
    ) {
        let reached = self.items.iter().filter(|(_, item)| {
            item.state.place == Place::Inbox
                && item.arrived <= up_to
                && (category.is_none() || item.category.as_ref() == category)
        });
        for id in reached.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.change(id, step, transition);
        }
    }

    pub(super) fn turn(&mut self, name: &str, on: bool) {
        if on {
            self.off.remove(name);
        } else {
            self.off.insert(name.to_owned());
            self.ever_off.insert(name.to_owned());
        }
    }

    pub(super) fn has_off(&self, name: &str) -> bool {
        self.off.contains(name)
    }

    pub(super) fn pass_time(&mut self, now: Timestamp, step: usize, returned: &Transition) {
        for item in self.items.values_mut().filter(|item| item.state.place != Place::Removed) {
            if item.expires_at.is_some_and(|at| at <= now) {
                item.state.place = Place::Removed;
            } else if item.state.place == Place::Snoozed
                && item.state.snoozed_until.is_some_and(|at| at <= now)
            {
                item.turn_into(returned(item.state.clone()), step);
            }
        }
    }

    /// The ids of a view, in its order.
    pub(super) fn ids(&self, view: View) -> Vec<String> {
        let place = match view {
            View::All | View::Unread => Place::Inbox,
            View::Archived => Place::Archived,
            View::Snoozed => Place::Snoozed,
        };
        let mut shown: Vec<_> = self
            .items
            .iter()
            .filter(|(id, item)| {
                self.shows(**id)
                    && item.state.place == place
                    && !(view == View::Unread && item.state.read_at.is_some())
            })
            .collect();
        shown.sort_by_key(|(_, item)| {
            let moment = item.state.snoozed_until.map_or(item.created_at, |at| at.max(item.created_at));
            let rank = if view == View::Snoozed { -moment.unix_ms() } else { moment.unix_ms() };
            (rank, item.number)
        });
        shown.into_iter().rev().map(|(id, _)| id.to_string()).collect()
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (id, item) in &self.items {
            if !self.shows(*id) || item.state.place != Place::Inbox {
                continue;
            }
            counts.total += 1;
            counts.unseen += u64::from(item.state.seen_at.is_none());
            counts.unread += u64::from(item.state.read_at.is_none());
            if let Some(name) = item.category.as_ref().filter(|_| item.state.read_at.is_none()) {
                *counts.categories.entry(name.clone()).or_default() += 1;
            }
        }
        counts
    }

    pub(super) fn preferences(&self) -> Vec<(String, bool)> {
        let stored = self.items.values().filter(|item| item.state.place != Place::Removed);
        let mut names: BTreeSet<&String> = stored.filter_map(|item| item.category.as_ref()).collect();
        names.extend(&self.ever_off);
        names.into_iter().map(|name| (name.clone(), !self.off.contains(name))).collect()
    }
}

impl PlainItem {
    fn turn_into(&mut self, state: ItemState, step: usize) {
        if self.state.place == Place::Snoozed && state.place == Place::Inbox {
            self.arrived = step;
        }
        self.state = state;
    }
}

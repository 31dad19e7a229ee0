//! An inbox against a model of it: whatever is done to both, they show the same, and so does a client that only follows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use notification_bell_protocol::{Counts, Item, View};
use uuid::Uuid;

use super::{
    ANY, Bench, NOW, everything, notification,
    preferences::{archived, items, preferences, turn},
    read, removed, snoozed,
};
use crate::store::{Changes, Happenings, ItemState, NewNotification, Place, Selection, Transition, UserRef};

const VIEWS: [View; 4] = [View::All, View::Unread, View::Archived, View::Snoozed];

/// What an inbox should be, kept in the plainest way.
#[derive(Default)]
struct Model {
    items: BTreeMap<Uuid, (Option<String>, ItemState)>,
    off: BTreeSet<String>,
    ever_off: BTreeSet<String>,
}

impl Model {
    fn is_shown(&self, id: Uuid) -> bool {
        self.items.get(&id).is_some_and(|(category, state)| {
            state.place != Place::Removed && category.as_ref().is_none_or(|name| !self.off.contains(name))
        })
    }

    fn change(&mut self, id: Uuid, transition: &Transition) {
        if self.is_shown(id)
            && let Some((_, state)) = self.items.get_mut(&id)
        {
            *state = transition(state.clone());
        }
    }

    fn ids(&self, view: View) -> BTreeSet<String> {
        let shown = self.items.iter().filter(|(id, (_, state))| {
            let place = match view {
                View::All | View::Unread => Place::Inbox,
                View::Archived => Place::Archived,
                View::Snoozed => Place::Snoozed,
            };
            self.is_shown(**id) && state.place == place && !(view == View::Unread && state.read_at.is_some())
        });
        shown.map(|(id, _)| id.to_string()).collect()
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (id, (category, state)) in &self.items {
            if !self.is_shown(*id) || state.place != Place::Inbox {
                continue;
            }
            counts.total += 1;
            counts.unseen += u64::from(state.seen_at.is_none());
            counts.unread += u64::from(state.read_at.is_none());
            if let Some(name) = category.as_ref().filter(|_| state.read_at.is_none()) {
                *counts.categories.entry(name.clone()).or_default() += 1;
            }
        }
        counts
    }

    fn preferences(&self) -> Vec<(String, bool)> {
        let stored = self.items.values().filter(|(_, state)| state.place != Place::Removed);
        let mut names: BTreeSet<&String> = stored.filter_map(|(category, _)| category.as_ref()).collect();
        names.extend(&self.ever_off);
        names.into_iter().map(|name| (name.clone(), !self.off.contains(name))).collect()
    }
}

/// A client that knows what it is told by changes alone, and loads the lists when it is told to.
#[derive(Default)]
struct Follower {
    revision: String,
    known: BTreeMap<String, Item>,
}

impl Follower {
    async fn catch_up(&mut self, bench: &Bench, user: &UserRef) {
        match bench.store.changes(user, &self.revision, ANY).await.unwrap() {
            Changes::Since(sync) => {
                self.known.extend(sync.changed.into_iter().map(|item| (item.id.clone(), item)));
                for id in sync.removed {
                    assert!(self.known.remove(&id).is_some(), "told of an item that was never shown");
                }
                self.revision = sync.revision;
            }
            Changes::Reset(sync) => {
                self.known = shown(bench, user).await;
                self.revision = sync.revision;
            }
        }
    }
}

async fn shown(bench: &Bench, user: &UserRef) -> BTreeMap<String, Item> {
    let mut shown = BTreeMap::new();
    for view in VIEWS {
        shown.extend(items(bench, user, view).await.into_iter().map(|item| (item.id.clone(), item)));
    }
    shown
}

pub(in crate::store) async fn an_inbox_is_what_the_plainest_model_says(bench: Bench) {
    let transitions: [Transition; 7] = [
        read(),
        Arc::new(|state| ItemState { read_at: None, ..state }),
        Arc::new(|state| ItemState { seen_at: Some(NOW), ..state }),
        archived(),
        Arc::new(|state| ItemState { place: Place::Inbox, archived_at: None, ..state }),
        snoozed(NOW.plus_ms(1_000)),
        removed(),
    ];
    for (name, mut walk) in [("a", 1_u64), ("b", 77), ("c", 4_711)] {
        let user = bench.user(name);
        let mut model = Model::default();
        let mut follower = Follower::default();
        let first = u128::from(walk) * 1_000;
        let mut sent = 0;
        let mut next = |below: u64| {
            walk = walk.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (walk >> 33) % below
        };
        for _ in 0..150 {
            let category =
                ["x", "y", "z"].get(usize::try_from(next(4)).unwrap()).map(|name| (*name).to_owned());
            let transition = &transitions[usize::try_from(next(7)).unwrap()];
            match next(8) {
                0..=2 => {
                    sent += 1;
                    let id = Uuid::from_u128(first + sent);
                    let new = NewNotification { category: category.clone(), id, ..notification(sent) };
                    bench.send(&[name], new).await;
                    let state = ItemState {
                        place: Place::Inbox,
                        seen_at: None,
                        read_at: None,
                        archived_at: None,
                        snoozed_until: None,
                        actions_done: Vec::new(),
                        happened: Happenings::NONE,
                    };
                    model.items.insert(id, (category, state));
                }
                3..=5 => {
                    let id = Uuid::from_u128(first + 1 + u128::from(next(40)));
                    let changed =
                        bench.store.change_item(&user, id, NOW, Arc::clone(transition), ANY).await.unwrap();
                    assert_eq!(changed.is_some(), model.is_shown(id));
                    model.change(id, transition);
                }
                6 => {
                    let selection = Selection { category: category.clone(), ..everything() };
                    bench.store.change_items(&user, selection, NOW, read()).await.unwrap();
                    let reached: Vec<Uuid> = model
                        .items
                        .iter()
                        .filter(|(_, (of, state))| {
                            state.place == Place::Inbox && (category.is_none() || *of == category)
                        })
                        .map(|(id, _)| *id)
                        .collect();
                    for id in reached {
                        model.change(id, &read());
                    }
                }
                _ => {
                    let name = category.unwrap_or_else(|| "never sent".to_owned());
                    let enabled = next(2) == 0;
                    turn(&bench, &user, &name, enabled).await;
                    if enabled {
                        model.off.remove(&name);
                    } else {
                        model.off.insert(name.clone());
                        model.ever_off.insert(name);
                    }
                }
            }
            assert_eq!(bench.counts(&user).await, model.counts());
            assert_eq!(preferences(&bench, &user).await, model.preferences());
            for view in VIEWS {
                let ids: BTreeSet<String> = bench.ids(&user, view).await.into_iter().collect();
                assert_eq!(ids, model.ids(view), "{view:?}");
            }
            follower.catch_up(&bench, &user).await;
            assert_eq!(follower.known, shown(&bench, &user).await);
        }
    }
}

//! Inboxes of several users against the plainest model of them: whatever is sent to some, to topics and to everyone, and
//! whatever the users do, both show the same, and so does every client, from whichever earlier state it goes on.

mod comparing;

use std::{collections::BTreeMap, sync::Arc};

use notification_bell_protocol::{Item, Timestamp};
use uuid::Uuid;

use super::{
    ANY, Bench, NOW, everything, notification,
    plain_inboxes::{FRESH, PlainInbox, PlainItem},
    preferences::{archived, turn},
    project, read, removed, returned, snoozed,
    steps::{check_step, standings},
};
use crate::store::{
    Audience, ItemState, NewNotification, Place, Selection, Transition, UserRef, conformance::entry,
};

/// Nothing is known of any of them before they act, are written to or are put into a topic.
const USERS: [&str; 4] = ["a", "b", "c", "d"];
const TOPICS: [&str; 2] = ["releases", "team"];
const STEPS: usize = 80;

/// What a client knew at a step.
struct Snapshot {
    step: usize,
    revision: String,
    known: BTreeMap<String, Item>,
}

/// One user, as the model has them and as clients have seen them.
struct Reader {
    user: UserRef,
    inbox: PlainInbox,
    /// After the last choice of categories, across which nothing can be resumed.
    snapshots: Vec<Snapshot>,
}

struct Walk {
    bench: Bench,
    readers: Vec<Reader>,
    random: u64,
    /// No notification of another project has an id from here on.
    first_id: u128,
    sent: u128,
    shared: Vec<Uuid>,
    now: Timestamp,
    step: usize,
}

impl Walk {
    fn below(&mut self, limit: usize) -> usize {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap() % limit
    }

    fn category(&mut self) -> Option<String> {
        ["x", "y", "z"].get(self.below(4)).map(|name| (*name).to_owned())
    }

    fn transition(&mut self) -> Transition {
        let transitions: [Transition; 7] = [
            read(),
            Arc::new(|state| ItemState { read_at: None, ..state }),
            Arc::new(|state| ItemState { seen_at: Some(NOW), ..state }),
            archived(),
            Arc::new(|state| ItemState { place: Place::Inbox, archived_at: None, ..state }),
            snoozed(self.now.plus_ms(2_000)),
            removed(),
        ];
        Arc::clone(&transitions[self.below(7)])
    }

    fn any_id(&mut self) -> Uuid {
        let sent = usize::try_from(self.sent).unwrap() + 1;
        Uuid::from_u128(self.first_id + u128::try_from(self.below(sent)).unwrap() + 1)
    }

    async fn send(&mut self, audience: Audience) {
        self.sent += 1;
        let id = Uuid::from_u128(self.first_id + self.sent);
        let category = self.category();
        let group_key = ["g", "h"].get(self.below(5)).map(|key| (*key).to_owned());
        let expires_at = (self.below(4) == 0).then(|| self.now.plus_ms(3_000));
        let new = NewNotification {
            id,
            category: category.clone(),
            created_at: self.now,
            expires_at,
            group_key: group_key.clone(),
            ..notification(self.sent)
        };
        let known = standings(&self.bench, self.readers.iter().map(|reader| &reader.user)).await;
        let project = self.bench.project.key;
        let sent = self.bench.store.send(project, new, audience.clone(), None).await.unwrap();
        check_step(&self.bench, &known, &audience, sent).await;
        if !matches!(audience, Audience::Users(_)) {
            self.shared.push(id);
        }
        for reader in &mut self.readers {
            let received = match &audience {
                Audience::Users(users) => users.contains(&reader.user.user),
                Audience::Topic(topic) => reader.inbox.topics.contains(topic),
                Audience::Everyone => true,
            };
            if received {
                let count = 1 + group_key.as_ref().map_or(0, |key| reader.inbox.fold(key));
                let item = PlainItem {
                    category: category.clone(),
                    number: self.sent,
                    created_at: self.now,
                    expires_at,
                    arrived: self.step,
                    group_key: group_key.clone(),
                    count,
                    state: FRESH,
                };
                reader.inbox.items.insert(id, item);
            }
        }
    }

    async fn subscribe_or_not(&mut self) {
        let (reader, topic) = (self.below(USERS.len()), TOPICS[self.below(TOPICS.len())]);
        let reader = &mut self.readers[reader];
        let (project, users) = (reader.user.project, vec![reader.user.user.clone()]);
        if reader.inbox.topics.insert(topic.to_owned()) {
            self.bench.store.subscribe(project, topic, users, 10).await.unwrap();
        } else {
            reader.inbox.topics.remove(topic);
            self.bench.store.unsubscribe(project, topic, users).await.unwrap();
        }
    }

    async fn change_one(&mut self) {
        let (reader, id, transition) = (self.below(USERS.len()), self.any_id(), self.transition());
        let reader = &mut self.readers[reader];
        let changed =
            self.bench.store.change_item(&reader.user, id, self.now, Arc::clone(&transition), ANY).await;
        assert_eq!(changed.unwrap().is_some(), reader.inbox.shows(id));
        reader.inbox.change(id, self.step, &transition);
    }

    /// Everything, or everything of a category, or what a client had been told of at some earlier step.
    async fn mark(&mut self) {
        let (reader, category) = (self.below(USERS.len()), self.category());
        let (bounded, chosen) = (self.below(2) == 0, self.below(STEPS));
        let reader = &mut self.readers[reader];
        let seen = reader.snapshots.get(chosen % reader.snapshots.len().max(1)).filter(|_| bounded);
        let selection = Selection {
            category: category.clone(),
            up_to: seen.map(|seen| seen.revision.clone()),
            ..everything()
        };
        let up_to = seen.map_or(usize::MAX, |seen| seen.step);
        self.bench.store.change_items(&reader.user, selection, self.now, read()).await.unwrap();
        reader.inbox.mark(category.as_ref(), up_to, self.step, &read());
    }

    async fn mark_named(&mut self) {
        let (reader, ids) = (self.below(USERS.len()), [self.any_id(), self.any_id(), self.any_id()]);
        let reader = &mut self.readers[reader];
        let selection = Selection { ids: Some(ids.to_vec()), ..everything() };
        self.bench.store.change_items(&reader.user, selection, self.now, archived()).await.unwrap();
        for id in ids {
            reader.inbox.change(id, self.step, &archived());
        }
    }

    async fn choose(&mut self) {
        let (reader, name, on) =
            (self.below(USERS.len()), self.category().unwrap_or_default(), self.below(2) == 0);
        let reader = &mut self.readers[reader];
        if on == reader.inbox.has_off(&name) {
            reader.snapshots.clear();
        }
        turn(&self.bench, &reader.user, &name, on).await;
        reader.inbox.turn(&name, on);
    }

    async fn withdraw(&mut self) {
        if self.shared.is_empty() {
            return;
        }
        let id = self.below(self.shared.len());
        let id = self.shared[id];
        while self.bench.store.withdraw(self.bench.project.key, id, self.now).await.unwrap().unwrap().more {}
        for reader in &mut self.readers {
            if let Some(item) = reader.inbox.items.get_mut(&id) {
                item.state.place = Place::Removed;
            }
        }
    }

    async fn pass_time(&mut self, by_ms: usize) {
        self.now = self.now.plus_ms(i64::try_from(by_ms).unwrap());
        while self.bench.store.advance(self.now, returned()).await.unwrap().more {}
        for reader in &mut self.readers {
            reader.inbox.pass_time(self.now, self.step, &returned());
        }
    }

    async fn take_step(&mut self) {
        self.now = self.now.plus_ms(1);
        match self.below(16) {
            0 | 1 => {
                let some = self.readers.iter().map(|reader| reader.user.user.clone());
                let some: Vec<_> = some.enumerate().collect();
                let keep = 1 + self.below(15);
                let some = some.into_iter().filter(|(index, _)| keep >> index & 1 == 1);
                self.send(Audience::Users(some.map(|(_, user)| user).collect())).await;
            }
            2..=4 => self.send(Audience::Everyone).await,
            5 | 6 => {
                let topic = TOPICS[self.below(TOPICS.len())].to_owned();
                self.send(Audience::Topic(topic)).await;
            }
            7 => self.subscribe_or_not().await,
            8..=10 => self.change_one().await,
            11 => self.mark().await,
            12 => self.mark_named().await,
            13 => self.choose().await,
            14 => self.withdraw().await,
            _ => {
                let by_ms = self.below(1_500);
                self.pass_time(by_ms).await;
            }
        }
    }
}

pub(in crate::store) async fn inboxes_that_share_are_what_the_plainest_model_says(bench: Bench) {
    let mut bench = bench;
    for (name, random) in [("Shared 1", 1), ("Shared 2", 77), ("Shared 3", 4_711)] {
        // The users of the projects before have the same ids.
        bench.project = bench.store.create_project(project(name), entry()).await.unwrap();
        let bench = Bench { store: Arc::clone(&bench.store), project: bench.project.clone() };
        let reader =
            |id: &&str| Reader { user: bench.user(id), inbox: PlainInbox::default(), snapshots: Vec::new() };
        let first_id = u128::from(random) * 1_000;
        let readers = USERS.iter().map(reader).collect();
        let mut walk =
            Walk { bench, readers, random, first_id, sent: 0, shared: Vec::new(), now: NOW, step: 0 };
        for step in 0..STEPS {
            walk.step = step;
            walk.take_step().await;
            walk.compare().await;
        }
        // A week later, what was removed is forgotten, and nothing else.
        walk.step = STEPS;
        walk.pass_time(8 * 86_400_000).await;
        walk.readers.iter_mut().for_each(|reader| reader.snapshots.clear());
        walk.compare().await;
    }
}

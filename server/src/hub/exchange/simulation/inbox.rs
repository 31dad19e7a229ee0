//! An inbox of the simulated database: what is in it, what has changed since when, and how it is at each revision.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use notification_bell_protocol::{Counts, Item, ItemId, Priority, Revision, Sync, Timestamp};
use uuid::Uuid;

use crate::store::{
    Changes, NewNotification, TextsByLocale,
    revision::{Incarnation, StateNumbers},
};

/// Who has more to catch up with loads the list again.
const MAX_CHANGES: usize = 5;
/// So many revisions back, what was removed is remembered.
const REMEMBERED: i64 = 8;

/// All of an inbox at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Content {
    pub(super) items: BTreeMap<ItemId, Item>,
    pub(super) counts: Counts,
}

/// What changed at once, and the number that was raised by it; the other one is 0.
struct Change {
    at: StateNumbers,
    items: Vec<Item>,
    removed: Option<ItemId>,
}

/// What a user can do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Read,
    Unread,
    Archive,
    TakeBack,
    Remove,
    ReadAll,
}

pub(super) struct Inbox {
    incarnation: Incarnation,
    state: StateNumbers,
    content: Content,
    /// When each was changed last, and those that were removed too.
    changed_at: BTreeMap<ItemId, StateNumbers>,
    /// What was removed up to here is forgotten.
    floor: i64,
    /// All changes, in their order.
    log: Vec<Change>,
    /// How old the database was when the inbox changed, or when streams could first be expected to see it.
    pub(super) ages: Vec<Duration>,
}

impl Content {
    fn apply(&mut self, change: &Change) {
        self.items.extend(change.items.iter().map(|item| (item.id.clone(), item.clone())));
        change.removed.iter().for_each(|id| drop(self.items.remove(id)));
    }

    /// Counts anew what is in it.
    fn count(&mut self) {
        let mut counts = Counts::default();
        let shown = self.items.values().filter(|item| item.archived_at.is_none());
        for item in shown {
            counts.total += 1;
            counts.unseen += u64::from(item.seen_at.is_none());
            if item.read_at.is_none() {
                counts.unread += 1;
                if let Some(category) = &item.category {
                    *counts.categories.entry(category.clone()).or_default() += 1;
                }
            }
        }
        self.counts = counts;
    }
}

impl Inbox {
    pub(super) fn new(incarnation: &Incarnation) -> Self {
        Self {
            incarnation: incarnation.clone(),
            state: StateNumbers::default(),
            content: Content::default(),
            changed_at: BTreeMap::new(),
            floor: 0,
            log: Vec::new(),
            ages: Vec::new(),
        }
    }

    /// One comes for its user alone; gives the number that it raised.
    pub(super) fn receive(&mut self, notification: &NewNotification, age: Duration) -> i64 {
        let own = self.raise(age);
        self.put(notification, StateNumbers { own, shared: 0 });
        own
    }

    /// One comes for everybody.
    pub(super) fn share(&mut self, notification: &NewNotification, shared: i64) {
        self.state.shared = shared;
        self.put(notification, StateNumbers { own: 0, shared });
    }

    fn put(&mut self, notification: &NewNotification, at: StateNumbers) {
        let item = item(notification, self.incarnation.revision(at));
        self.change(Change { at, items: vec![item], removed: None });
    }

    /// Its user does something to the item of this number, counted around; whether that changed anything.
    pub(super) fn act(&mut self, deed: Deed, number: u64, now: Timestamp, age: Duration) -> bool {
        let ids: Vec<_> = self.content.items.keys().cloned().collect();
        let Some(place) = number.checked_rem(ids.len() as u64) else { return false };
        let named = match deed {
            Deed::ReadAll => &ids[..],
            _ => std::slice::from_ref(&ids[usize::try_from(place).unwrap()]),
        };
        let changed: Vec<_> =
            named.iter().filter_map(|id| after(deed, &self.content.items[id], now)).collect();
        if changed.is_empty() {
            return false;
        }
        let at = StateNumbers { own: self.raise(age), shared: 0 };
        self.change(if matches!(deed, Deed::Remove) {
            Change { at, items: Vec::new(), removed: changed.into_iter().map(|item| item.id).next() }
        } else {
            let revision = self.incarnation.revision(at);
            let items = changed.into_iter().map(|item| Item { revision: revision.clone(), ..item });
            Change { at, items: items.collect(), removed: None }
        });
        self.forget();
        true
    }

    fn change(&mut self, change: Change) {
        let ids = change.items.iter().map(|item| &item.id).chain(&change.removed);
        self.changed_at.extend(ids.map(|id| (id.clone(), change.at)));
        self.content.apply(&change);
        self.content.count();
        self.log.push(change);
    }

    fn raise(&mut self, age: Duration) -> i64 {
        self.state.own += 1;
        self.ages.push(age);
        self.state.own
    }

    /// Forgets what was removed long ago.
    fn forget(&mut self) {
        let (before, items) = (self.state.own - REMEMBERED, &self.content.items);
        let mut floor = self.floor;
        self.changed_at.retain(|id, at| {
            let is_kept = at.own == 0 || at.own > before || items.contains_key(id);
            if !is_kept {
                floor = floor.max(at.own);
            }
            is_kept
        });
        self.floor = floor;
    }

    pub(super) fn revision(&self) -> Revision {
        self.incarnation.revision(self.state)
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// How it is at a revision: after all that raised its two numbers. It may never have been so, since a stream that is
    /// told of a notification for its user can be told later of one for everybody that came before.
    pub(super) fn at(&self, revision: &Revision) -> Content {
        let state = self.incarnation.state_numbers(revision).expect("it is one of this database");
        assert!(state.own <= self.state.own && state.shared <= self.state.shared, "{revision} is to come");
        let mut content = Content::default();
        let known = |at: StateNumbers| at.own <= state.own && at.shared <= state.shared;
        self.log.iter().filter(|change| known(change.at)).for_each(|change| content.apply(change));
        content.count();
        content
    }

    pub(super) fn changes(&self, since: &str) -> Changes {
        let mut sync = Sync {
            changed: Vec::new(),
            removed: Vec::new(),
            counts: self.content.counts.clone(),
            revision: self.revision(),
        };
        let since = self.incarnation.state_numbers(since).filter(|since| {
            (self.floor..=self.state.own).contains(&since.own) && since.shared <= self.state.shared
        });
        let Some(since) = since else { return Changes::Reset(sync) };
        let changed = self.changed_at.iter().filter(|(_, at)| at.own > since.own || at.shared > since.shared);
        for (id, _) in changed {
            match self.content.items.get(id) {
                Some(item) => sync.changed.push(item.clone()),
                None => sync.removed.push(id.clone()),
            }
        }
        if sync.changed.len() + sync.removed.len() > MAX_CHANGES {
            return Changes::Reset(Sync { changed: Vec::new(), removed: Vec::new(), ..sync });
        }
        Changes::Since(sync)
    }
}

/// The item after the deed; none if it stays as it is.
fn after(deed: Deed, item: &Item, now: Timestamp) -> Option<Item> {
    let mut after = item.clone();
    match deed {
        Deed::Read => {
            after.seen_at = after.seen_at.or(Some(now));
            after.read_at = after.read_at.or(Some(now));
        }
        Deed::ReadAll if item.archived_at.is_none() => return self::after(Deed::Read, item, now),
        Deed::ReadAll => {}
        Deed::Unread => after.read_at = None,
        Deed::Archive => after.archived_at = after.archived_at.or(Some(now)),
        Deed::TakeBack => after.archived_at = None,
        Deed::Remove => return Some(after),
    }
    (after != *item).then_some(after)
}

/// The notification of this number.
pub(super) fn notification(number: u64, now: Timestamp) -> Arc<NewNotification> {
    Arc::new(NewNotification {
        id: Uuid::from_u128(number.into()),
        r#type: None,
        category: [None, Some("news"), Some("bills")][usize::try_from(number % 3).unwrap()]
            .map(str::to_owned),
        title: format!("Number {number}"),
        body: None,
        url: None,
        icon: None,
        image: None,
        actions: Vec::new(),
        texts: TextsByLocale::new(),
        group_key: None,
        data: None,
        priority: Priority::Normal,
        created_at: now,
        send_at: None,
        expires_at: None,
    })
}

fn item(notification: &NewNotification, revision: Revision) -> Item {
    Item {
        id: notification.id.to_string(),
        r#type: None,
        category: notification.category.clone(),
        title: notification.title.clone(),
        body: None,
        url: None,
        icon: None,
        image: None,
        actions: Vec::new(),
        data: None,
        priority: notification.priority,
        group_key: None,
        group_count: 1,
        created_at: notification.created_at,
        expires_at: None,
        seen_at: None,
        read_at: None,
        archived_at: None,
        snoozed_until: None,
        revision,
    }
}

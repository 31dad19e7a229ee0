//! Holds the store against the model: lists, counts, and what each client is told from wherever it was.

use std::{collections::BTreeMap, sync::Arc};

use notification_bell_protocol::{Item, View};
use uuid::Uuid;

use super::{Reader, STEPS, Snapshot, Walk};
use crate::{
    languages::Languages,
    store::{
        Changes, ListQuery, Look, UserRef,
        conformance::{
            ANY, Bench,
            preferences::{items, preferences},
        },
    },
};

const VIEWS: [View; 4] = [View::All, View::Unread, View::Archived, View::Snoozed];

async fn shown(bench: &Bench, user: &UserRef) -> BTreeMap<String, Item> {
    let mut shown = BTreeMap::new();
    for view in VIEWS {
        shown.extend(items(bench, user, view).await.into_iter().map(|item| (item.id.clone(), item)));
    }
    shown
}

/// A view page by page, as who scrolls sees it.
async fn ids_by_pages(bench: &Bench, user: &UserRef, view: View, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let query = ListQuery { view, category: None, limit, cursor };
        let page = bench.store.list(user, query, ANY).await.unwrap();
        ids.extend(page.items.into_iter().map(|item| item.id));
        assert!(ids.len() <= STEPS, "pages that never end");
        cursor = page.next;
        if cursor.is_none() {
            return ids;
        }
    }
}

impl Walk {
    /// Store and model show the same, and whoever goes on from an earlier state comes to it too.
    pub(super) async fn compare(&mut self) {
        let (chosen, page) = (self.below(STEPS), 1 + self.below(20));
        for reader in &mut self.readers {
            let (user, inbox) = (&reader.user, &reader.inbox);
            assert_eq!(self.bench.counts(user).await, inbox.counts());
            assert_eq!(preferences(&self.bench, user).await, inbox.preferences());
            for view in VIEWS {
                assert_eq!(ids_by_pages(&self.bench, user, view, page).await, inbox.ids(view), "{view:?}");
            }
            let shown = shown(&self.bench, user).await;
            for (id, item) in &shown {
                assert_eq!(item.group_count, inbox.items[&Uuid::try_parse(id).unwrap()].count);
            }
            let earlier = chosen % reader.snapshots.len().max(1);
            for snapshot in reader.snapshots.iter().skip(earlier).step_by(37).chain(reader.snapshots.last()) {
                let changes = self.bench.store.changes(user, &snapshot.revision, ANY).await.unwrap();
                let Changes::Since(sync) = changes else { panic!("it can be told") };
                let mut known = snapshot.known.clone();
                for item in sync.changed {
                    assert_ne!(known.get(&item.id), Some(&item), "told of what is known already");
                    known.insert(item.id.clone(), item);
                }
                for id in sync.removed {
                    let received = inbox.items.contains_key(&Uuid::try_parse(&id).unwrap());
                    assert!(received, "told of what was never received");
                    known.remove(&id);
                }
                assert_eq!(known, shown);
            }
            let revision = self.bench.revision(user).await;
            reader.snapshots.push(Snapshot { step: self.step, revision, known: shown });
        }
        self.compare_looks(chosen).await;
    }

    /// Read together, the inboxes say what each says alone.
    async fn compare_looks(&self, chosen: usize) {
        let look = |reader: &Reader, at: usize| {
            let since = reader.snapshots[at % reader.snapshots.len()].revision.clone();
            Look { user: reader.user.clone(), since, languages: Languages::ANY }
        };
        let looks: Arc<[Look]> = [chosen, 0, STEPS]
            .iter()
            .flat_map(|at| self.readers.iter().map(|reader| look(reader, *at)))
            .collect();
        let together = self.bench.store.changes_of_many(Arc::clone(&looks)).await.unwrap();
        assert_eq!(together.len(), looks.len());
        for (look, together) in looks.iter().zip(together) {
            let alone = self.bench.store.changes(&look.user, &look.since, ANY).await.unwrap();
            if let Some(together) = together.unwrap() {
                assert_eq!(together, alone, "{look:?}");
            }
        }
    }
}

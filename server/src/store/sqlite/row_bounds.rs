//! How many rows one transaction changes: others wait behind it, so what grows with what a project has goes piece by piece.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::SqliteStore;
use crate::{
    randomness::test::CountedRandomness,
    store::{
        Actor, Audience, AuditAction, AuditEntry, BatchEntry, Category, CategoryPut, Happening, Happenings,
        NewNotification, NewWebhook,
        conformance::{Bench, NOW, notification, read, returned},
    },
};

const ITEMS: u128 = 1_500;

/// A store, and the most rows that one of its commits has changed since it was asked last.
async fn open(folder: &tempfile::TempDir) -> (Bench, Arc<AtomicU64>) {
    let most = Arc::new(AtomicU64::new(0));
    let noted = Arc::clone(&most);
    let observer = Box::new(move |rows, _| {
        noted.fetch_max(rows, Ordering::Relaxed);
    });
    let path = folder.path().join("bell.db");
    let store = SqliteStore::open_or_create(&path, &CountedRandomness::default(), observer).unwrap();
    (Bench::new(Arc::new(store)).await, most)
}

fn entry() -> AuditEntry {
    AuditEntry::new(NOW, Actor::Server, AuditAction::ProjectChanged)
}

async fn send_many(bench: &Bench, user: impl Fn(u128) -> String) {
    let entry = |number| BatchEntry {
        position: 0,
        notification: NewNotification { category: Some("news".to_owned()), ..notification(number) },
        audience: Audience::Users(vec![bench.user(&user(number)).user]),
    };
    bench.store.send_entries(bench.project.key, (1..=ITEMS).map(entry).collect(), None, NOW).await.unwrap();
}

#[tokio::test]
async fn a_declaration_is_a_few_rows_however_many_users_have_the_category() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, most) = open(&folder).await;
    send_many(&bench, |number| format!("user-{number}")).await;
    most.store(0, Ordering::Relaxed);
    let category = Category {
        name: "news".to_owned(),
        names: [].into(),
        description: None,
        is_default: false,
        is_locked: false,
        updated_at: NOW,
    };
    let put = bench.store.put_category(bench.project.key, category, 10, entry()).await.unwrap();
    assert_eq!(put, CategoryPut::ReachesOthers);
    let rows = most.swap(0, Ordering::Relaxed);
    assert!((3..=5).contains(&rows), "{rows}");
    bench.store.remove_category(bench.project.key, "news", entry()).await.unwrap();
    let rows = most.load(Ordering::Relaxed);
    assert!((3..=5).contains(&rows), "{rows}");
}

#[tokio::test]
async fn a_mark_of_everything_and_the_erasure_of_all_that_it_told_go_piece_by_piece() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, most) = open(&folder).await;
    let events = Happening::ALL.into_iter().fold(Happenings::NONE, Happenings::with);
    for name in ["one", "two"] {
        let webhook = NewWebhook {
            id: name.to_owned(),
            project: bench.project.key,
            url: "https://hook.example/".to_owned(),
            description: None,
            events,
            sealed_secret: vec![1],
            created_at: NOW,
        };
        bench.store.create_webhook(webhook, 2, entry()).await.unwrap().unwrap();
    }
    send_many(&bench, |_| "u".to_owned()).await;
    most.store(0, Ordering::Relaxed);
    let user = bench.user("u");
    let mut rest = Some(crate::store::conformance::everything());
    while let Some(selection) = rest {
        rest = bench.store.change_items(&user, selection, NOW, read()).await.unwrap().rest;
    }
    // The item twice, its tally, two events for each of two webhooks; and the user.
    let rows = most.swap(0, Ordering::Relaxed);
    assert!((1_000..=500 * 7 + 10).contains(&rows), "{rows}");
    let hooks = bench.store.webhooks(bench.project.key).await.unwrap();
    assert_eq!(bench.store.due_webhooks().await.unwrap().len(), hooks.len());

    bench.store.erase_user(&user, "nobody", entry()).await.unwrap();
    let rows = most.swap(0, Ordering::Relaxed);
    assert!(rows < 20, "{rows}");
    // Nobody is told any more all the same.
    assert_eq!(bench.store.due_webhooks().await.unwrap(), []);
    for hook in &hooks {
        let later = NOW.plus_ms(60_000);
        let claimed = bench.store.claim_deliveries(vec![(hook.key, 10)], NOW, later).await.unwrap();
        assert!(claimed.is_empty());
        let query = crate::store::DeliveryQuery { status: None, limit: 10, before: None };
        assert_eq!(bench.store.deliveries(hook.key, query).await.unwrap(), []);
    }
    while bench.store.advance(NOW, returned()).await.unwrap().more {}
    let rows = most.load(Ordering::Relaxed);
    assert!((1_000..=3_010).contains(&rows), "{rows}");
}

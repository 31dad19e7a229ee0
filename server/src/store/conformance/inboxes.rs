//! Sending, listing, changing, and what streams are told.

use std::{collections::BTreeSet, sync::Arc};

use notification_bell_protocol::{Counts, View};

use super::{
    ANY, Bench, NOW, entry, everything, id, notification, project, read, removed, returned, snoozed,
};
use crate::store::{
    Changes, Idempotency, ItemState, ListQuery, MarkStep, NewNotification, Place, Selection, SendOutcome,
    StoreError, Transition, UserRef,
};

pub(in crate::store) async fn the_newest_is_listed_first_and_pages_join(bench: Bench) {
    for number in 1..=25 {
        bench.send(&["u"], notification(number)).await;
    }
    let user = bench.user("u");
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = ListQuery { view: View::All, category: None, limit: 10, cursor };
        let page = bench.store.list(&user, query, ANY).await.unwrap();
        seen.extend(page.items.into_iter().map(|item| item.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        // What comes in between two pages neither moves nor doubles what follows.
        bench.send(&["u"], notification(100 + seen.len() as u128)).await;
    }
    let expected: Vec<String> = (1..=25).rev().map(|number| id(number).to_string()).collect();
    assert_eq!(seen, expected);
    let made_up = ListQuery { view: View::All, category: None, limit: 10, cursor: Some("x".to_owned()) };
    assert!(matches!(bench.store.list(&user, made_up, ANY).await, Err(StoreError::NotOurs("cursor"))));
}

pub(in crate::store) async fn what_changed_is_told_once(bench: Bench) {
    let user = bench.user("u");
    let start = bench.revision(&user).await;
    bench.send(&["u"], notification(1)).await;
    bench.send(&["u"], notification(2)).await;
    let Changes::Since(first) = bench.store.changes(&user, &start, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(first.changed.len(), 2);
    assert_eq!(first.counts.unread, 2);
    bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().unwrap();
    bench.store.change_item(&user, id(2), NOW, removed(), ANY).await.unwrap().unwrap();
    let Changes::Since(second) = bench.store.changes(&user, &first.revision, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(second.changed.iter().map(|item| item.id.clone()).collect::<Vec<_>>(), [id(1).to_string()]);
    assert_eq!(second.removed, [id(2).to_string()]);
    let Changes::Since(third) = bench.store.changes(&user, &second.revision, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert!(third.changed.is_empty() && third.removed.is_empty());
    assert_eq!(third.revision, second.revision);
}

pub(in crate::store) async fn a_revision_that_cannot_be_resumed_is_a_reset(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    let now = bench.revision(&user).await;
    let (incarnation, _) = now.split_once('-').unwrap();
    for since in ["", "nonsense", "00000000-0", &format!("{incarnation}-99")] {
        assert!(
            matches!(bench.store.changes(&user, since, ANY).await.unwrap(), Changes::Reset(_)),
            "{since:?}"
        );
    }
    for number in 2..=300 {
        bench.send(&["u"], notification(number)).await;
    }
    assert!(matches!(bench.store.changes(&user, &now, ANY).await.unwrap(), Changes::Reset(_)), "299 changes");
}

pub(in crate::store) async fn a_change_that_changes_nothing_raises_no_revision(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    let first = bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().unwrap();
    let again = bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().unwrap();
    assert_eq!(first.revision, again.revision);
    assert_eq!(first.counts, again.counts);
}

pub(in crate::store) async fn the_same_ids_in_another_project_are_other_things(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    bench.send(&["u"], notification(1)).await;
    let stranger = UserRef { project: other.key, user: bench.user("u").user };
    assert_eq!(bench.counts(&stranger).await, Counts::default());
    assert!(bench.ids(&stranger, View::All).await.is_empty());
    assert!(bench.store.item(&stranger, id(1)).await.unwrap().is_none());
    assert!(bench.store.change_item(&stranger, id(1), NOW, removed(), ANY).await.unwrap().is_none());
    let named = Selection { ids: Some(vec![id(1)]), ..everything() };
    bench.store.change_items(&stranger, named, NOW, removed()).await.unwrap();
    assert_eq!(bench.ids(&bench.user("u"), View::All).await.len(), 1);
    assert!(bench.store.change_item(&bench.user("v"), id(1), NOW, removed(), ANY).await.unwrap().is_none());
}

pub(in crate::store) async fn a_mark_reaches_what_had_been_seen_and_no_more(bench: Bench) {
    let user = bench.user("u");
    for number in 1..=3 {
        bench
            .send(&["u"], NewNotification { category: Some("news".to_owned()), ..notification(number) })
            .await;
    }
    let seen = bench.revision(&user).await;
    bench.send(&["u"], notification(4)).await;
    let selection = Selection { up_to: Some(seen), ..everything() };
    let MarkStep { counts, .. } = bench.store.change_items(&user, selection, NOW, read()).await.unwrap();
    assert_eq!((counts.unread, counts.total), (1, 4));
    assert_eq!(bench.ids(&user, View::Unread).await, [id(4).to_string()]);
    // What the user does to an item does not make it one that came later.
    let before_seeing = bench.revision(&user).await;
    let up_to = || Selection { up_to: Some(before_seeing.clone()), ..everything() };
    let seen: Transition = Arc::new(|state| ItemState { seen_at: Some(NOW), ..state });
    bench.store.change_items(&user, up_to(), NOW, seen).await.unwrap();
    let MarkStep { counts, .. } = bench.store.change_items(&user, up_to(), NOW, read()).await.unwrap();
    assert_eq!(counts.unread, 0);
    let made_up = Selection { up_to: Some("x".to_owned()), ..everything() };
    let refused = bench.store.change_items(&user, made_up, NOW, read()).await;
    assert!(matches!(refused, Err(StoreError::NotOurs("revision"))));
}

pub(in crate::store) async fn a_large_mark_is_made_in_steps_and_reaches_nothing_that_comes_meanwhile(
    bench: Bench,
) {
    let user = bench.user("u");
    for number in 1..=1_200 {
        bench.send(&["u"], notification(number)).await;
    }
    let mut selection = everything();
    let (mut steps, mut changed) = (0, Vec::new());
    loop {
        let step = bench.store.change_items(&user, selection, NOW, read()).await.unwrap();
        steps += 1;
        assert_eq!(bench.revision(&user).await, step.revision);
        bench.send(&["u"], notification(1_200 + steps)).await;
        changed.extend(step.changed);
        let Some(rest) = step.rest else { break };
        selection = rest;
    }
    assert_eq!(steps, 3);
    assert_eq!(changed, (1..=1_200).map(id).collect::<Vec<_>>());
    let counts = bench.counts(&user).await;
    assert_eq!((counts.unread, counts.total), (3, 1_203));
}

pub(in crate::store) async fn a_hundred_sends_with_one_key_are_one(bench: Bench) {
    let bench = Arc::new(bench);
    let key = |fingerprint: u8| Idempotency { key: "k".to_owned(), fingerprint: [fingerprint; 32] };
    let sends = (1..=100).map(|number| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move { bench.send_with(&["u"], notification(number), Some(key(1))).await })
    });
    let mut stored = 0;
    let mut ids = BTreeSet::new();
    for send in sends.collect::<Vec<_>>() {
        match send.await.unwrap() {
            SendOutcome::Stored(_) => stored += 1,
            SendOutcome::Repeated { id, recipients } => {
                assert_eq!(recipients, 1);
                ids.insert(id.to_string());
            }
            SendOutcome::KeyReused => panic!("the body is the same"),
            SendOutcome::TooManyShared => panic!("nothing is shared"),
            SendOutcome::Outdated => panic!("no edition was named"),
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(bench.ids(&bench.user("u"), View::All).await, ids.into_iter().collect::<Vec<_>>());
    assert_eq!(bench.send_with(&["u"], notification(101), Some(key(2))).await, SendOutcome::KeyReused);
}

pub(in crate::store) async fn time_takes_away_and_brings_back(bench: Bench) {
    let user = bench.user("u");
    let soon = NOW.plus_ms(1_000);
    bench.send(&["u"], NewNotification { expires_at: Some(soon), ..notification(1) }).await;
    bench.send(&["u"], notification(2)).await;
    bench.store.change_item(&user, id(2), NOW, snoozed(soon.plus_ms(500)), ANY).await.unwrap();
    assert_eq!(bench.ids(&user, View::Snoozed).await, [id(2).to_string()]);

    let work = bench.store.advance(NOW, returned()).await.unwrap();
    assert!(work.changed.is_empty());
    assert_eq!(work.next_at, Some(soon));

    let before = bench.revision(&user).await;
    let work = bench.store.advance(soon, returned()).await.unwrap();
    assert_eq!(work.changed.as_slice(), std::slice::from_ref(&user));
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(sync.removed, [id(1).to_string()]);
    assert_eq!(sync.counts.total, 0);

    bench.send(&["u"], notification(3)).await;
    bench.store.advance(soon.plus_ms(500), returned()).await.unwrap();
    let order = bench.ids(&user, View::All).await;
    assert_eq!(order, [id(2).to_string(), id(3).to_string()], "what came back is the newest");
}

pub(in crate::store) async fn a_forgotten_tombstone_makes_older_revisions_a_reset(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    bench.send(&["u"], notification(2)).await;
    let before = bench.revision(&user).await;
    bench.store.change_item(&user, id(1), NOW, removed(), ANY).await.unwrap();
    let after = bench.revision(&user).await;
    bench.store.advance(NOW.plus_ms(8 * 86_400_000), returned()).await.unwrap();
    assert!(matches!(bench.store.changes(&user, &before, ANY).await.unwrap(), Changes::Reset(_)));
    assert!(matches!(bench.store.changes(&user, &after, ANY).await.unwrap(), Changes::Since(_)));
}

pub(in crate::store) async fn counts_are_always_those_of_the_items(bench: Bench) {
    let user = bench.user("u");
    let (now, category) =
        (NOW, |number: u128| (!number.is_multiple_of(3)).then(|| format!("c{}", number % 3)));
    let transitions: [Transition; 6] = [
        read(),
        Arc::new(|state| ItemState { read_at: None, ..state }),
        Arc::new(|state| ItemState { seen_at: Some(NOW), ..state }),
        Arc::new(|state| ItemState { place: Place::Archived, archived_at: Some(NOW), ..state }),
        Arc::new(|state| ItemState { place: Place::Inbox, archived_at: None, ..state }),
        removed(),
    ];
    // A fixed walk through states, long enough to take every step from every other.
    let mut walk = 1_u128;
    for number in 1..=40 {
        bench.send(&["u"], NewNotification { category: category(number), ..notification(number) }).await;
        for _ in 0..3 {
            walk = walk * 6_364_136_223_846_793_005 % 1_000_000_007;
            let item = id(1 + walk % number);
            let transition = Arc::clone(&transitions[usize::try_from(walk % 6).unwrap()]);
            bench.store.change_item(&user, item, now, transition, ANY).await.unwrap();
        }
        let query = ListQuery { view: View::All, category: None, limit: 100, cursor: None };
        let page = bench.store.list(&user, query, ANY).await.unwrap();
        let mut expected = Counts::default();
        for item in &page.items {
            expected.total += 1;
            expected.unseen += u64::from(item.seen_at.is_none());
            expected.unread += u64::from(item.read_at.is_none());
            if let Some(category) = item.category.as_ref().filter(|_| item.read_at.is_none()) {
                *expected.categories.entry(category.clone()).or_default() += 1;
            }
        }
        assert_eq!(page.counts, expected);
    }
}

//! Many who work on the same inboxes at once, as several servers do.

use std::{collections::BTreeSet, sync::Arc};

use notification_bell_protocol::View;

use super::test_server::{Database, bench};
use crate::store::{
    Actor, Audience, AuditAction, AuditEntry, Changes, ListQuery, NewNotification, Store, UserRef,
    conformance::{ANY, NOW, everything, id, notification, read, returned},
};

/// Everybody at once, on two servers and the same inboxes: sends by name and to all, marks, removals, withdrawals and
/// time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_follows_misses_nothing_and_the_numbers_are_those_of_the_items() {
    let Some(database) = Database::new().await else { return };
    let bench = Arc::new(bench(&database).await);
    let servers: [Arc<dyn Store>; 2] = [Arc::clone(&bench.store), Arc::new(database.open().await)];
    let users: Vec<UserRef> = (0..4).map(|number| bench.user(&format!("user {number}"))).collect();
    let workers = (0..6_u128).map(|worker| {
        let server = Arc::clone(&servers[usize::try_from(worker % 2).unwrap()]);
        let (project, users) = (bench.project.key, users.clone());
        tokio::spawn(async move {
            for step in 0..25_u128 {
                let number = 1 + worker * 1_000 + step;
                // Each in an order of their own.
                let mut names: Vec<_> = users.iter().map(|user| user.user.clone()).collect();
                names.rotate_left(usize::try_from(worker).unwrap() % users.len());
                let audience = if step % 5 == 4 { Audience::Everyone } else { Audience::Users(names) };
                let news = NewNotification {
                    category: Some(format!("c{}", step % 2)),
                    group_key: (step % 7 == 6).then(|| "g".to_owned()),
                    ..notification(number)
                };
                server.send(project, news, audience, None).await.unwrap();
                let user = &users[usize::try_from(number).unwrap() % users.len()];
                match step % 4 {
                    0 => drop(server.change_item(user, id(number), NOW, read(), ANY).await.unwrap()),
                    1 => drop(server.change_items(user, everything(), NOW, read()).await.unwrap()),
                    2 => drop(server.withdraw(project, id(number), NOW).await.unwrap()),
                    _ => drop(server.advance(NOW, returned()).await.unwrap()),
                }
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    let followers = users.iter().enumerate().map(|(number, user)| {
        let (server, user) = (Arc::clone(&servers[number % 2]), user.clone());
        tokio::spawn(async move { follow(&*server, &user).await })
    });
    let followers: Vec<_> = followers.collect();
    for worker in workers {
        worker.await.unwrap();
    }
    // The last thing that followers wait for.
    let audience = Audience::Users(users.iter().map(|user| user.user.clone()).collect());
    bench.store.send(bench.project.key, notification(LAST), audience, None).await.unwrap();
    for (user, follower) in users.iter().zip(followers) {
        let known = follower.await.unwrap();
        let query = ListQuery { view: View::All, category: None, limit: 1_000, cursor: None };
        let page = bench.store.list(user, query, ANY).await.unwrap();
        let shown: BTreeSet<String> = page.items.iter().map(|item| item.id.clone()).collect();
        assert_eq!(known, shown);
        let unread = page.items.iter().filter(|item| item.read_at.is_none()).count();
        assert_eq!((page.counts.total, page.counts.unread), (shown.len() as u64, unread as u64));
    }
    database.remove().await;
}

const LAST: u128 = 1_000_000;

/// Follows an inbox by what is told of its changes, until it has been told of the last one; gives what is in it then.
async fn follow(server: &dyn Store, user: &UserRef) -> BTreeSet<String> {
    let (mut known, mut since) = (BTreeSet::new(), String::new());
    while !known.contains(&id(LAST).to_string()) {
        let (sync, is_whole) = match server.changes(user, &since, ANY).await.unwrap() {
            Changes::Since(sync) => (sync, false),
            Changes::Reset(sync) => (sync, true),
        };
        since = sync.revision;
        if is_whole {
            let query = ListQuery { view: View::All, category: None, limit: 1_000, cursor: None };
            let page = server.list(user, query, ANY).await.unwrap();
            since = page.revision;
            known = page.items.into_iter().map(|item| item.id).collect();
        } else {
            known.extend(sync.changed.into_iter().map(|item| item.id));
            for removed in &sync.removed {
                known.remove(removed);
            }
        }
        tokio::task::yield_now().await;
    }
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_sent_to_somebody_who_is_being_erased_is_sent_before_or_after_that() {
    let Some(database) = Database::new().await else { return };
    let bench = Arc::new(bench(&database).await);
    let (erased, other) = (bench.user("erased"), bench.user("other"));
    let senders = (0..4_u128).map(|worker| {
        let (bench, users) = (Arc::clone(&bench), vec![erased.user.clone(), other.user.clone()]);
        tokio::spawn(async move {
            for step in 1..=20 {
                let audience = Audience::Users(users.clone());
                bench
                    .store
                    .send(bench.project.key, notification(worker * 100 + step), audience, None)
                    .await
                    .unwrap();
            }
        })
    });
    let senders: Vec<_> = senders.collect();
    for _ in 0..20 {
        let entry = AuditEntry::new(NOW, Actor::Server, AuditAction::UserErased).about("erased");
        bench.store.erase_user(&erased, "nobody", entry).await.unwrap();
    }
    for sender in senders {
        sender.await.unwrap();
    }
    while bench.store.advance(NOW, returned()).await.unwrap().more {}
    assert_eq!(bench.store.counts(&other).await.unwrap().0.total, 80);
    let query = ListQuery { view: View::All, category: None, limit: 1_000, cursor: None };
    let page = bench.store.list(&erased, query, ANY).await.unwrap();
    assert_eq!(page.counts.total, page.items.len() as u64);
    database.remove().await;
}

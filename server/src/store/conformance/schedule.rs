//! What is sent at a later moment.

use notification_bell_protocol::{Counts, View};

use super::{Bench, NOW, id, notification, returned};
use crate::store::{NewNotification, SendOutcome, UserRef};

fn later(number: u128, ms: i64) -> NewNotification {
    NewNotification { send_at: Some(NOW.plus_ms(ms)), ..notification(number) }
}

pub(in crate::store) async fn what_is_sent_later_is_seen_from_its_moment_on_and_once(bench: Bench) {
    let users = [bench.user("u"), bench.user("v")];
    assert!(matches!(bench.send(&["u", "v"], later(1, 1_000)).await, SendOutcome::Stored(_)));
    bench.send(&["u"], notification(2)).await;
    let before = bench.revision(&users[0]).await;
    let work = bench.store.advance(NOW.plus_ms(999), returned()).await.unwrap();
    assert_eq!((work.changed.len(), work.next_at), (0, Some(NOW.plus_ms(1_000))));
    assert!(bench.store.item(&users[0], id(1)).await.unwrap().is_none());
    assert_eq!(bench.ids(&users[0], View::All).await, [id(2).to_string()]);
    assert_eq!(bench.revision(&users[0]).await, before);
    assert_eq!(bench.counts(&users[1]).await, Counts::default());

    // Late, as after a restart: it is dated to its moment all the same.
    let work = bench.store.advance(NOW.plus_ms(5_000), returned()).await.unwrap();
    assert_eq!((work.changed.as_slice(), work.next_at), (users.as_slice(), None));
    let item = bench.store.item(&users[1], id(1)).await.unwrap().unwrap();
    assert_eq!(item.created_at, NOW.plus_ms(1_000));
    assert_eq!(bench.ids(&users[0], View::All).await, [id(1), id(2)].map(|id| id.to_string()));
    // The clock was set back, and goes on.
    for ms in [0, 1_000, 9_000] {
        assert!(bench.store.advance(NOW.plus_ms(ms), returned()).await.unwrap().changed.is_empty());
    }
    assert_eq!(bench.counts(&users[0]).await.total, 2);
}

pub(in crate::store) async fn whoever_looks_at_the_clock_at_once_sends_once(bench: Bench) {
    for number in 1..=20 {
        bench.send(&["u", "v"], later(number, 1_000)).await;
    }
    let advance = || bench.store.advance(NOW.plus_ms(1_000), returned());
    let works = futures_util::future::join_all((0..8).map(|_| advance())).await;
    let sent: Vec<UserRef> = works.into_iter().flat_map(|work| work.unwrap().changed).collect();
    assert_eq!(sent.len(), 40);
    assert_eq!(bench.counts(&bench.user("u")).await.total, 20);
}

pub(in crate::store) async fn what_has_expired_before_it_was_sent_reaches_nobody(bench: Bench) {
    let over = NewNotification { expires_at: Some(NOW.plus_ms(2_000)), ..later(1, 1_000) };
    bench.send(&["u"], over).await;
    let work = bench.store.advance(NOW.plus_ms(2_000), returned()).await.unwrap();
    assert_eq!((work.changed.len(), work.next_at), (0, None));
    assert_eq!(bench.counts(&bench.user("u")).await.total, 0);

    let lasting = NewNotification { expires_at: Some(NOW.plus_ms(9_000)), ..later(2, 3_000) };
    bench.send(&["u"], lasting).await;
    let work = bench.store.advance(NOW.plus_ms(3_000), returned()).await.unwrap();
    assert_eq!(work.next_at, Some(NOW.plus_ms(9_000)), "it expires as any other");
}

pub(in crate::store) async fn a_transaction_sends_no_more_than_it_should(bench: Bench) {
    let users: Vec<String> = (0..600).map(|number| format!("user {number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    for number in 1..=3 {
        bench.send(&users, later(number, 1_000)).await;
    }
    let first = bench.store.advance(NOW.plus_ms(1_000), returned()).await.unwrap();
    assert_eq!((first.changed.len(), first.more), (1_200, true));
    let second = bench.store.advance(NOW.plus_ms(1_000), returned()).await.unwrap();
    assert_eq!((second.changed.len(), second.more), (600, false));
}

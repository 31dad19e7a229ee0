//! Repeats that take the place of what they repeat.

use notification_bell_protocol::View;

use super::{ANY, Bench, NOW, id, notification, preferences::archived, preferences::items, read, removed};
use crate::store::{Audience, Changes, NewNotification, UserRef};

fn grouped(number: u128, key: &str) -> NewNotification {
    NewNotification {
        group_key: Some(key.to_owned()),
        category: Some("chat".to_owned()),
        ..notification(number)
    }
}

async fn shown(bench: &Bench, user: &UserRef) -> Vec<(String, u32)> {
    items(bench, user, View::All).await.into_iter().map(|item| (item.id, item.group_count)).collect()
}

pub(in crate::store) async fn a_repeat_takes_the_place_of_what_is_unread_and_counts(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    bench.send(&["u"], grouped(2, "room")).await;
    let before = bench.revision(&user).await;
    bench.send(&["u"], grouped(3, "room")).await;
    bench.send(&["u"], grouped(4, "other room")).await;
    bench.send(&["u"], grouped(5, "room")).await;
    let expected = [(id(5).to_string(), 3), (id(4).to_string(), 1), (id(1).to_string(), 1)];
    assert_eq!(shown(&bench, &user).await, expected);
    let counts = bench.counts(&user).await;
    assert_eq!((counts.total, counts.unread, counts.categories["chat"]), (3, 3, 2));
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    let mut removed = sync.removed;
    removed.sort();
    assert_eq!(removed, [id(2).to_string(), id(3).to_string()]);
    assert_eq!(
        sync.changed.iter().map(|item| &item.id).collect::<Vec<_>>(),
        [&id(4).to_string(), &id(5).to_string()]
    );
    assert_eq!(sync.changed[1].group_key.as_deref(), Some("room"));
}

pub(in crate::store) async fn what_was_read_or_put_away_or_removed_is_not_repeated(bench: Bench) {
    let user = bench.user("u");
    for (number, transition) in [(1, read()), (2, archived()), (3, removed())] {
        bench.send(&["u"], grouped(number, "room")).await;
        bench.store.change_item(&user, id(number), NOW, transition, ANY).await.unwrap();
    }
    bench.send(&["u"], grouped(4, "room")).await;
    assert_eq!(shown(&bench, &user).await, [(id(4).to_string(), 1), (id(1).to_string(), 1)]);
    // Unread again, it is one of those that the next stands for.
    let unread = std::sync::Arc::new(|state| crate::store::ItemState { read_at: None, ..state });
    bench.store.change_item(&user, id(1), NOW, unread, ANY).await.unwrap();
    bench.send(&["u"], grouped(5, "room")).await;
    assert_eq!(shown(&bench, &user).await, [(id(5).to_string(), 3)]);
    assert_eq!(bench.counts(&user).await.unread, 1);
}

pub(in crate::store) async fn what_is_shared_takes_the_place_of_what_each_reader_has_not_read(bench: Bench) {
    let (idle, reader) = (bench.user("u"), bench.user("v"));
    let share = async |number| {
        let everyone = Audience::Everyone;
        bench.store.send(bench.project.key, grouped(number, "room"), everyone, None).await.unwrap();
    };
    share(1).await;
    bench.store.change_item(&reader, id(1), NOW, read(), ANY).await.unwrap();
    let before = bench.revision(&idle).await;
    share(2).await;
    assert_eq!(shown(&bench, &idle).await, [(id(2).to_string(), 2)]);
    assert_eq!(shown(&bench, &reader).await, [(id(2).to_string(), 1), (id(1).to_string(), 1)]);
    let Changes::Since(sync) = bench.store.changes(&idle, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!((sync.removed, sync.counts.unread), (vec![id(1).to_string()], 1));
    assert_eq!((&sync.changed[0].id, sync.changed[0].group_count), (&id(2).to_string(), 2));
    // By name, among what nobody has looked at since.
    share(3).await;
    bench.send(&["u"], grouped(4, "room")).await;
    assert_eq!(shown(&bench, &idle).await, [(id(4).to_string(), 4)]);
    assert_eq!(bench.counts(&idle).await.categories["chat"], 1);
}

pub(in crate::store) async fn a_repeat_by_name_finds_what_it_repeats_among_much_that_is_shared(bench: Bench) {
    for number in 1..=150 {
        let shared = if number == 7 { grouped(number, "room") } else { notification(number) };
        bench.store.send(bench.project.key, shared, Audience::Everyone, None).await.unwrap();
    }
    bench.send(&["u"], grouped(200, "room")).await;
    let counts = bench.counts(&bench.user("u")).await;
    assert_eq!((counts.total, counts.categories["chat"]), (150, 1));
    assert_eq!(shown(&bench, &bench.user("u")).await[0], (id(200).to_string(), 2));
}

pub(in crate::store) async fn a_group_is_of_one_inbox(bench: Bench) {
    bench.send(&["u", "v"], grouped(1, "room")).await;
    bench.store.change_item(&bench.user("v"), id(1), NOW, read(), ANY).await.unwrap();
    bench.send(&["u", "v", "w"], grouped(2, "room")).await;
    for (name, expected) in [("u", vec![(2, 2)]), ("v", vec![(2, 1), (1, 1)]), ("w", vec![(2, 1)])] {
        let expected: Vec<_> =
            expected.into_iter().map(|(number, count)| (id(number).to_string(), count)).collect();
        assert_eq!(shown(&bench, &bench.user(name)).await, expected, "{name}");
    }
}

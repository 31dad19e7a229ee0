//! Categories that a user has turned off: as if nothing of them were there, and all of it there again.

use std::{collections::BTreeMap, sync::Arc};

use notification_bell_protocol::{CategoryPreference, Counts, Item, View};

use super::{
    ANY, Bench, NOW, entry, everything, id, notification, project, read, removed, returned, snoozed,
};
use crate::store::{
    Audience, Changes, ItemState, ListQuery, NewNotification, Place, Selection, Transition, UserRef,
};

fn in_category(number: u128, category: &str) -> NewNotification {
    NewNotification { category: Some(category.to_owned()), ..notification(number) }
}

pub(super) fn archived() -> Transition {
    Arc::new(|state| ItemState { place: Place::Archived, archived_at: Some(NOW), ..state })
}

pub(super) async fn turn(bench: &Bench, user: &UserRef, name: &str, enabled: bool) {
    let choice = CategoryPreference::new(name.to_owned(), enabled);
    bench.store.set_preferences(user, vec![choice], 1_000, ANY).await.unwrap().unwrap();
}

pub(super) async fn preferences(bench: &Bench, user: &UserRef) -> Vec<(String, bool)> {
    let preferences = bench.store.preferences(user, ANY).await.unwrap();
    preferences.categories.into_iter().map(|category| (category.name, category.enabled)).collect()
}

pub(super) async fn items(bench: &Bench, user: &UserRef, view: View) -> Vec<Item> {
    let query = ListQuery { view, category: None, limit: 100, cursor: None };
    bench.store.list(user, query, ANY).await.unwrap().items
}

pub(in crate::store) async fn what_is_turned_off_is_nowhere_and_comes_back_as_it_was(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], in_category(1, "news")).await;
    bench.send(&["u"], in_category(2, "news")).await;
    bench.send(&["u"], in_category(3, "team")).await;
    bench.send(&["u"], notification(4)).await;
    bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap();
    let before = items(&bench, &user, View::All).await;
    let counts = bench.counts(&user).await;

    turn(&bench, &user, "news", false).await;
    assert_eq!(bench.ids(&user, View::All).await, [id(4).to_string(), id(3).to_string()]);
    let team = BTreeMap::from([("team".to_owned(), 1)]);
    assert_eq!(bench.counts(&user).await, Counts { unseen: 2, unread: 2, total: 2, categories: team });
    let of_news = ListQuery { view: View::All, category: Some("news".to_owned()), limit: 1, cursor: None };
    let page = bench.store.list(&user, of_news, ANY).await.unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
    assert!(bench.store.item(&user, id(2)).await.unwrap().is_none());
    assert!(bench.store.change_item(&user, id(2), NOW, removed(), ANY).await.unwrap().is_none());

    turn(&bench, &user, "news", true).await;
    assert_eq!(items(&bench, &user, View::All).await, before);
    assert_eq!(bench.counts(&user).await, counts);
}

pub(in crate::store) async fn what_comes_while_it_is_off_is_told_to_nobody_and_kept(bench: Bench) {
    let user = bench.user("u");
    turn(&bench, &user, "news", false).await;
    let before = bench.revision(&user).await;
    bench.send(&["u"], in_category(1, "news")).await;
    bench.send(&["u"], in_category(2, "team")).await;
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(sync.changed.iter().map(|item| item.id.clone()).collect::<Vec<_>>(), [id(2).to_string()]);
    assert_eq!(sync.counts.total, 1);
    turn(&bench, &user, "news", true).await;
    assert_eq!(bench.ids(&user, View::Unread).await.len(), 2);
}

pub(in crate::store) async fn pages_join_where_something_is_turned_off(bench: Bench) {
    let user = bench.user("u");
    // Few categories are listed one by one, many passed over.
    for categories in [3_u128, 30] {
        let first = 1_000 * categories;
        for number in 0..90 {
            let name = (number % 5 > 0).then(|| format!("{categories}-{}", number % categories));
            let new = NewNotification { category: name, ..notification(first + number) };
            bench.send(&["u"], new).await;
        }
        turn(&bench, &user, &format!("{categories}-1"), false).await;
        let off = format!("{categories}-1");
        let query = |cursor| ListQuery { view: View::All, category: None, limit: 7, cursor };
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let page = bench.store.list(&user, query(cursor), ANY).await.unwrap();
            assert!(page.items.iter().all(|item| item.category.as_ref() != Some(&off)));
            listed.extend(page.items.into_iter().map(|item| item.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.reverse();
        assert_eq!(listed, sorted);
        assert_eq!(bench.counts(&user).await.total, listed.len() as u64);
        let category = Some(off.clone());
        let of_off = ListQuery { view: View::All, category, limit: 7, cursor: None };
        assert!(bench.store.list(&user, of_off, ANY).await.unwrap().items.is_empty());
    }
}

pub(in crate::store) async fn a_mark_reaches_nothing_that_is_turned_off(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], in_category(1, "news")).await;
    bench.send(&["u"], notification(2)).await;
    turn(&bench, &user, "news", false).await;
    let named = Selection { ids: Some(vec![id(1), id(2)]), ..everything() };
    let of_news = Selection { category: Some("news".to_owned()), ..everything() };
    for selection in [everything(), named, of_news] {
        bench.store.change_items(&user, selection, NOW, read()).await.unwrap();
    }
    turn(&bench, &user, "news", true).await;
    assert_eq!(bench.ids(&user, View::Unread).await, [id(1).to_string()]);
}

pub(in crate::store) async fn a_choice_cannot_be_resumed_across_and_the_same_one_changes_nothing(
    bench: Bench,
) {
    let user = bench.user("u");
    for enabled in [false, true] {
        bench.send(&["u"], in_category(1 + u128::from(enabled), "news")).await;
        let before = bench.revision(&user).await;
        turn(&bench, &user, "news", enabled).await;
        let Changes::Reset(reset) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
            panic!("older than the choice")
        };
        assert_eq!((reset.counts, reset.revision.clone()), bench.store.counts(&user).await.unwrap());
        assert_ne!(reset.revision, before);
        turn(&bench, &user, "news", enabled).await;
        turn(&bench, &user, "never heard of", true).await;
        assert_eq!(bench.revision(&user).await, reset.revision);
        assert!(matches!(bench.store.changes(&user, &reset.revision, ANY).await.unwrap(), Changes::Since(_)));
    }
}

pub(in crate::store) async fn a_category_is_one_while_something_has_it_or_after_it_was_turned_off(
    bench: Bench,
) {
    let user = bench.user("u");
    assert_eq!(preferences(&bench, &user).await, []);
    bench.send(&["u"], in_category(1, "c")).await;
    bench.send(&["u"], in_category(2, "b")).await;
    bench.send(&["u"], notification(3)).await;
    turn(&bench, &user, "a", false).await;
    turn(&bench, &user, "d", true).await;
    bench.store.change_item(&user, id(1), NOW, archived(), ANY).await.unwrap();
    let names = |names: &[(&str, bool)]| -> Vec<(String, bool)> {
        names.iter().map(|(name, enabled)| ((*name).to_owned(), *enabled)).collect()
    };
    assert_eq!(preferences(&bench, &user).await, names(&[("a", false), ("b", true), ("c", true)]));
    turn(&bench, &user, "a", true).await;
    turn(&bench, &user, "b", false).await;
    turn(&bench, &user, "b", true).await;
    for number in [1, 2, 3] {
        bench.store.change_item(&user, id(number), NOW, removed(), ANY).await.unwrap();
    }
    assert_eq!(preferences(&bench, &user).await, names(&[("a", true), ("b", true)]));
}

pub(in crate::store) async fn no_more_choices_are_remembered_than_may_be(bench: Bench) {
    let user = bench.user("u");
    let off = |names: &[&str]| -> Vec<CategoryPreference> {
        names.iter().map(|name| CategoryPreference::new((*name).to_owned(), false)).collect()
    };
    assert!(bench.store.set_preferences(&user, off(&["a", "b"]), 2, ANY).await.unwrap().is_some());
    let before = bench.revision(&user).await;
    assert!(bench.store.set_preferences(&user, off(&["b", "c"]), 2, ANY).await.unwrap().is_none());
    assert_eq!(bench.revision(&user).await, before);
    turn(&bench, &user, "a", true).await;
    assert!(bench.store.set_preferences(&user, off(&["a"]), 2, ANY).await.unwrap().is_some());
    assert_eq!(preferences(&bench, &user).await, [("a".to_owned(), false), ("b".to_owned(), false)]);
}

pub(in crate::store) async fn a_choice_is_one_users_in_one_project(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    let (user, neighbour) = (bench.user("u"), bench.user("v"));
    let stranger = UserRef { project: other.key, user: user.user.clone() };
    bench.send(&["u", "v"], in_category(1, "news")).await;
    let theirs = vec![stranger.user.clone()];
    bench.store.send(other.key, in_category(2, "news"), Audience::Users(theirs), None).await.unwrap();
    turn(&bench, &user, "news", false).await;
    assert_eq!(bench.counts(&user).await.total, 0);
    for user in [neighbour, stranger] {
        assert_eq!(bench.counts(&user).await.total, 1);
        assert_eq!(bench.ids(&user, View::All).await.len(), 1);
        assert_eq!(preferences(&bench, &user).await, [("news".to_owned(), true)]);
    }
}

pub(in crate::store) async fn time_goes_on_for_what_is_turned_off(bench: Bench) {
    let user = bench.user("u");
    let soon = NOW.plus_ms(1_000);
    bench.send(&["u"], NewNotification { expires_at: Some(soon), ..in_category(1, "news") }).await;
    bench.send(&["u"], in_category(2, "news")).await;
    bench.store.change_item(&user, id(2), NOW, snoozed(soon), ANY).await.unwrap();
    turn(&bench, &user, "news", false).await;
    assert!(bench.ids(&user, View::Snoozed).await.is_empty());
    let before = bench.revision(&user).await;
    bench.store.advance(soon, returned()).await.unwrap();
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert!(sync.changed.is_empty() && sync.removed.is_empty());
    assert_eq!(sync.counts, Counts::default());
    turn(&bench, &user, "news", true).await;
    assert_eq!(bench.ids(&user, View::All).await, [id(2).to_string()]);
}

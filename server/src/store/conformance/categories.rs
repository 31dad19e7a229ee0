//! Declared categories: what they are called, and whom they reach.

use notification_bell_protocol::{CategoryPreference, View};

use super::{
    ANY, Bench, NOW, entry, id, notification,
    preferences::{preferences, turn},
    project,
};
use crate::{
    languages::{Languages, Locale},
    store::{Category, CategoryPut, Changes, NewNotification, UserRef},
};

fn category(name: &str) -> Category {
    Category {
        name: name.to_owned(),
        names: [].into(),
        description: None,
        is_default: true,
        is_locked: false,
        updated_at: NOW,
    }
}

fn off_by_default(name: &str) -> Category {
    Category { is_default: false, ..category(name) }
}

fn locked(name: &str) -> Category {
    Category { is_locked: true, ..category(name) }
}

async fn put(bench: &Bench, category: Category) -> CategoryPut {
    bench.store.put_category(bench.project.key, category, 10, entry()).await.unwrap()
}

async fn sent(bench: &Bench, number: u128, category: &str) {
    let new = NewNotification { category: Some(category.to_owned()), ..notification(number) };
    bench.send(&["u"], new).await;
}

async fn shown(bench: &Bench, user: &UserRef) -> Vec<String> {
    assert_eq!(bench.counts(user).await.total, bench.ids(user, View::All).await.len() as u64);
    bench.ids(user, View::All).await
}

pub(in crate::store) async fn a_declared_category_is_listed_as_its_reader_calls_it(bench: Bench) {
    let user = bench.user("u");
    let locale = |text: &str| -> Locale { text.parse().unwrap() };
    let names = [(locale("de"), "Rechnungen".to_owned()), (locale("fr"), "Factures".to_owned())].into();
    assert_eq!(put(&bench, Category { names, ..category("billing") }).await, CategoryPut::Named);
    put(&bench, locked("security")).await;
    sent(&bench, 1, "chat").await;
    for (languages, label) in
        [(Languages::from(&locale("fr-CA")), "Factures"), (Languages::from(&locale("ja")), "Rechnungen")]
    {
        let listed = bench.store.preferences(&user, &languages).await.unwrap().categories;
        let billing = CategoryPreference {
            name: "billing".to_owned(),
            label: Some(label.to_owned()),
            enabled: true,
            can_be_turned_off: Some(true),
        };
        let security = CategoryPreference {
            name: "security".to_owned(),
            label: Some("security".to_owned()),
            enabled: true,
            can_be_turned_off: Some(false),
        };
        assert_eq!(listed, [billing, CategoryPreference::new("chat".to_owned(), true), security]);
    }
}

pub(in crate::store) async fn what_is_off_by_default_reaches_whoever_turns_it_on(bench: Bench) {
    let user = bench.user("u");
    put(&bench, off_by_default("tips")).await;
    sent(&bench, 1, "tips").await;
    sent(&bench, 2, "chat").await;
    assert_eq!(shown(&bench, &user).await, [id(2).to_string()]);
    assert!(bench.store.item(&user, id(1)).await.unwrap().is_none());
    turn(&bench, &user, "tips", true).await;
    assert_eq!(shown(&bench, &user).await, [id(2).to_string(), id(1).to_string()]);
    turn(&bench, &user, "tips", false).await;
    turn(&bench, &user, "tips", true).await;
    bench.store.remove_category(bench.project.key, "tips", entry()).await.unwrap();
    assert_eq!(shown(&bench, &user).await.len(), 2);
}

pub(in crate::store) async fn what_cannot_be_turned_off_reaches_whoever_had_turned_it_off(bench: Bench) {
    let user = bench.user("u");
    sent(&bench, 1, "security").await;
    turn(&bench, &user, "security", false).await;
    assert!(shown(&bench, &user).await.is_empty());
    assert_eq!(put(&bench, locked("security")).await, CategoryPut::ReachesOthers);
    assert_eq!(shown(&bench, &user).await, [id(1).to_string()]);
    assert_eq!(preferences(&bench, &user).await, [("security".to_owned(), true)]);
    turn(&bench, &user, "security", true).await;
    // The choice was not forgotten.
    bench.store.remove_category(bench.project.key, "security", entry()).await.unwrap();
    assert!(shown(&bench, &user).await.is_empty());
    assert_eq!(preferences(&bench, &user).await, [("security".to_owned(), false)]);
}

pub(in crate::store) async fn a_declaration_that_reaches_others_cannot_be_resumed_across(bench: Bench) {
    let user = bench.user("u");
    sent(&bench, 1, "tips").await;
    let before = bench.revision(&user).await;
    let is_reset = async |since: &str| {
        matches!(bench.store.changes(&user, since, ANY).await.unwrap(), Changes::Reset(_))
    };
    assert_eq!(put(&bench, category("tips")).await, CategoryPut::Named);
    assert!(!is_reset(&before).await);
    for declared in [off_by_default("tips"), category("tips"), locked("tips")] {
        let before = bench.revision(&user).await;
        assert_eq!(put(&bench, declared.clone()).await, CategoryPut::ReachesOthers);
        assert!(is_reset(&before).await);
        assert_eq!(put(&bench, declared).await, CategoryPut::Named);
        assert!(!is_reset(&bench.revision(&user).await).await);
    }
}

pub(in crate::store) async fn a_declaration_is_one_projects_and_there_are_no_more_than_may_be(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap().key;
    sent(&bench, 1, "tips").await;
    bench.store.put_category(other, off_by_default("tips"), 1, entry()).await.unwrap();
    assert_eq!(shown(&bench, &bench.user("u")).await.len(), 1);
    assert!(bench.store.categories(bench.project.key).await.unwrap().is_empty());
    assert!(bench.store.remove_category(bench.project.key, "tips", entry()).await.unwrap().is_none());
    let full = bench.store.put_category(other, category("more"), 1, entry()).await.unwrap();
    assert_eq!(full, CategoryPut::TooMany);
    assert_eq!(
        bench.store.put_category(other, category("tips"), 1, entry()).await.unwrap(),
        CategoryPut::ReachesOthers
    );
}

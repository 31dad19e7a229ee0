//! What is shared with a topic or with everyone: who has received it, and from which states it can be told.

use std::sync::Arc;

use super::{ANY, Bench, NOW, entry, id, notification, preferences::turn, project, read, removed, returned};
use crate::{
    languages::{Languages, Locale},
    store::{Audience, Category, Changes, Look, NewNotification, ProjectChange, Retention, SendOutcome},
};

pub(super) async fn share(bench: &Bench, number: u128, topic: Option<&str>) -> u64 {
    let audience = topic.map_or(Audience::Everyone, |topic| Audience::Topic(topic.to_owned()));
    let sent = bench.store.send(bench.project.key, notification(number), audience, None).await.unwrap();
    let SendOutcome::Stored(reached) = sent else { panic!("there is no key") };
    reached.recipients
}

fn numbered(numbers: &[u128]) -> Vec<String> {
    numbers.iter().map(|number| id(*number).to_string()).collect()
}

pub(in crate::store) async fn a_revision_from_before_anything_was_shared_is_resumed_from(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    let revision = bench.revision(&user).await;
    // As it was written when there was one number.
    let older = revision.rsplit_once('-').unwrap().0;
    share(&bench, 2, None).await;
    let Changes::Since(sync) = bench.store.changes(&user, older, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(sync.changed.into_iter().map(|item| item.id).collect::<Vec<_>>(), numbered(&[2]));
}

pub(in crate::store) async fn a_forgotten_withdrawal_makes_older_revisions_a_reset(bench: Bench) {
    let user = bench.user("u");
    share(&bench, 1, None).await;
    let before = bench.revision(&user).await;
    assert!(bench.store.withdraw(bench.project.key, id(1), NOW).await.unwrap().unwrap().shared);
    let after = bench.revision(&user).await;
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!((sync.removed, sync.revision), (numbered(&[1]), after.clone()));
    while bench.store.advance(NOW.plus_ms(8 * 86_400_000), returned()).await.unwrap().more {}
    assert!(matches!(bench.store.changes(&user, &before, ANY).await.unwrap(), Changes::Reset(_)));
    assert!(matches!(bench.store.changes(&user, &after, ANY).await.unwrap(), Changes::Since(_)));
    let (incarnation, _) = after.split_once('-').unwrap();
    for future in [format!("{incarnation}-0-9"), format!("{incarnation}-9-1")] {
        assert!(
            matches!(bench.store.changes(&user, &future, ANY).await.unwrap(), Changes::Reset(_)),
            "{future}"
        );
    }
}

pub(in crate::store) async fn inboxes_looked_at_together_are_told_what_each_is_told_alone(bench: Bench) {
    let elsewhere = bench.store.create_project(project("Second"), entry()).await.unwrap();
    look_together(&Bench { store: Arc::clone(&bench.store), project: elsewhere }, 10, false).await;
    look_together(&bench, 0, true).await;
}

async fn look_together(bench: &Bench, first: u128, with_off: bool) {
    let project = bench.project.key;
    let readers = ["new", "known", "subscribed", "left", "chose"].map(|id| bench.user(id));
    bench.send(&["known", "chose"], notification(first + 1)).await;
    bench
        .store
        .subscribe(project, "t", vec![readers[2].user.clone(), readers[3].user.clone()], 2)
        .await
        .unwrap();
    for name in ["off", "left out"] {
        let category = Category {
            name: name.to_owned(),
            names: [].into(),
            description: None,
            is_default: !with_off,
            is_locked: false,
            updated_at: NOW,
        };
        bench.store.put_category(project, category, 10, entry()).await.unwrap();
    }
    turn(bench, &readers[4], "off", with_off).await;
    let mut since = Vec::new();
    for reader in &readers {
        since.push(bench.revision(reader).await);
    }
    share(bench, first + 2, None).await;
    share(bench, first + 3, Some("t")).await;
    let categorized = |number, name: &str| NewNotification {
        category: Some(name.to_owned()),
        ..notification(first + number)
    };
    for (number, name) in [(4, "off"), (5, "on"), (6, "left out")] {
        bench.store.send(project, categorized(number, name), Audience::Everyone, None).await.unwrap();
    }
    bench.store.unsubscribe(project, "t", vec![readers[3].user.clone()]).await.unwrap();
    bench.store.withdraw(project, id(first + 2), NOW).await.unwrap().unwrap();
    let languages = ["de", "en"].map(|tag| Languages::from(&tag.parse::<Locale>().unwrap()));
    let looks: Arc<[Look]> = readers
        .iter()
        .zip(&since)
        .flat_map(|(user, since)| {
            let nonsense = "nonsense".to_owned();
            [(since.clone(), 0), (since.clone(), 1), (nonsense, 0)].map(|(since, language)| Look {
                user: user.clone(),
                since,
                languages: languages[language].clone(),
            })
        })
        .collect();
    let together = bench.store.changes_of_many(Arc::clone(&looks)).await.unwrap();
    assert_eq!(together.len(), looks.len());
    for (look, together) in looks.iter().zip(together) {
        let alone = bench.store.changes(&look.user, &look.since, &look.languages).await.unwrap();
        assert_eq!(together.unwrap(), Some(alone), "{look:?}");
    }
}

pub(in crate::store) async fn what_was_deleted_long_ago_is_not_told_when_it_is_withdrawn(bench: Bench) {
    let (deleted, kept) = (bench.user("deleted"), bench.user("kept"));
    share(&bench, 1, None).await;
    bench.store.change_item(&deleted, id(1), NOW, removed(), ANY).await.unwrap().unwrap();
    let later = NOW.plus_ms(8 * 86_400_000);
    while bench.store.advance(later, returned()).await.unwrap().more {}
    let (of_deleted, of_kept) = (bench.revision(&deleted).await, bench.revision(&kept).await);
    bench.store.withdraw(bench.project.key, id(1), later).await.unwrap().unwrap();
    for (user, since, expected) in [(&deleted, of_deleted, &[][..]), (&kept, of_kept, &[1])] {
        let Changes::Since(sync) = bench.store.changes(user, &since, ANY).await.unwrap() else {
            panic!("a reset")
        };
        assert_eq!(sync.removed, numbered(expected));
    }
}

pub(in crate::store) async fn what_came_while_somebody_was_in_a_topic_is_theirs(bench: Bench) {
    let (project, user) = (bench.project.key, bench.user("u"));
    let subscribe = async || bench.store.subscribe(project, "t", vec![user.user.clone()], 10).await.unwrap();
    let leave = async || bench.store.unsubscribe(project, "t", vec![user.user.clone()]).await.unwrap();
    assert_eq!(share(&bench, 1, Some("t")).await, 0);
    subscribe().await;
    subscribe().await;
    assert_eq!(share(&bench, 2, Some("t")).await, 1);
    leave().await;
    leave().await;
    assert_eq!(share(&bench, 3, Some("t")).await, 0);
    // Left and back again with nothing in between.
    subscribe().await;
    leave().await;
    subscribe().await;
    assert_eq!(share(&bench, 4, Some("t")).await, 1);
    assert_eq!(share(&bench, 5, Some("other")).await, 0);
    let view = notification_bell_protocol::View::All;
    assert_eq!(bench.ids(&user, view).await, numbered(&[4, 2]));
    bench.store.change_item(&user, id(2), NOW, read(), ANY).await.unwrap().unwrap();
    leave().await;
    assert_eq!(bench.ids(&user, view).await, numbered(&[4, 2]));
    for number in [1, 3, 5] {
        assert!(bench.store.change_item(&user, id(number), NOW, read(), ANY).await.unwrap().is_none());
    }
}

pub(in crate::store) async fn what_is_off_by_default_is_off_for_whoever_has_nothing_of_it_yet(bench: Bench) {
    let (project, user) = (bench.project.key, bench.user("u"));
    let put = async |is_default| {
        let category = Category {
            name: "news".to_owned(),
            names: std::collections::BTreeMap::new(),
            description: None,
            is_default,
            is_locked: false,
            updated_at: NOW,
        };
        bench.store.put_category(project, category, 10, super::entry()).await.unwrap();
    };
    put(false).await;
    let news = NewNotification { category: Some("news".to_owned()), ..notification(1) };
    bench.store.send(project, news, Audience::Everyone, None).await.unwrap();
    share(&bench, 2, None).await;
    let view = notification_bell_protocol::View::All;
    let shown = async || (bench.ids(&user, view).await, bench.counts(&user).await.total);
    assert_eq!(shown().await, (numbered(&[2]), 1));
    assert!(bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().is_none());
    let before = bench.revision(&user).await;
    put(true).await;
    assert!(matches!(bench.store.changes(&user, &before, ANY).await.unwrap(), Changes::Reset(_)));
    assert_eq!(shown().await, (numbered(&[2, 1]), 2));
    put(false).await;
    bench.store.change_item(&user, id(2), NOW, read(), ANY).await.unwrap().unwrap();
    assert_eq!(shown().await, (numbered(&[2]), 1), "settled or not");
}

pub(in crate::store) async fn what_is_sent_later_reaches_whoever_is_there_then(bench: Bench) {
    let (project, user) = (bench.project.key, bench.user("u"));
    let later = |number| NewNotification { send_at: Some(NOW.plus_ms(1_000)), ..notification(number) };
    for (number, audience) in [(1, Audience::Everyone), (2, Audience::Topic("t".to_owned()))] {
        bench.store.send(project, later(number), audience, None).await.unwrap();
    }
    bench.store.subscribe(project, "t", vec![user.user.clone()], 10).await.unwrap();
    let before = bench.revision(&user).await;
    let work = bench.store.advance(NOW.plus_ms(999), returned()).await.unwrap();
    assert!(work.changed.is_empty() && work.shared.is_empty());
    assert_eq!(bench.revision(&user).await, before);
    let work = bench.store.advance(NOW.plus_ms(1_000), returned()).await.unwrap();
    assert_eq!((work.changed, work.shared), (vec![user.clone()], vec![project]));
    assert_eq!(bench.ids(&user, notification_bell_protocol::View::All).await, numbered(&[2, 1]));
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(sync.changed.into_iter().map(|item| item.id).collect::<Vec<_>>(), numbered(&[1, 2]));
    let again = bench.store.advance(NOW.plus_ms(2_000), returned()).await.unwrap();
    assert!(again.changed.is_empty() && again.shared.is_empty());
    let sent = bench.store.notification(project, id(2)).await.unwrap().unwrap();
    assert_eq!(sent.tallies.recipients, 1);
}

pub(in crate::store) async fn what_is_too_old_is_removed_and_older_revisions_are_a_reset(bench: Bench) {
    let user = bench.user("u");
    share(&bench, 1, None).await;
    bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().unwrap();
    share(&bench, 2, None).await;
    let before = bench.revision(&user).await;
    let change = ProjectChange { retention: Some(Retention::Days(1)), ..ProjectChange::default() };
    bench.store.change_project(bench.project.key, change, super::entry()).await.unwrap();
    while bench.store.advance(NOW.plus_ms(2 * 86_400_000), returned()).await.unwrap().more {}
    for (user, total) in [(&user, 0), (&bench.user("v"), 0)] {
        assert_eq!(bench.counts(user).await.total, total);
        assert!(matches!(bench.store.changes(user, &before, ANY).await.unwrap(), Changes::Reset(_)));
    }
    for number in [1, 2] {
        assert!(bench.store.notification(bench.project.key, id(number)).await.unwrap().is_none());
    }
}

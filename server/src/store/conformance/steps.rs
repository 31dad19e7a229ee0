//! What is told of a notification without a look is what a look would find.

use std::collections::BTreeMap;

use notification_bell_protocol::{Counts, Revision};

use super::{ANY, Bench, NOW, entry, notification, preferences::turn};
use crate::{
    auth::user_id::UserId,
    languages::Locale,
    store::{
        Audience, Category, Changes, NewNotification, Reached, SendOutcome, Step, Texts, TextsByLocale,
        UserRef,
    },
};

/// What is known of an inbox.
pub(super) type Standing = (UserRef, Counts, Revision);

pub(super) async fn standings<'a>(bench: &Bench, users: impl Iterator<Item = &'a UserRef>) -> Vec<Standing> {
    let mut known = Vec::new();
    for user in users {
        let (counts, revision) = bench.store.counts(user).await.unwrap();
        known.push((user.clone(), counts, revision));
    }
    known
}

/// Whoever knew an inbox before is told by the step what they would find. Gives whether there was one.
pub(super) async fn check_step(
    bench: &Bench,
    known: &[Standing],
    audience: &Audience,
    sent: SendOutcome,
) -> bool {
    let SendOutcome::Stored(Reached { step, .. }) = sent else { panic!("it is stored") };
    let Some(step) = step else { return false };
    for (user, counts, revision) in known {
        let is_for = match audience {
            Audience::Users(users) => users.contains(&user.user),
            Audience::Topic(_) => panic!("who is in a topic is not asked"),
            Audience::Everyone => true,
        };
        if is_for {
            let found = bench.store.changes(user, revision, ANY).await.unwrap();
            let told = step.from(revision, counts).expect("it is the next step");
            assert_eq!(Changes::Since(told.clone()), found);
            assert_eq!(step.from(&told.revision, &told.counts), None, "it is behind them");
        }
    }
    true
}

async fn category(bench: &Bench, name: &str, is_default: bool, is_locked: bool) {
    let category = Category {
        name: name.to_owned(),
        names: BTreeMap::new(),
        description: None,
        is_default,
        is_locked,
        updated_at: NOW,
    };
    bench.store.put_category(bench.project.key, category, 100, entry()).await.unwrap();
}

/// Sends to the first user, or to everyone, and gives whether there was a step.
async fn is_told(bench: &Bench, new: NewNotification, to_all: bool) -> bool {
    let users = [bench.user("one"), bench.user("other")];
    let known = standings(bench, users.iter()).await;
    let audience = if to_all { Audience::Everyone } else { Audience::Users(vec![UserId::trusted("one")]) };
    let sent = bench.store.send(bench.project.key, new, audience.clone(), None).await.unwrap();
    check_step(bench, &known, &audience, sent).await
}

fn of(number: u128, category: &str) -> NewNotification {
    NewNotification { category: Some(category.to_owned()), ..notification(number) }
}

pub(in crate::store) async fn what_is_not_the_same_for_all_is_not_told_without_a_look(bench: Bench) {
    let texts = Texts { title: "Titel".to_owned(), ..Texts::default() };
    let texts = TextsByLocale::from([(Locale::trusted("de".to_owned()), texts)]);
    let group_key = Some("g".to_owned());
    let send_at = Some(NOW.plus_ms(60_000));
    category(&bench, "off", false, false).await;
    category(&bench, "turned off", true, false).await;
    turn(&bench, &bench.user("one"), "turned off", false).await;
    for (number, to_all) in [(10, false), (20, true)] {
        let plain = notification(number);
        for new in [
            NewNotification { texts: texts.clone(), ..plain.clone() },
            NewNotification { id: super::id(number + 1), group_key: group_key.clone(), ..plain.clone() },
            NewNotification { id: super::id(number + 2), send_at, ..plain.clone() },
            of(number + 3, "off"),
            of(number + 4, "turned off"),
        ] {
            assert!(!is_told(&bench, new.clone(), to_all).await, "{new:?}");
        }
    }
}

/// Of a store that gives steps.
pub(in crate::store) async fn what_is_the_same_for_all_is_told_without_a_look(bench: Bench) {
    category(&bench, "locked", false, true).await;
    category(&bench, "on", true, false).await;
    turn(&bench, &bench.user("one"), "another", false).await;
    for (number, to_all) in [(10, false), (20, true), (30, false), (40, true)] {
        for new in
            [notification(number), of(number + 1, "locked"), of(number + 2, "on"), of(number + 3, "unknown")]
        {
            assert!(is_told(&bench, new.clone(), to_all).await, "{new:?}");
        }
    }
    // Who has turned it off is not told of one that others are.
    let new = of(50, "another");
    let audience = Audience::Users(vec![UserId::trusted("other")]);
    let sent = bench.store.send(bench.project.key, new, audience, None).await.unwrap();
    let SendOutcome::Stored(Reached { step: Some(Step { .. }), .. }) = sent else { panic!("{sent:?}") };
}

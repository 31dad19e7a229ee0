//! What was sent, what became of it, and taking it back.

use std::{collections::BTreeMap, sync::Arc};

use notification_bell_protocol::{Action, ActionStyle, View};

use super::{
    ANY, Bench, NOW, entry, id, notification, preferences::archived, project, read, removed, returned,
};
use crate::store::{
    Audience, Changes, Happening, ItemState, NewNotification, NotificationPage, NotificationQuery,
    ProjectKey, StoreError, Tallies, Transition,
};

async fn tallies(bench: &Bench, number: u128) -> Tallies {
    bench.store.notification(bench.project.key, id(number)).await.unwrap().unwrap().tallies
}

fn clicked() -> Transition {
    Arc::new(|state| ItemState { happened: state.happened.with(Happening::Clicked), ..state })
}

fn used(action: &'static str) -> Transition {
    Arc::new(move |mut state| {
        if !state.actions_done.iter().any(|done| done == action) {
            state.actions_done.push(action.to_owned());
        }
        state
    })
}

pub(in crate::store) async fn each_user_is_counted_once_whatever_they_take_back(bench: Bench) {
    let (user, other) = (bench.user("u"), bench.user("v"));
    bench.send(&["u", "v", "w"], notification(1)).await;
    assert_eq!(tallies(&bench, 1).await, Tallies { recipients: 3, ..Tallies::default() });
    let unread: Transition = Arc::new(|state| ItemState { read_at: None, seen_at: None, ..state });
    for transition in [read(), unread, read(), clicked(), clicked(), archived(), returned(), archived()] {
        bench.store.change_item(&user, id(1), NOW, transition, ANY).await.unwrap().unwrap();
    }
    let seen: Transition = Arc::new(|state| ItemState { seen_at: Some(NOW), ..state });
    bench.store.change_items(&other, super::everything(), NOW, seen).await.unwrap();
    let expected =
        Tallies { recipients: 3, seen: 2, read: 1, clicked: 1, archived: 1, actions: BTreeMap::new() };
    assert_eq!(tallies(&bench, 1).await, expected);
    for user in ["u", "v", "w"] {
        bench.store.change_item(&bench.user(user), id(1), NOW, removed(), ANY).await.unwrap().unwrap();
    }
    assert_eq!(tallies(&bench, 1).await, expected, "what was counted stays when the items are gone");
}

pub(in crate::store) async fn actions_are_counted_by_their_id(bench: Bench) {
    let action = |id: &str| Action {
        id: id.to_owned(),
        label: id.to_owned(),
        url: None,
        style: ActionStyle::Default,
        done: false,
    };
    let actions = vec![action("yes"), action("no"), action("later")];
    bench.send(&["u", "v"], NewNotification { actions, ..notification(1) }).await;
    for (user, action) in [("u", "yes"), ("u", "yes"), ("u", "no"), ("v", "yes")] {
        bench.store.change_item(&bench.user(user), id(1), NOW, used(action), ANY).await.unwrap().unwrap();
    }
    let expected = BTreeMap::from([("no".to_owned(), 1), ("yes".to_owned(), 2)]);
    assert_eq!(tallies(&bench, 1).await.actions, expected);
}

async fn search(bench: &Bench, project: ProjectKey, query: NotificationQuery) -> Vec<String> {
    let page = bench.store.search_notifications(project, query).await.unwrap();
    page.notifications.into_iter().map(|found| found.title).collect()
}

pub(in crate::store) async fn what_was_sent_is_found_by_user_category_type_and_time(bench: Bench) {
    let of = |number, category: &str, kind: &str| NewNotification {
        category: Some(category.to_owned()),
        r#type: Some(kind.to_owned()),
        ..notification(number)
    };
    bench.send(&["u"], of(1, "news", "a")).await;
    bench.send(&["u", "v"], of(2, "team", "a")).await;
    bench.send(&["v"], of(3, "news", "b")).await;
    bench.send(&["u"], notification(4)).await;
    let all = NotificationQuery { limit: 10, ..NotificationQuery::default() };
    let find = async |query| search(&bench, bench.project.key, query).await;
    assert_eq!(find(all.clone()).await, ["Number 4", "Number 3", "Number 2", "Number 1"]);
    let news = NotificationQuery { category: Some("news".to_owned()), ..all.clone() };
    assert_eq!(find(news.clone()).await, ["Number 3", "Number 1"]);
    let both = NotificationQuery { r#type: Some("a".to_owned()), ..news.clone() };
    assert_eq!(find(both).await, ["Number 1"]);
    let of_v = NotificationQuery { user: Some(bench.user("v").user), ..all.clone() };
    assert_eq!(find(of_v.clone()).await, ["Number 3", "Number 2"]);
    assert_eq!(find(NotificationQuery { category: news.category, ..of_v }).await, ["Number 3"]);
    let nobody = NotificationQuery { user: Some(bench.user("nobody").user), ..all.clone() };
    assert!(find(nobody).await.is_empty());
    let (since, until) = (Some(NOW.plus_ms(2)), Some(NOW.plus_ms(4)));
    assert_eq!(find(NotificationQuery { since, until, ..all.clone() }).await, ["Number 3", "Number 2"]);
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    assert!(search(&bench, other.key, all).await.is_empty());
    assert!(bench.store.notification(other.key, id(1)).await.unwrap().is_none());
}

pub(in crate::store) async fn what_was_sent_is_found_by_its_topic_and_says_whom_it_was_for(bench: Bench) {
    let send = async |number, audience| {
        bench.store.send(bench.project.key, notification(number), audience, None).await.unwrap();
    };
    let later = NewNotification { send_at: Some(NOW.plus_ms(9_000)), ..notification(3) };
    send(1, Audience::Topic("releases".to_owned())).await;
    send(2, Audience::Topic("offers".to_owned())).await;
    bench.store.send(bench.project.key, later, Audience::Topic("releases".to_owned()), None).await.unwrap();
    send(4, Audience::Everyone).await;
    let releases =
        NotificationQuery { topic: Some("releases".to_owned()), limit: 10, ..NotificationQuery::default() };
    assert_eq!(search(&bench, bench.project.key, releases.clone()).await, ["Number 3", "Number 1"]);
    bench.store.withdraw(bench.project.key, id(1), NOW).await.unwrap().unwrap();
    assert_eq!(search(&bench, bench.project.key, releases).await, ["Number 3", "Number 1"]);
    let audience_of = async |number| {
        let record = bench.store.notification(bench.project.key, id(number)).await.unwrap().unwrap();
        (record.topic, record.everyone)
    };
    assert_eq!(audience_of(2).await, (Some("offers".to_owned()), false));
    assert_eq!(audience_of(4).await, (None, true));
}

pub(in crate::store) async fn pages_of_what_was_sent_join(bench: Bench) {
    for number in 1..=7 {
        // Of one moment, as those of a batch may be.
        bench.send(&["u"], NewNotification { created_at: NOW, ..notification(number) }).await;
    }
    for user in [None, Some(bench.user("u").user)] {
        let mut query = NotificationQuery { limit: 3, user, ..NotificationQuery::default() };
        let mut found = Vec::new();
        loop {
            let page = bench.store.search_notifications(bench.project.key, query.clone()).await.unwrap();
            found.extend(page.notifications.into_iter().map(|found| found.id));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, (1..=7).rev().map(|number| id(number).to_string()).collect::<Vec<_>>());
        let cursor = Some("x".to_owned());
        let made_up = NotificationQuery { cursor, ..query };
        let refused = bench.store.search_notifications(bench.project.key, made_up).await;
        assert!(matches!(refused, Err(StoreError::NotOurs("cursor"))));
    }
    let empty = NotificationQuery { user: Some(bench.user("v").user), limit: 1, ..Default::default() };
    let page = bench.store.search_notifications(bench.project.key, empty).await.unwrap();
    assert_eq!(page, NotificationPage::default());
}

pub(in crate::store) async fn what_is_withdrawn_is_gone_from_every_inbox_and_streams_are_told(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u", "v"], notification(1)).await;
    bench.send(&["u"], notification(2)).await;
    bench.store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().unwrap();
    let before = bench.revision(&user).await;
    let step = bench.store.withdraw(bench.project.key, id(1), NOW).await.unwrap().unwrap();
    assert_eq!((step.changed, step.more), (vec![bench.user("u"), bench.user("v")], false));
    assert_eq!(bench.ids(&user, View::All).await, [id(2).to_string()]);
    assert!(bench.ids(&bench.user("v"), View::All).await.is_empty());
    let Changes::Since(sync) = bench.store.changes(&user, &before, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!((sync.removed, sync.counts.total), (vec![id(1).to_string()], 1));
    let record = bench.store.notification(bench.project.key, id(1)).await.unwrap().unwrap();
    assert_eq!((record.withdrawn_at, record.tallies.read), (Some(NOW), 1));

    let again = bench.store.withdraw(bench.project.key, id(1), NOW.plus_ms(9)).await.unwrap().unwrap();
    assert!(again.changed.is_empty() && !again.more);
    let record = bench.store.notification(bench.project.key, id(1)).await.unwrap().unwrap();
    assert_eq!(record.withdrawn_at, Some(NOW), "the first time is kept");
}

pub(in crate::store) async fn a_project_withdraws_only_what_it_sent(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    bench.send(&["u"], notification(1)).await;
    assert!(bench.store.withdraw(other.key, id(1), NOW).await.unwrap().is_none());
    assert!(bench.store.withdraw(bench.project.key, id(2), NOW).await.unwrap().is_none());
    assert_eq!(bench.ids(&bench.user("u"), View::All).await.len(), 1);
}

pub(in crate::store) async fn a_long_withdrawal_goes_on_where_it_was_left(bench: Bench) {
    let users: Vec<String> = (0..1_500).map(|number| format!("u{number}")).collect();
    bench.send(&users.iter().map(String::as_str).collect::<Vec<_>>(), notification(1)).await;
    let first = bench.store.withdraw(bench.project.key, id(1), NOW).await.unwrap().unwrap();
    assert!(first.more && first.changed.len() < 1_500);
    let left = bench.store.unfinished_withdrawals().await.unwrap();
    assert_eq!(left, [(bench.project.key, id(1))]);
    let mut taken = first.changed.len();
    loop {
        let step = bench.store.withdraw(bench.project.key, id(1), NOW).await.unwrap().unwrap();
        taken += step.changed.len();
        if !step.more {
            break;
        }
    }
    assert_eq!(taken, 1_500);
    assert!(bench.store.unfinished_withdrawals().await.unwrap().is_empty());
    assert!(bench.ids(&bench.user("u1499"), View::All).await.is_empty());
}

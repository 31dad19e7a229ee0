//! What is removed because of its age.

use std::sync::Arc;

use notification_bell_protocol::{Counts, Timestamp, View};

use super::{ANY, Bench, NOW, entry, id, notification, project, removed, returned, snoozed};
use crate::store::{
    Audience, Changes, ItemState, NewNotification, Place, ProjectChange, Retention, Transition, UserRef,
};

const DAY_MS: i64 = 86_400_000;

fn days(days: i64) -> Timestamp {
    NOW.plus_ms(days * DAY_MS)
}

/// Sent so many days after the beginning, in a category.
fn sent_on(day: i64, number: u128) -> NewNotification {
    let category = Some("news".to_owned());
    NewNotification { created_at: days(day), category, ..notification(number) }
}

impl Bench {
    async fn keep(&self, retention: Retention) {
        let change = ProjectChange { retention: Some(retention), ..ProjectChange::default() };
        self.store.change_project(self.project.key, change, entry()).await.unwrap();
    }

    /// Lets time do all it has to; gives the inboxes it changed.
    async fn pass_to(&self, now: Timestamp) -> Vec<UserRef> {
        let mut changed = Vec::new();
        loop {
            let work = self.store.advance(now, returned()).await.unwrap();
            changed.extend(work.changed);
            if !work.more {
                return changed;
            }
        }
    }
}

pub(in crate::store) async fn what_is_older_is_gone_wherever_it_was_put(bench: Bench) {
    let user = bench.user("u");
    for number in 1..=5 {
        bench.send(&["u"], sent_on(0, number)).await;
    }
    bench.send(&["u", "v"], sent_on(5, 6)).await;
    let archived: Transition = Arc::new(|state| ItemState { place: Place::Archived, ..state });
    for (number, transition) in [(1, archived), (2, snoozed(days(300))), (3, removed())] {
        bench.store.change_item(&user, id(number), NOW, transition, ANY).await.unwrap().unwrap();
    }
    let before = bench.revision(&user).await;
    assert!(bench.pass_to(days(2)).await.is_empty(), "what is kept for good is kept");
    bench.keep(Retention::Days(3)).await;
    assert!(bench.pass_to(days(3)).await.is_empty());
    assert_eq!(bench.pass_to(days(3).plus_ms(1)).await, std::slice::from_ref(&user));
    assert_eq!(bench.ids(&user, View::All).await, [id(6).to_string()]);
    for view in [View::Archived, View::Snoozed] {
        assert_eq!(bench.ids(&user, view).await, [""; 0]);
    }
    let counts = bench.counts(&user).await;
    let categories = [("news".to_owned(), 1)].into();
    assert_eq!(counts, Counts { unseen: 1, unread: 1, total: 1, categories });
    let told = bench.store.changes(&user, &before, ANY).await.unwrap();
    assert!(matches!(told, Changes::Reset(_)), "there is nothing left to tell of");
    let now = bench.revision(&user).await;
    assert!(matches!(bench.store.changes(&user, &now, ANY).await.unwrap(), Changes::Since(_)));
    bench.pass_to(days(9)).await;
    assert_eq!(bench.counts(&user).await, Counts::default());
    assert_eq!(bench.store.preferences(&user, ANY).await.unwrap().categories, []);
}

pub(in crate::store) async fn one_project_does_not_decide_for_another(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    bench.keep(Retention::Days(1)).await;
    let user = bench.user("u").user;
    bench.store.send(other.key, sent_on(0, 1), Audience::Users(vec![user.clone()]), None).await.unwrap();
    bench.send(&["u"], sent_on(0, 2)).await;
    bench.pass_to(days(2)).await;
    assert_eq!(bench.counts(&UserRef { project: other.key, user }).await.total, 1);
    assert_eq!(bench.counts(&bench.user("u")).await.total, 0);
    bench.keep(Retention::ForGood).await;
    bench.send(&["u"], sent_on(0, 3)).await;
    assert!(bench.pass_to(days(9)).await.is_empty());
}

pub(in crate::store) async fn a_transaction_removes_no_more_than_it_should(bench: Bench) {
    bench.keep(Retention::Days(1)).await;
    let users: Vec<String> = (0..900).map(|number| format!("user {number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    for number in 1..=3 {
        bench.send(&users, sent_on(0, number)).await;
    }
    let work = bench.store.advance(days(2), returned()).await.unwrap();
    assert!(work.more && work.changed.len() <= 1_000, "{}", work.changed.len());
    bench.pass_to(days(2)).await;
    assert_eq!(bench.counts(&bench.user("user 899")).await.total, 0);
}

pub(in crate::store) async fn what_is_still_to_be_sent_is_sent_first(bench: Bench) {
    bench.keep(Retention::Days(1)).await;
    bench.send(&["u"], NewNotification { send_at: Some(days(1)), ..notification(1) }).await;
    bench.pass_to(days(1)).await;
    assert_eq!(bench.counts(&bench.user("u")).await.total, 1);
    bench.send(&["u"], NewNotification { send_at: Some(days(2)), ..notification(2) }).await;
    // Nobody was there for a week.
    bench.pass_to(days(9)).await;
    assert_eq!(bench.counts(&bench.user("u")).await.total, 0);
}

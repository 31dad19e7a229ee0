//! What is held about a user, and how it is forgotten.

use std::sync::Arc;

use notification_bell_protocol::{Counts, View};

use super::{ANY, Bench, NOW, entry, id, notification, project, removed, returned, snoozed};
use crate::store::{
    Actor, Audience, AuditAction, AuditEntry, AuditQuery, Changes, HeldPosition, ItemState, NewNotification,
    Place, Revocation, Transition, UserRef, Whereabouts,
};

fn about(action: AuditAction, user: &UserRef, project_id: &str) -> AuditEntry {
    AuditEntry::new(NOW, Actor::CommandLine, action).in_project(project_id).about(user.user.as_str())
}

impl Bench {
    async fn erase(&self, user: &UserRef) {
        let audit = AuditEntry::new(NOW, Actor::CommandLine, AuditAction::UserErased)
            .in_project(&self.project.id)
            .about("erased-1");
        self.store.erase_user(user, "erased-1", audit).await.unwrap();
    }

    async fn held(&self, user: &UserRef) -> Vec<(String, Whereabouts)> {
        let mut held = Vec::new();
        let mut next = Some(HeldPosition::default());
        while let Some(from) = next {
            let page = self.store.held_items(user, from, 2).await.unwrap();
            held.extend(page.items.into_iter().map(|held| (held.item.id, held.whereabouts)));
            next = page.next;
        }
        held
    }

    async fn pass_time(&self) {
        while self.store.advance(NOW, returned()).await.unwrap().more {}
    }
}

pub(in crate::store) async fn what_is_held_is_all_that_there_is_wherever_it_is(bench: Bench) {
    let user = bench.user("u");
    for number in 1..=5 {
        bench.send(&["u", "v"], notification(number)).await;
    }
    for number in [6, 7] {
        let send_at = Some(NOW.plus_ms(9_000));
        bench.send(&["u"], NewNotification { send_at, ..notification(number) }).await;
    }
    let archived: Transition = Arc::new(|state| ItemState { place: Place::Archived, ..state });
    let transitions = [(2, archived), (3, snoozed(NOW.plus_ms(5_000))), (4, removed())];
    for (number, transition) in transitions {
        bench.store.change_item(&user, id(number), NOW, transition, ANY).await.unwrap().unwrap();
    }
    let expected = [
        Whereabouts::Inbox,
        Whereabouts::Archived,
        Whereabouts::Snoozed,
        Whereabouts::Removed(NOW),
        Whereabouts::Inbox,
        Whereabouts::Scheduled,
        Whereabouts::Scheduled,
    ];
    let expected: Vec<_> = (1..).map(|number| id(number).to_string()).zip(expected).collect();
    assert_eq!(bench.held(&user).await, expected);
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    assert_eq!(bench.held(&UserRef { project: other.key, ..user.clone() }).await, []);
    assert_eq!(bench.held(&bench.user("v")).await.len(), 5);
    let revocation = Revocation { blocked: Some(true), ..Revocation::default() };
    let audit = about(AuditAction::UserRevoked, &user, &bench.project.id);
    bench.store.revoke_user(&user, revocation, audit).await.unwrap();
    let audit = about(AuditAction::UserExported, &user, &bench.project.id);
    let record = bench.store.user_record(&user, audit).await.unwrap();
    assert!(record.standing.blocked);
    assert_eq!(record.audit.len(), 1);
    let unknown = bench.user("never heard of");
    let audit = about(AuditAction::UserExported, &unknown, &bench.project.id);
    assert!(!bench.store.user_record(&unknown, audit).await.unwrap().standing.blocked);
}

pub(in crate::store) async fn what_is_shared_is_held_once_whether_its_user_has_acted_or_not(bench: Bench) {
    let (user, topic) = (bench.user("u"), "releases");
    bench.store.subscribe(bench.project.key, topic, vec![user.user.clone()], 10).await.unwrap();
    for (number, audience) in [
        (1, Audience::Everyone),
        (2, Audience::Users(vec![user.user.clone()])),
        (3, Audience::Topic(topic.to_owned())),
        (4, Audience::Topic("another".to_owned())),
    ] {
        bench.store.send(bench.project.key, notification(number), audience, None).await.unwrap();
    }
    let mut expected: Vec<_> =
        [1, 2, 3].map(|number| (id(number).to_string(), Whereabouts::Inbox)).into_iter().collect();
    assert_eq!(bench.held(&user).await, expected);
    let archived: Transition = Arc::new(|state| ItemState { place: Place::Archived, ..state });
    bench.store.change_item(&user, id(3), NOW, archived, ANY).await.unwrap().unwrap();
    expected[2].1 = Whereabouts::Archived;
    assert_eq!(bench.held(&user).await, expected);
    let audit = about(AuditAction::UserExported, &user, &bench.project.id);
    assert_eq!(bench.store.user_record(&user, audit).await.unwrap().topics, [topic]);
}

pub(in crate::store) async fn an_erased_user_is_as_if_never_heard_of(bench: Bench) {
    let user = bench.user("u");
    let category = Some("news".to_owned());
    bench.send(&["u"], NewNotification { category: category.clone(), ..notification(1) }).await;
    bench.send(&["u", "v"], NewNotification { category, ..notification(2) }).await;
    for (number, users) in [(3, vec!["u"]), (4, vec!["u", "v"])] {
        let send_at = Some(NOW.plus_ms(9_000));
        bench.send(&users, NewNotification { send_at, ..notification(number) }).await;
    }
    let revocation = Revocation { blocked: Some(true), ..Revocation::default() };
    let audit = about(AuditAction::UserRevoked, &user, &bench.project.id);
    bench.store.revoke_user(&user, revocation, audit).await.unwrap();
    bench.erase(&user).await;
    // At once, and after what was theirs has been removed.
    for _ in 0..2 {
        assert_eq!(bench.counts(&user).await, Counts::default());
        assert_eq!(bench.ids(&user, View::All).await, [""; 0]);
        assert_eq!(bench.held(&user).await, []);
        assert_eq!(bench.store.preferences(&user, ANY).await.unwrap().categories, []);
        assert!(bench.store.item(&user, id(1)).await.unwrap().is_none());
        bench.pass_time().await;
    }
    let standing = bench.store.session_standing(&bench.project.id, &user.user, "").await.unwrap().unwrap();
    assert!(!standing.user.blocked);
    assert!(standing.user.issued_before > NOW, "sessions that were open end");
    let log = bench.store.audit_records(AuditQuery { limit: 10, ..AuditQuery::default() }).await.unwrap();
    assert!(log.iter().all(|record| record.subject != "u"));
    assert_eq!(log.iter().filter(|record| record.subject == "erased-1").count(), 2);
    // What others have of it stays, and so does what is to be sent to them.
    let other = bench.user("v");
    assert_eq!(bench.ids(&other, View::All).await, [id(2).to_string()]);
    bench.store.advance(NOW.plus_ms(9_000), returned()).await.unwrap();
    assert_eq!(bench.counts(&other).await.total, 2);
    assert_eq!(bench.counts(&user).await.total, 0);
}

pub(in crate::store) async fn who_is_erased_may_come_back_and_be_erased_again(bench: Bench) {
    let user = bench.user("u");
    bench.erase(&user).await;
    for round in 1..=3 {
        bench.send(&["u"], notification(round)).await;
        assert_eq!(bench.ids(&user, View::All).await, [id(round).to_string()]);
        bench.erase(&user).await;
        assert_eq!(bench.counts(&user).await.total, 0);
    }
    bench.pass_time().await;
    let late = NOW.plus_ms(3 * 3_600_000);
    bench.store.advance(late, returned()).await.unwrap();
    let standing = bench.store.session_standing(&bench.project.id, &user.user, "").await.unwrap().unwrap();
    assert_eq!(standing.user.issued_before.unix_ms(), 0, "no session can be so old any more");
}

pub(in crate::store) async fn whoever_has_seen_an_erased_inbox_misses_nothing_of_the_next(bench: Bench) {
    let (user, other) = (bench.user("u"), bench.user("other"));
    for number in 1..=3 {
        bench.send(&["u"], notification(number)).await;
    }
    let seen = bench.revision(&user).await;
    bench.erase(&user).await;
    let is_reset = async |user: &UserRef, since: &str| {
        matches!(bench.store.changes(user, since, ANY).await.unwrap(), Changes::Reset(_))
    };
    assert!(is_reset(&user, &seen).await, "what it shows is gone");
    // As many as there had been before, and more: its own number must not be what it was.
    for number in 4..=12 {
        bench.send(&["u"], notification(number)).await;
        assert!(is_reset(&user, &seen).await, "{number}");
    }
    // Who comes after that is told of the first item as everybody is.
    let empty = bench.revision(&other).await;
    bench.send(&["other"], notification(13)).await;
    let Changes::Since(sync) = bench.store.changes(&other, &empty, ANY).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(sync.changed.len(), 1);
}

pub(in crate::store) async fn an_inbox_that_had_only_topics_is_forgotten_too(bench: Bench) {
    let (project, user) = (bench.project.key, bench.user("u"));
    for round in 1..=2 {
        bench.store.subscribe(project, "t", vec![user.user.clone()], 1).await.unwrap();
        let topic = Audience::Topic("t".to_owned());
        bench.store.send(project, notification(round), topic, None).await.unwrap();
        let seen = bench.revision(&user).await;
        assert_eq!(bench.counts(&user).await.total, 1);
        bench.erase(&user).await;
        assert_eq!(bench.counts(&user).await.total, 0);
        let changes = bench.store.changes(&user, &seen, ANY).await.unwrap();
        assert!(matches!(changes, Changes::Reset(_)), "it still shows what is gone");
    }
}

pub(in crate::store) async fn the_same_id_in_another_project_is_another_user(bench: Bench) {
    let other = bench.store.create_project(project("Second"), entry()).await.unwrap();
    let theirs = UserRef { project: other.key, user: bench.user("u").user };
    bench
        .store
        .send(other.key, notification(1), Audience::Users(vec![theirs.user.clone()]), None)
        .await
        .unwrap();
    let later = NewNotification { send_at: Some(NOW.plus_ms(9)), ..notification(2) };
    bench.store.send(other.key, later, Audience::Users(vec![theirs.user.clone()]), None).await.unwrap();
    bench.erase(&bench.user("u")).await;
    bench.pass_time().await;
    assert_eq!(bench.counts(&theirs).await.total, 1);
    assert_eq!(bench.held(&theirs).await.len(), 2);
    let standing = bench.store.session_standing(&other.id, &theirs.user, "").await.unwrap().unwrap();
    assert_eq!(standing.user.issued_before.unix_ms(), 0);
}

pub(in crate::store) async fn a_large_inbox_is_removed_piece_by_piece(bench: Bench) {
    for number in 1..=2_500 {
        bench.send(&["u"], notification(number)).await;
    }
    bench.erase(&bench.user("u")).await;
    let mut pieces = 0;
    while bench.store.advance(NOW, returned()).await.unwrap().more {
        pieces += 1;
    }
    assert_eq!(pieces, 3);
}

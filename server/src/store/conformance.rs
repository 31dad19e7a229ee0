//! What every database has to do, said once: each implementation runs these against itself.

use std::{collections::BTreeSet, sync::Arc};

use notification_bell_protocol::{Counts, Timestamp, View};
use uuid::Uuid;

use super::{
    Changes, Idempotency, ItemState, ListQuery, NewNotification, NewProject, NewSecret, Place, Project,
    Revocation, Selection, SendOutcome, Store, StoreError, Transition, UserRef,
};
use crate::auth::user_id::{UserId, UserIdRule};

const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// A store and a project in it.
pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) project: Project,
}

impl Bench {
    pub(super) async fn new(store: Arc<dyn Store>) -> Self {
        let project = store.create_project(project("First")).await.unwrap();
        Self { store, project }
    }

    fn user(&self, id: &str) -> UserRef {
        UserRef { project: self.project.key, user: UserId::parse(id, UserIdRule::Lowercase).unwrap() }
    }

    async fn send(&self, users: &[&str], notification: NewNotification) -> SendOutcome {
        self.send_with(users, notification, None).await
    }

    async fn send_with(
        &self,
        users: &[&str],
        notification: NewNotification,
        idempotency: Option<Idempotency>,
    ) -> SendOutcome {
        let users = users.iter().map(|id| self.user(id).user).collect();
        self.store.send(self.project.key, notification, users, idempotency).await.unwrap()
    }

    async fn ids(&self, user: &UserRef, view: View) -> Vec<String> {
        let query = ListQuery { view, category: None, limit: 100, cursor: None };
        self.store.list(user, query).await.unwrap().items.into_iter().map(|item| item.id).collect()
    }

    async fn revision(&self, user: &UserRef) -> String {
        self.store.counts(user).await.unwrap().1
    }

    async fn counts(&self, user: &UserRef) -> Counts {
        self.store.counts(user).await.unwrap().0
    }
}

fn project(name: &str) -> NewProject {
    NewProject {
        id: format!("id of {name}"),
        name: name.to_owned(),
        api_key: format!("pk_{name}"),
        sealed_secret: vec![1],
        secret_fingerprint: [7; 32],
        proofs: Vec::new(),
        user_id_rule: UserIdRule::Lowercase,
        origins: Vec::new(),
        created_at: NOW,
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn notification(number: u128) -> NewNotification {
    NewNotification {
        id: id(number),
        r#type: None,
        category: None,
        title: format!("Number {number}"),
        body: None,
        url: None,
        icon: None,
        image: None,
        actions: Vec::new(),
        data: None,
        priority: notification_bell_protocol::Priority::Normal,
        created_at: NOW.plus_ms(i64::try_from(number).unwrap()),
        expires_at: None,
    }
}

fn read() -> Transition {
    Arc::new(|state| ItemState { read_at: Some(NOW), seen_at: Some(NOW), ..state })
}

fn removed() -> Transition {
    Arc::new(|state| ItemState { place: Place::Removed, ..state })
}

fn returned() -> Transition {
    Arc::new(|state| ItemState { place: Place::Inbox, ..state })
}

fn snoozed(until: Timestamp) -> Transition {
    Arc::new(move |state| ItemState { place: Place::Snoozed, snoozed_until: Some(until), ..state })
}

fn everything() -> Selection {
    Selection { place: Place::Inbox, ids: None, category: None, up_to: None }
}

pub(super) async fn names_and_public_keys_are_unique(bench: Bench) {
    let again = bench.store.create_project(project("First")).await;
    assert!(matches!(again, Err(StoreError::Taken(_))), "{again:?}");
    let found = bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    assert_eq!(found.id, bench.project.id);
    assert!(bench.store.project_by_api_key("pk_Second").await.unwrap().is_none());
    assert!(bench.store.is_secret([7; 32]).await.unwrap());
    assert!(!bench.store.is_secret([8; 32]).await.unwrap());
}

pub(super) async fn a_rotated_secret_has_a_previous_one(bench: Bench) {
    let rotate = |sealed: u8, previous_until| {
        let secret = NewSecret { sealed: vec![sealed], fingerprint: [sealed; 32], previous_until };
        bench.store.rotate_secret(bench.project.key, secret)
    };
    let project = async || bench.store.project_by_api_key("pk_First").await.unwrap().unwrap();
    rotate(2, Some(NOW)).await.unwrap();
    let rotated = project().await;
    let previous = rotated.previous_secret.unwrap();
    assert_eq!((rotated.sealed_secret, previous.sealed, previous.until), (vec![2], vec![1], NOW));
    assert_eq!(rotated.epoch, bench.project.epoch, "sessions go on while the previous secret does");
    assert!(bench.store.is_secret([7; 32]).await.unwrap() && bench.store.is_secret([2; 32]).await.unwrap());
    rotate(3, None).await.unwrap();
    assert!(project().await.epoch > bench.project.epoch, "sessions end with the previous secret");
}

pub(super) async fn a_user_is_cut_off_in_one_project_and_let_in_again(bench: Bench) {
    let user = bench.user("never heard of");
    let unknown = bench.store.user_standing(&user).await.unwrap();
    assert_eq!((unknown.epoch, unknown.blocked, unknown.plain_hmac_off), (0, false, false));
    let cut_off = Revocation {
        every_session: true,
        issued_before: Some(NOW),
        blocked: Some(true),
        plain_hmac_off: Some(true),
    };
    bench.store.revoke_user(&user, cut_off).await.unwrap();
    bench.store.revoke_user(&user, Revocation::default()).await.unwrap();
    let standing = bench.store.user_standing(&user).await.unwrap();
    assert_eq!((standing.epoch, standing.blocked, standing.plain_hmac_off), (1, true, true));
    assert_eq!(standing.issued_before, NOW);
    bench
        .store
        .revoke_user(&user, Revocation { blocked: Some(false), ..Revocation::default() })
        .await
        .unwrap();
    assert!(!bench.store.user_standing(&user).await.unwrap().blocked);
    let other = bench.store.create_project(project("Second")).await.unwrap();
    let stranger = UserRef { project: other.key, user: user.user };
    assert_eq!(bench.store.user_standing(&stranger).await.unwrap(), unknown);
}

pub(super) async fn the_newest_is_listed_first_and_pages_join(bench: Bench) {
    for number in 1..=25 {
        bench.send(&["u"], notification(number)).await;
    }
    let user = bench.user("u");
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = ListQuery { view: View::All, category: None, limit: 10, cursor };
        let page = bench.store.list(&user, query).await.unwrap();
        seen.extend(page.items.into_iter().map(|item| item.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        // What comes in between two pages neither moves nor doubles what follows.
        bench.send(&["u"], notification(100 + seen.len() as u128)).await;
    }
    let expected: Vec<String> = (1..=25).rev().map(|number| id(number).to_string()).collect();
    assert_eq!(seen, expected);
    let made_up = ListQuery { view: View::All, category: None, limit: 10, cursor: Some("x".to_owned()) };
    assert!(matches!(bench.store.list(&user, made_up).await, Err(StoreError::NotOurs("cursor"))));
}

pub(super) async fn what_changed_is_told_once(bench: Bench) {
    let user = bench.user("u");
    let start = bench.revision(&user).await;
    bench.send(&["u"], notification(1)).await;
    bench.send(&["u"], notification(2)).await;
    let Changes::Since(first) = bench.store.changes(&user, &start).await.unwrap() else { panic!("a reset") };
    assert_eq!(first.changed.len(), 2);
    assert_eq!(first.counts.unread, 2);
    bench.store.change_item(&user, id(1), NOW, read()).await.unwrap().unwrap();
    bench.store.change_item(&user, id(2), NOW, removed()).await.unwrap().unwrap();
    let Changes::Since(second) = bench.store.changes(&user, &first.revision).await.unwrap() else {
        panic!("a reset")
    };
    assert_eq!(second.changed.iter().map(|item| item.id.clone()).collect::<Vec<_>>(), [id(1).to_string()]);
    assert_eq!(second.removed, [id(2).to_string()]);
    let Changes::Since(third) = bench.store.changes(&user, &second.revision).await.unwrap() else {
        panic!("a reset")
    };
    assert!(third.changed.is_empty() && third.removed.is_empty());
    assert_eq!(third.revision, second.revision);
}

pub(super) async fn a_revision_that_cannot_be_resumed_is_a_reset(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    let now = bench.revision(&user).await;
    let (incarnation, _) = now.split_once('-').unwrap();
    for since in ["", "nonsense", "00000000-0", &format!("{incarnation}-99")] {
        assert!(matches!(bench.store.changes(&user, since).await.unwrap(), Changes::Reset(_)), "{since:?}");
    }
    for number in 2..=300 {
        bench.send(&["u"], notification(number)).await;
    }
    assert!(matches!(bench.store.changes(&user, &now).await.unwrap(), Changes::Reset(_)), "299 changes");
}

pub(super) async fn a_change_that_changes_nothing_raises_no_revision(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    let first = bench.store.change_item(&user, id(1), NOW, read()).await.unwrap().unwrap();
    let again = bench.store.change_item(&user, id(1), NOW, read()).await.unwrap().unwrap();
    assert_eq!(first.revision, again.revision);
    assert_eq!(first.counts, again.counts);
}

pub(super) async fn the_same_ids_in_another_project_are_other_things(bench: Bench) {
    let other = bench.store.create_project(project("Second")).await.unwrap();
    bench.send(&["u"], notification(1)).await;
    let stranger = UserRef { project: other.key, user: bench.user("u").user };
    assert_eq!(bench.counts(&stranger).await, Counts::default());
    assert!(bench.ids(&stranger, View::All).await.is_empty());
    assert!(bench.store.item(&stranger, id(1)).await.unwrap().is_none());
    assert!(bench.store.change_item(&stranger, id(1), NOW, removed()).await.unwrap().is_none());
    let named = Selection { ids: Some(vec![id(1)]), ..everything() };
    bench.store.change_items(&stranger, named, NOW, removed()).await.unwrap();
    assert_eq!(bench.ids(&bench.user("u"), View::All).await.len(), 1);
    assert!(bench.store.change_item(&bench.user("v"), id(1), NOW, removed()).await.unwrap().is_none());
}

pub(super) async fn a_mark_reaches_what_had_been_seen_and_no_more(bench: Bench) {
    let user = bench.user("u");
    for number in 1..=3 {
        bench
            .send(&["u"], NewNotification { category: Some("news".to_owned()), ..notification(number) })
            .await;
    }
    let seen = bench.revision(&user).await;
    bench.send(&["u"], notification(4)).await;
    let selection = Selection { up_to: Some(seen), ..everything() };
    let (counts, _) = bench.store.change_items(&user, selection, NOW, read()).await.unwrap();
    assert_eq!((counts.unread, counts.total), (1, 4));
    assert_eq!(bench.ids(&user, View::Unread).await, [id(4).to_string()]);
    // What the user does to an item does not make it one that came later.
    let before_seeing = bench.revision(&user).await;
    let up_to = || Selection { up_to: Some(before_seeing.clone()), ..everything() };
    let seen: Transition = Arc::new(|state| ItemState { seen_at: Some(NOW), ..state });
    bench.store.change_items(&user, up_to(), NOW, seen).await.unwrap();
    let (counts, _) = bench.store.change_items(&user, up_to(), NOW, read()).await.unwrap();
    assert_eq!(counts.unread, 0);
    let made_up = Selection { up_to: Some("x".to_owned()), ..everything() };
    let refused = bench.store.change_items(&user, made_up, NOW, read()).await;
    assert!(matches!(refused, Err(StoreError::NotOurs("revision"))));
}

pub(super) async fn a_hundred_sends_with_one_key_are_one(bench: Bench) {
    let bench = Arc::new(bench);
    let key = |fingerprint: u8| Idempotency { key: "k".to_owned(), fingerprint: [fingerprint; 32] };
    let sends = (1..=100).map(|number| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move { bench.send_with(&["u"], notification(number), Some(key(1))).await })
    });
    let mut stored = 0;
    let mut ids = BTreeSet::new();
    for send in sends.collect::<Vec<_>>() {
        match send.await.unwrap() {
            SendOutcome::Stored => stored += 1,
            SendOutcome::Repeated { id, recipients } => {
                assert_eq!(recipients, 1);
                ids.insert(id.to_string());
            }
            SendOutcome::KeyReused => panic!("the body is the same"),
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(bench.ids(&bench.user("u"), View::All).await, ids.into_iter().collect::<Vec<_>>());
    assert_eq!(bench.send_with(&["u"], notification(101), Some(key(2))).await, SendOutcome::KeyReused);
}

pub(super) async fn time_takes_away_and_brings_back(bench: Bench) {
    let user = bench.user("u");
    let soon = NOW.plus_ms(1_000);
    bench.send(&["u"], NewNotification { expires_at: Some(soon), ..notification(1) }).await;
    bench.send(&["u"], notification(2)).await;
    bench.store.change_item(&user, id(2), NOW, snoozed(soon.plus_ms(500))).await.unwrap();
    assert_eq!(bench.ids(&user, View::Snoozed).await, [id(2).to_string()]);

    let work = bench.store.advance(NOW, returned()).await.unwrap();
    assert!(work.changed.is_empty());
    assert_eq!(work.next_at, Some(soon));

    let before = bench.revision(&user).await;
    let work = bench.store.advance(soon, returned()).await.unwrap();
    assert_eq!(work.changed.as_slice(), std::slice::from_ref(&user));
    let Changes::Since(sync) = bench.store.changes(&user, &before).await.unwrap() else { panic!("a reset") };
    assert_eq!(sync.removed, [id(1).to_string()]);
    assert_eq!(sync.counts.total, 0);

    bench.send(&["u"], notification(3)).await;
    bench.store.advance(soon.plus_ms(500), returned()).await.unwrap();
    let order = bench.ids(&user, View::All).await;
    assert_eq!(order, [id(2).to_string(), id(3).to_string()], "what came back is the newest");
}

pub(super) async fn a_forgotten_tombstone_makes_older_revisions_a_reset(bench: Bench) {
    let user = bench.user("u");
    bench.send(&["u"], notification(1)).await;
    bench.send(&["u"], notification(2)).await;
    let before = bench.revision(&user).await;
    bench.store.change_item(&user, id(1), NOW, removed()).await.unwrap();
    let after = bench.revision(&user).await;
    bench.store.advance(NOW.plus_ms(8 * 86_400_000), returned()).await.unwrap();
    assert!(matches!(bench.store.changes(&user, &before).await.unwrap(), Changes::Reset(_)));
    assert!(matches!(bench.store.changes(&user, &after).await.unwrap(), Changes::Since(_)));
}

pub(super) async fn counts_are_always_those_of_the_items(bench: Bench) {
    let user = bench.user("u");
    let (now, category) =
        (NOW, |number: u128| (!number.is_multiple_of(3)).then(|| format!("c{}", number % 3)));
    let transitions: [Transition; 6] = [
        read(),
        Arc::new(|state| ItemState { read_at: None, ..state }),
        Arc::new(|state| ItemState { seen_at: Some(NOW), ..state }),
        Arc::new(|state| ItemState { place: Place::Archived, archived_at: Some(NOW), ..state }),
        Arc::new(|state| ItemState { place: Place::Inbox, archived_at: None, ..state }),
        removed(),
    ];
    // A fixed walk through states, long enough to take every step from every other.
    let mut walk = 1_u128;
    for number in 1..=40 {
        bench.send(&["u"], NewNotification { category: category(number), ..notification(number) }).await;
        for _ in 0..3 {
            walk = walk * 6_364_136_223_846_793_005 % 1_000_000_007;
            let item = id(1 + walk % number);
            let transition = Arc::clone(&transitions[usize::try_from(walk % 6).unwrap()]);
            bench.store.change_item(&user, item, now, transition).await.unwrap();
        }
        let query = ListQuery { view: View::All, category: None, limit: 100, cursor: None };
        let page = bench.store.list(&user, query).await.unwrap();
        let mut expected = Counts::default();
        for item in &page.items {
            expected.total += 1;
            expected.unseen += u64::from(item.seen_at.is_none());
            expected.unread += u64::from(item.read_at.is_none());
            if let Some(category) = item.category.as_ref().filter(|_| item.read_at.is_none()) {
                *expected.categories.entry(category.clone()).or_default() += 1;
            }
        }
        assert_eq!(page.counts, expected);
    }
}

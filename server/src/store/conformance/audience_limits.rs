//! How much a project may share at a time, and how many topics it may have.

use super::{ANY, Bench, NOW, audiences::share, entry, id, notification, read, returned};
use crate::store::{Audience, BatchEntry, BatchStanding, MAX_SHARED, NewNotification, SendOutcome};

pub(in crate::store) async fn no_more_is_shared_at_a_time_than_may_be(bench: Bench) {
    let project = bench.project.key;
    bench.store.subscribe(project, "t", vec![bench.user("u").user], 1).await.unwrap();
    let later = NewNotification { send_at: Some(NOW.plus_ms(1_000_000)), ..notification(1) };
    bench.store.send(project, later, Audience::Everyone, None).await.unwrap();
    let expiring = NewNotification { expires_at: Some(NOW.plus_ms(500_000)), ..notification(2) };
    bench.store.send(project, expiring, Audience::Everyone, None).await.unwrap();
    let most = usize::try_from(MAX_SHARED).unwrap();
    let numbers: Vec<u128> = (3..=u128::from(MAX_SHARED)).collect();
    for numbers in numbers.chunks(2_500) {
        let entry = |number: &u128| BatchEntry {
            position: usize::try_from(*number).unwrap(),
            notification: notification(*number),
            audience: Audience::Everyone,
        };
        let entries = numbers.iter().map(entry).collect();
        let sent = bench.store.send_entries(project, entries, None, NOW).await.unwrap();
        assert!(matches!(sent, BatchStanding::Sent(sent) if sent.iter().all(|entry| !entry.is_refused)));
    }
    let number = u128::from(MAX_SHARED) + 1;
    let refused = async |number, audience: Audience| {
        let sent = bench.store.send(project, notification(number), audience, None).await.unwrap();
        sent == SendOutcome::TooManyShared
    };
    assert!(refused(number, Audience::Everyone).await);
    assert!(!refused(number, Audience::Topic("t".to_owned())).await, "each audience has its own");
    assert!(!refused(number + 1, Audience::Users(vec![bench.user("u").user])).await);
    let number = number + 1;
    let entry =
        BatchEntry { position: 0, notification: notification(number + 1), audience: Audience::Everyone };
    let sent = bench.store.send_entries(project, vec![entry], None, NOW).await.unwrap();
    assert!(matches!(sent, BatchStanding::Sent(sent) if sent[0].is_refused && !sent[0].is_new));
    assert_eq!(bench.counts(&bench.user("v")).await.total, MAX_SHARED - 1);
    // The first act settles all of it, once.
    bench.store.change_item(&bench.user("v"), id(3), NOW, read(), ANY).await.unwrap().unwrap();
    let counts = bench.counts(&bench.user("v")).await;
    assert_eq!((counts.total, counts.unread), (MAX_SHARED - 1, MAX_SHARED - 2));
    assert_eq!(most, 10_000, "as the documentation says");
    // There is room again when one is withdrawn, has expired, or was to be sent and is not.
    bench.store.withdraw(project, id(1), NOW).await.unwrap().unwrap();
    let number = number + 2;
    let sent = async |number| {
        let sent = bench.store.send(project, notification(number), Audience::Everyone, None).await.unwrap();
        matches!(sent, SendOutcome::Stored(_))
    };
    assert!(sent(number).await && !sent(number + 1).await);
    bench.store.withdraw(project, id(3), NOW).await.unwrap().unwrap();
    assert!(sent(number + 2).await && !sent(number + 3).await);
    bench.store.advance(NOW.plus_ms(600_000), returned()).await.unwrap();
    assert!(sent(number + 4).await && !sent(number + 5).await);
}

pub(in crate::store) async fn a_project_has_no_more_topics_than_it_may_and_empty_ones_go(bench: Bench) {
    let (project, user) = (bench.project.key, bench.user("u").user);
    let subscribe =
        async |topic: &str| bench.store.subscribe(project, topic, vec![user.clone()], 2).await.unwrap();
    let leave =
        async |topic: &str| bench.store.unsubscribe(project, topic, vec![user.clone()]).await.unwrap();
    let pass = async |days: i64| {
        while bench.store.advance(NOW.plus_ms(days * 86_400_000), returned()).await.unwrap().more {}
    };
    // To name one does not make one.
    share(&bench, 1, Some("named")).await;
    assert!(subscribe("one").await && subscribe("two").await && subscribe("two").await);
    assert!(!subscribe("three").await);
    share(&bench, 2, Some("two")).await;
    leave("one").await;
    leave("two").await;
    pass(0).await;
    assert!(subscribe("three").await, "one is gone");
    assert!(!subscribe("four").await, "two has something that was received");
    assert_eq!(bench.counts(&bench.user("u")).await.total, 1);
    bench.store.withdraw(project, id(2), NOW).await.unwrap().unwrap();
    pass(8).await;
    assert!(subscribe("four").await);
    // An erased user is in none.
    let audit = entry();
    bench.store.erase_user(&bench.user("u"), "nobody", audit).await.unwrap();
    pass(8).await;
    assert!(subscribe("five").await && subscribe("six").await);
}

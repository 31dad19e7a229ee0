use notification_bell_protocol::{Counts, Item, Priority, Sync, Timestamp};
use proptest::prelude::*;

use super::{Deed, plan};
use crate::feed::{Change, Feed};

const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

fn item(number: usize, is_read: bool, place: u8) -> Item {
    Item {
        id: number.to_string(),
        r#type: None,
        category: None,
        title: String::new(),
        body: None,
        url: None,
        icon: None,
        image: None,
        actions: Vec::new(),
        data: None,
        priority: Priority::Normal,
        group_key: None,
        group_count: 1,
        created_at: Timestamp::from_unix_ms(number.try_into().unwrap()),
        expires_at: None,
        seen_at: Some(NOW),
        read_at: is_read.then_some(NOW),
        archived_at: (place == 1).then_some(NOW),
        snoozed_until: (place == 2).then_some(NOW.plus_ms(10)),
        revision: String::new(),
    }
}

fn feed_of(items: &[Item]) -> Feed {
    let mut feed = Feed::default();
    let (counts, revision) = (Counts::default(), String::new());
    feed.apply(Sync { changed: items.to_vec(), removed: Vec::new(), counts, revision }, NOW);
    feed
}

fn ids(change: &Change) -> usize {
    match change {
        Change::Mark(request) => request.ids.as_ref().unwrap().len(),
        _ => 1,
    }
}

#[test]
fn what_was_read_already_is_left_alone_and_stays_read_when_it_is_undone() {
    let items = [item(0, true, 0), item(1, false, 0), item(2, false, 0)];
    let plan = plan(&items, Deed::Read(true), NOW);
    assert_eq!((plan.count, plan.changes.len(), plan.back.len()), (2, 1, 1));
    assert_eq!(ids(&plan.back[0]), 2);
}

#[test]
fn nothing_to_do_is_no_request() {
    assert_eq!(plan(&[item(0, true, 0)], Deed::Read(true), NOW), super::Plan::default());
    assert_eq!(plan(&[item(0, true, 0)], Deed::BringBack, NOW), super::Plan::default());
}

#[test]
fn more_than_the_server_takes_at_once_is_several_requests() {
    let items: Vec<_> = (0..2_001).map(|number| item(number, false, 0)).collect();
    let plan = plan(&items, Deed::Archive, NOW);
    assert_eq!(plan.count, 2_001);
    assert_eq!(plan.changes.iter().map(ids).collect::<Vec<_>>(), [1_000, 1_000, 1]);
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        any::<bool>().prop_map(Deed::Read),
        Just(Deed::Archive),
        Just(Deed::BringBack),
        (11..99i64).prop_map(|ms| Deed::Snooze(NOW.plus_ms(ms))),
    ]
}

proptest! {
    #[test]
    fn undone_everything_is_as_it_was(
        states in proptest::collection::vec((any::<bool>(), 0..3u8), 1..12),
        deed in deed(),
    ) {
        let items: Vec<_> =
            states.into_iter().enumerate().map(|(number, (is_read, place))| item(number, is_read, place)).collect();
        let plan = plan(&items, deed, NOW);
        let mut feed = feed_of(&items);
        for change in plan.changes {
            feed.begin(change, NOW);
        }
        let shown = |feed: &Feed| items.iter().map(|item| feed.item(&item.id).unwrap()).collect::<Vec<_>>();
        let changed = shown(&feed).iter().zip(&items).filter(|(after, before)| after != before).count();
        prop_assert_eq!(changed, plan.count);
        for item in shown(&feed) {
            let is_archived = item.archived_at.is_some();
            let is_snoozed = item.snoozed_until.is_some_and(|until| until > NOW);
            let is_so = match deed {
                Deed::Read(read) => item.read_at.is_some() == read,
                Deed::Archive => is_archived && !is_snoozed,
                Deed::BringBack => !is_archived && !is_snoozed,
                Deed::Snooze(until) => !is_archived && item.snoozed_until == Some(until),
            };
            prop_assert!(is_so, "{:?}", item);
        }
        for change in plan.back {
            feed.begin(change, NOW);
        }
        prop_assert_eq!(shown(&feed), items);
    }
}

//! Changes that wait for a line to the server, and what is kept of the inbox meanwhile.

use notification_bell_protocol::{Counts, Item, ItemPatch, MarkRequest, MarkSet, View};

use super::{Answer, Change, Feed, NOW, all, answer, feed_of, item, page, read, sync, unread};

fn read_one(id: &str) -> Change {
    Change::Patch(id.to_owned(), ItemPatch { read: Some(true), ..ItemPatch::default() })
}

fn read_all() -> Change {
    let set = MarkSet { read: Some(true), ..MarkSet::default() };
    Change::Mark(MarkRequest { set, ..MarkRequest::default() })
}

/// Of three loaded items and 47 others that are unread.
fn waiting(change: Change) -> Feed {
    let mut feed = feed_of(&["a1", "a2", "a3"]);
    feed.apply(sync(vec![], &[], "r1"), NOW);
    feed.begin(change, NOW);
    assert_eq!(feed.counts().unwrap().unread, 50, "the server answers in a moment");
    feed.hold_changes();
    feed
}

#[test]
fn the_numbers_are_shown_with_a_change_that_waits() {
    assert_eq!(waiting(read_one("a2")).counts().unwrap().unread, 49);
    assert_eq!(waiting(Change::Remove("a1".to_owned())).counts().unwrap().unread, 49);
    assert_eq!(waiting(read_one("unknown")).counts().unwrap().unread, 50);
}

#[test]
fn what_the_stream_has_told_of_is_not_taken_off_twice() {
    let mut feed = waiting(read_one("a2"));
    let counts = Counts { unread: 49, ..Counts::default() };
    feed.apply(notification_bell_protocol::Sync { counts, ..sync(vec![read(item("a2"))], &[], "r2") }, NOW);
    assert_eq!(feed.counts().unwrap().unread, 49);
}

#[test]
fn changes_of_one_item_and_of_many_are_shown_in_the_order_they_were_made() {
    let mut feed = feed_of(&["a1", "a2", "a3"]);
    let patch = |read| Change::Patch("a2".to_owned(), ItemPatch { read: Some(read), ..ItemPatch::default() });
    let mark = |read| {
        let set = MarkSet { read: Some(read), ..MarkSet::default() };
        let ids = Some(vec!["a2".to_owned(), "a3".to_owned()]);
        Change::Mark(MarkRequest { set, ids, ..MarkRequest::default() })
    };
    let is_read = |feed: &Feed, id: &str| feed.item(id).unwrap().read_at.is_some();
    let mut last = 0;
    for (change, is_second, is_third) in [
        (patch(true), true, false),
        (mark(false), false, false),
        (mark(true), true, true),
        (patch(false), false, true),
    ] {
        last = feed.begin(change, NOW);
        assert_eq!((is_read(&feed, "a2"), is_read(&feed, "a3")), (is_second, is_third));
    }
    feed.take_back(last);
    assert!(is_read(&feed, "a2") && !is_read(&feed, "a1"));
}

#[test]
fn taken_back_it_counts_again() {
    let mut feed = waiting(read_one("a2"));
    let number = feed.begin(read_one("a1"), NOW);
    feed.hold_changes();
    assert_eq!(feed.counts().unwrap().unread, 48);
    feed.take_back(number);
    assert_eq!(feed.counts().unwrap().unread, 49);
}

#[test]
fn coming_back_from_the_archive_counts_while_it_waits() {
    let mut feed = feed_of(&["a1"]);
    let counts = Counts { unread: 3, total: 3, ..Counts::default() };
    let archived = Item { archived_at: Some(NOW), category: Some("news".to_owned()), ..item("a1") };
    feed.apply(notification_bell_protocol::Sync { counts, ..sync(vec![archived], &[], "r1") }, NOW);
    let back = ItemPatch { archived: Some(false), ..ItemPatch::default() };
    feed.begin(Change::Patch("a1".to_owned(), back), NOW);
    feed.hold_changes();
    let counts = feed.counts().unwrap();
    assert_eq!((counts.unread, counts.total, counts.categories["news"]), (4, 4, 1));
}

#[test]
fn a_mark_of_everything_leaves_what_came_after_it() {
    let mut feed = waiting(read_all());
    assert_eq!(feed.counts().unwrap().unread, 0, "also those that are not loaded");
    feed.apply(sync(vec![item("a4")], &[], "r2"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 1);
    assert!(feed.item("a4").unwrap().read_at.is_none());
}

#[test]
fn a_mark_of_everything_leaves_what_was_known_and_not_shown() {
    let mut feed = Feed::default();
    feed.begin_session(unread(1), "r0".to_owned(), 0);
    feed.apply(sync(vec![item("a1")], &[], "r1"), NOW);
    feed.note_shown(true);
    feed.apply(sync(vec![item("a2")], &[], "r2"), NOW);
    feed.apply(sync(vec![item("a3")], &[], "r3"), NOW);
    assert_eq!(feed.revision().unwrap(), "r1", "the bound of the mark");
    feed.begin(read_all(), NOW);
    feed.hold_changes();
    assert!(feed.item("a1").unwrap().read_at.is_some());
    assert!(["a2", "a3"].iter().all(|id| feed.item(id).unwrap().read_at.is_none()));
    assert_eq!(feed.counts().unwrap().unread, 2);
    feed.note_shown(false);
    assert_eq!(feed.revision().unwrap(), "r3");
}

#[test]
fn a_mark_of_everything_leaves_what_a_page_brings_that_is_newer() {
    let mut feed = waiting(read_all());
    let started = feed.tick();
    feed.take_page(&View::All.into(), true, page(vec![item("a9"), item("a3")], Some("c")), started, NOW);
    assert!(feed.item("a9").unwrap().read_at.is_none());
    assert!(feed.item("a3").unwrap().read_at.is_some());
    feed.take_page(&View::All.into(), false, page(vec![item("a0")], None), started, NOW);
    assert!(feed.item("a0").unwrap().read_at.is_some(), "what is older is meant");
}

#[test]
fn what_is_kept_is_painted_as_it_was_shown() {
    let mut feed = waiting(read_one("a2"));
    feed.begin(Change::Remove("a3".to_owned()), NOW);
    let kept = feed.kept(NOW).unwrap();
    let mut next = Feed::default();
    next.paint(kept.clone(), NOW);
    assert_eq!(all(&next), ["a2", "a1"]);
    assert!(next.item("a2").unwrap().read_at.is_some());
    assert_eq!(next.counts().unwrap().unread, 49);
    assert!(!next.is_loaded(&View::All.into()), "it is loaded when somebody looks");
    assert_eq!(next.kept(NOW).unwrap(), kept);
    assert_eq!(next.stream_revision(), None, "the stream begins where the session does");
    let confirmed: Answer = answer(None);
    next.begin_session(confirmed.counts, "now".to_owned(), next.tick());
    assert_eq!(next.counts().unwrap().unread, 70);
    assert_eq!(all(&next), ["a2", "a1"]);
}

#[test]
fn what_was_not_loaded_is_not_kept_and_what_was_kept_is_not_painted_over_news() {
    let mut feed = Feed::default();
    assert_eq!(feed.kept(NOW), None);
    feed.apply(sync(vec![item("a1")], &[], "r1"), NOW);
    assert!(feed.kept(NOW).unwrap().items.is_empty());
    feed.paint(page(vec![item("a7")], None), NOW);
    assert_eq!(feed.counts().unwrap().unread, 50);
    assert_eq!(feed.item("a7"), None);
}

#[test]
fn only_the_newest_fifty_are_kept_and_nothing_that_has_expired_is_painted() {
    let names: Vec<_> = (100..200).map(|number| format!("a{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let kept = feed_of(&names).kept(NOW).unwrap();
    assert_eq!((kept.items.len(), kept.items[0].id.as_str()), (50, "a199"));
    let mut next = Feed::default();
    next.paint(kept.clone(), NOW);
    assert_eq!(next.kept(NOW).unwrap(), kept);
    let mut later = Feed::default();
    let expired = Item { expires_at: Some(NOW), ..item("a1") };
    later.paint(page(vec![item("a2"), expired], None), NOW);
    assert_eq!(all(&later), ["a2"]);
}

/// Two of 50 unread items were read on the page before, which kept that. Here, both changes are still to be sent.
fn painted_with_two_that_wait() -> (Feed, Vec<u64>) {
    let mut before = waiting(read_one("a1"));
    before.begin(read_one("a2"), NOW);
    before.hold_changes();
    let mut feed = Feed::default();
    feed.paint(before.kept(NOW).unwrap(), NOW);
    let numbers = ["a1", "a2"].map(|id| feed.begin_again(read_one(id), NOW));
    assert_eq!(feed.counts().unwrap().unread, 48);
    (feed, numbers.into())
}

#[test]
fn until_what_waited_since_the_page_before_is_answered_the_numbers_stay_those_that_were_kept() {
    let (mut feed, numbers) = painted_with_two_that_wait();
    feed.begin_session(unread(50), "r0".to_owned(), feed.tick());
    assert_eq!(feed.counts().unwrap().unread, 48, "the session knows of neither");
    feed.begin(read_one("a3"), NOW);
    feed.hold_changes();
    assert_eq!(feed.counts().unwrap().unread, 47, "what is done here counts as ever");
    let started = feed.tick();
    feed.apply(sync(vec![], &[], "r1"), NOW);
    feed.confirm(numbers[0], Answer { item: None, counts: unread(49), changed: None }, started);
    assert_eq!(feed.counts().unwrap().unread, 47);
    feed.confirm(numbers[1], Answer { item: None, counts: unread(48), changed: None }, started);
    assert_eq!(feed.counts().unwrap().unread, 47);
}

#[test]
fn of_what_waited_and_was_not_kept_the_numbers_are_told_with_the_answer() {
    let mut feed = Feed::default();
    let number = feed.begin_again(read_one("a1"), NOW);
    feed.begin_session(unread(50), "r0".to_owned(), feed.tick());
    assert_eq!(feed.counts(), None);
    feed.take_back(number);
    assert_eq!(feed.counts().unwrap().unread, 50);
    feed.begin_again(read_one("a2"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 50, "what another tab leaves changes no number that was told");
}

#[test]
fn the_first_word_of_the_stream_does_not_undo_what_waited_for_it() {
    let answer = || Answer { item: None, counts: unread(49), changed: None };
    let set = MarkSet { read: Some(true), ..MarkSet::default() };
    let ids = Some(vec!["a2".to_owned()]);
    let marks = Change::Mark(MarkRequest { set, ids, ..MarkRequest::default() });
    for change in [read_one("a2"), Change::Remove("a2".to_owned()), marks] {
        let mut feed = waiting(change);
        let started = feed.tick();
        feed.apply(sync(vec![], &[], "r2"), NOW);
        assert_eq!(feed.counts().unwrap().unread, 49, "it said 50");
        feed.confirm(1, answer(), started);
        assert_eq!(feed.counts().unwrap().unread, 49);
    }
    for (told, removed) in [(vec![read(item("a2"))], vec![]), (vec![], vec!["a2"])] {
        let mut feed = waiting(Change::Remove("a2".to_owned()));
        let started = feed.tick();
        let counts = unread(48);
        feed.apply(notification_bell_protocol::Sync { counts, ..sync(told, &removed, "r2") }, NOW);
        feed.confirm(1, answer(), started);
        assert_eq!(feed.counts().unwrap().unread, 48, "the stream knew of the change, and of another");
    }
}

#[test]
fn a_stream_that_begins_with_a_state_that_was_told_before_does_not_undo_what_was_answered_meanwhile() {
    let mut feed = waiting(read_one("unknown"));
    feed.confirm(1, Answer { item: None, counts: unread(49), changed: None }, feed.tick());
    feed.apply(sync(vec![], &[], "r1"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 49, "it said 50 again");
    feed.apply(sync(vec![], &[], "r2"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 50);
    feed.apply(notification_bell_protocol::Sync { counts: unread(3), ..sync(vec![], &[], "r2") }, NOW);
    assert_eq!(feed.counts().unwrap().unread, 3, "nothing was answered since");
}

#[test]
fn what_was_answered_stays_in_the_numbers_until_the_stream_has_told_of_it() {
    let mut feed = waiting(read_one("a1"));
    let second = feed.begin(read_one("a2"), NOW);
    feed.hold_changes();
    feed.confirm(1, Answer { item: None, counts: unread(49), changed: None }, feed.tick());
    feed.confirm(second, Answer { item: None, counts: unread(48), changed: None }, feed.tick());
    let told = |id: &str, unread: u64, revision: &str| notification_bell_protocol::Sync {
        counts: Counts { unread, ..Counts::default() },
        ..sync(vec![read(item(id))], &[], revision)
    };
    feed.apply(told("a1", 49, "r2"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 48, "it does not know of the second");
    feed.apply(told("a2", 47, "r3"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 47);
}

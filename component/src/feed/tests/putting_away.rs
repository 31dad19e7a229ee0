//! Removing what may still be undone, the archive, and what is snoozed.

use notification_bell_protocol::{InboxPage, Item, ItemPatch, View};

use super::{Change, NOW, all, answer, feed_of, item, page, read, sync};

#[test]
fn a_removal_that_is_held_back_shows_in_list_and_numbers_and_can_be_undone() {
    let mut feed = feed_of(&["a1", "a2"]);
    feed.apply(sync(vec![read(item("a2"))], &[], "r1"), NOW);
    let unread = feed.hold_removal("a1".to_owned(), NOW);
    assert_eq!(all(&feed), ["a2"]);
    assert_eq!(feed.counts().unwrap().unread, 49);
    feed.hold_removal("a2".to_owned(), NOW);
    assert_eq!(feed.counts().unwrap().unread, 49, "what was read was not counted");
    feed.take_back(unread);
    assert_eq!(all(&feed), ["a1"]);
    assert_eq!(feed.counts().unwrap().unread, 50);
}

#[test]
fn a_removal_is_not_taken_out_of_the_numbers_twice() {
    let mut feed = feed_of(&["a1", "a2"]);
    let number = feed.hold_removal("a1".to_owned(), NOW);
    feed.apply(sync(vec![], &["a1"], "r1"), NOW);
    assert_eq!(feed.counts().unwrap().unread, 50, "the stream's numbers are without it");
    let started = feed.tick();
    feed.confirm(number, answer(None), started);
    assert_eq!(feed.counts().unwrap().unread, 70);
}

#[test]
fn removing_what_is_in_the_archive_leaves_the_numbers_alone() {
    let mut feed = feed_of(&["a1"]);
    feed.apply(sync(vec![Item { archived_at: Some(NOW), ..item("a1") }], &[], "r1"), NOW);
    feed.hold_removal("a1".to_owned(), NOW);
    assert_eq!(feed.counts().unwrap().unread, 50);
}

#[test]
fn a_snoozed_item_is_in_a_view_of_its_own_until_it_is_due_or_archived() {
    let mut feed = feed_of(&["a1"]);
    let until = NOW.plus_ms(10);
    let snooze = ItemPatch { snoozed_until: Some(Some(until)), ..ItemPatch::default() };
    feed.begin(Change::Patch("a1".to_owned(), snooze), NOW);
    assert!(all(&feed).is_empty());
    assert_eq!(feed.listed(&View::Snoozed.into(), NOW), ["a1"]);
    assert_eq!(feed.listed(&View::All.into(), until), ["a1"]);
    let archive = ItemPatch { archived: Some(true), ..ItemPatch::default() };
    feed.begin(Change::Patch("a1".to_owned(), archive), NOW);
    assert_eq!(feed.listed(&View::Archived.into(), NOW), ["a1"]);
    assert_eq!(feed.item("a1").unwrap().snoozed_until, None, "the archive ends a snooze");
}

#[test]
fn snoozing_takes_out_of_the_archive() {
    let mut feed = feed_of(&["a1"]);
    feed.apply(sync(vec![Item { archived_at: Some(NOW), ..item("a1") }], &[], "r1"), NOW);
    let snooze = ItemPatch { snoozed_until: Some(Some(NOW.plus_ms(10))), ..ItemPatch::default() };
    feed.begin(Change::Patch("a1".to_owned(), snooze), NOW);
    assert!(feed.listed(&View::Archived.into(), NOW).is_empty());
    assert_eq!(feed.listed(&View::Snoozed.into(), NOW), ["a1"]);
}

#[test]
fn looking_at_what_is_snoozed_is_not_having_seen_what_is_new() {
    let mut feed = feed_of(&["a1"]);
    let started = feed.tick();
    let snoozed = InboxPage { revision: "later".to_owned(), ..page(vec![], None) };
    feed.take_page(&View::Snoozed.into(), true, snoozed, started, NOW);
    assert_eq!(feed.revision().unwrap(), "page");
}

//! Items that end at a moment, by a clock that the test turns.

use notification_bell_protocol::{Item, View};

use super::{NOW, all, feed_of, item, page, read, sync};
use crate::feed::Feed;

/// A feed with "a1" that ends in ten milliseconds, and "a2" that stays.
fn feed_with_an_end() -> Feed {
    let mut feed = feed_of(&["a1", "a2"]);
    feed.apply(sync(vec![Item { expires_at: Some(NOW.plus_ms(10)), ..item("a1") }], &[], "r1"), NOW);
    feed
}

fn unread(feed: &Feed) -> u64 {
    feed.counts().unwrap().unread
}

#[test]
fn an_item_leaves_list_and_numbers_at_its_moment_and_not_before() {
    let mut feed = feed_with_an_end();
    assert_eq!(feed.next_turn(NOW), Some(NOW.plus_ms(10)));
    feed.expire(NOW.plus_ms(9));
    assert_eq!(feed.listed(&View::All.into(), NOW.plus_ms(9)), ["a2", "a1"]);
    assert_eq!(unread(&feed), 50);
    feed.expire(NOW.plus_ms(10));
    for view in [View::All, View::Unread] {
        assert!(!feed.listed(&view.into(), NOW.plus_ms(10)).contains(&"a1".to_owned()), "{view:?}");
    }
    assert_eq!(unread(&feed), 49);
    assert_eq!(feed.next_turn(NOW.plus_ms(10)), None);
}

#[test]
fn the_servers_word_on_it_does_not_take_it_out_twice() {
    let mut feed = feed_with_an_end();
    feed.expire(NOW.plus_ms(10));
    feed.apply(sync(vec![], &["a1"], "r2"), NOW.plus_ms(20));
    assert_eq!(unread(&feed), 50, "the stream's numbers are without it");
}

#[test]
fn a_page_or_a_reset_without_it_does_not_take_it_out_twice() {
    let mut feed = feed_with_an_end();
    let later = NOW.plus_ms(10);
    feed.expire(later);
    let started = feed.tick();
    feed.take_page(&View::All.into(), true, page(vec![item("a2")], None), started, later);
    assert_eq!(unread(&feed), 90);

    let mut feed = feed_with_an_end();
    feed.expire(later);
    feed.reset(sync(vec![], &[], "r2"));
    assert_eq!(unread(&feed), 50);
}

#[test]
fn what_was_removed_or_put_away_is_not_taken_out_again() {
    let mut feed = feed_with_an_end();
    feed.hold_removal("a1".to_owned(), NOW);
    feed.expire(NOW.plus_ms(10));
    assert_eq!(unread(&feed), 49);

    let mut feed = feed_of(&[]);
    let ends = Item { expires_at: Some(NOW.plus_ms(10)), ..item("a1") };
    let archived = Item { archived_at: Some(NOW), ..ends.clone() };
    feed.apply(sync(vec![archived], &[], "r1"), NOW);
    feed.expire(NOW.plus_ms(10));
    assert_eq!(unread(&feed), 50);
    assert!(feed.listed(&View::Archived.into(), NOW.plus_ms(10)).is_empty());

    feed.apply(sync(vec![read(ends)], &[], "r2"), NOW);
    assert_eq!(unread(&feed), 50, "it was read");
}

#[test]
fn what_has_ended_already_is_not_told_as_new() {
    let mut feed = feed_of(&[]);
    let ended = Item { expires_at: Some(NOW), ..item("a1") };
    assert!(feed.apply(sync(vec![ended], &[], "r1"), NOW).is_empty());
    assert!(all(&feed).is_empty());
}

#[test]
fn the_end_of_a_snooze_is_a_turn_too() {
    let mut feed = feed_of(&[]);
    let snoozed = Item { snoozed_until: Some(NOW.plus_ms(5)), ..item("a1") };
    let ends = Item { expires_at: Some(NOW.plus_ms(7)), ..item("a2") };
    feed.apply(sync(vec![ends, snoozed], &[], "r1"), NOW);
    assert_eq!(feed.next_turn(NOW), Some(NOW.plus_ms(5)));
    assert_eq!(feed.next_turn(NOW.plus_ms(5)), Some(NOW.plus_ms(7)));
}

use notification_bell_protocol::{
    Counts, InboxPage, Item, ItemPatch, MarkRequest, MarkSet, Priority, Sync, Timestamp, View,
};

use super::{Answer, Change, Feed};

mod expiring;
mod lists;
mod putting_away;
mod waiting;

const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000);

fn item(id: &str) -> Item {
    let created_at: i64 =
        id.trim_start_matches(|character: char| !character.is_ascii_digit()).parse().unwrap();
    Item {
        id: id.to_owned(),
        r#type: None,
        category: None,
        title: format!("Title {id}"),
        body: None,
        url: None,
        icon: None,
        image: None,
        actions: Vec::new(),
        data: None,
        priority: Priority::Normal,
        group_key: None,
        group_count: 1,
        created_at: Timestamp::from_unix_ms(created_at),
        expires_at: None,
        seen_at: None,
        read_at: None,
        archived_at: None,
        snoozed_until: None,
        revision: "r".to_owned(),
    }
}

fn read(mut item: Item) -> Item {
    item.read_at = Some(NOW);
    item
}

fn unread(number: u64) -> Counts {
    Counts { unread: number, ..Counts::default() }
}

fn page(items: Vec<Item>, next: Option<&str>) -> InboxPage {
    InboxPage { items, next: next.map(ToOwned::to_owned), counts: unread(90), revision: "page".to_owned() }
}

fn sync(changed: Vec<Item>, removed: &[&str], revision: &str) -> Sync {
    Sync {
        changed,
        removed: removed.iter().map(|id| (*id).to_owned()).collect(),
        counts: unread(50),
        revision: revision.to_owned(),
    }
}

fn answer(item: Option<Item>) -> Answer {
    Answer { item, counts: unread(70), changed: None }
}

fn read_one(id: &str) -> Change {
    Change::Patch(id.to_owned(), ItemPatch { read: Some(true), ..ItemPatch::default() })
}

fn mark_all() -> Change {
    Change::Mark(MarkRequest {
        set: MarkSet { read: Some(true), ..MarkSet::default() },
        ..MarkRequest::default()
    })
}

/// A feed whose view `all` holds these, with nothing beyond.
fn feed_of(ids: &[&str]) -> Feed {
    let mut feed = Feed::default();
    feed.take_page(&View::All.into(), true, page(ids.iter().map(|id| item(id)).collect(), None), 0, NOW);
    feed
}

fn all(feed: &Feed) -> Vec<String> {
    feed.listed(&View::All.into(), NOW)
}

fn is_read(feed: &Feed, id: &str) -> bool {
    feed.item(id).unwrap().read_at.is_some()
}

#[test]
fn the_newest_comes_first() {
    assert_eq!(all(&feed_of(&["a3", "a1", "b3", "a2"])), ["b3", "a3", "a2", "a1"]);
}

#[test]
fn pages_follow_each_other_and_what_overlaps_is_not_doubled() {
    let mut feed = Feed::default();
    feed.take_page(&View::All.into(), true, page(vec![item("a9"), item("a8")], Some("c1")), 0, NOW);
    assert_eq!(feed.next_cursor(&View::All.into()).unwrap(), "c1");
    feed.take_page(&View::All.into(), false, page(vec![item("a8"), item("a7")], None), 0, NOW);
    assert_eq!(all(&feed), ["a9", "a8", "a7"]);
    assert_eq!(feed.next_cursor(&View::All.into()), None);
}

#[test]
fn an_old_item_that_changed_does_not_appear_before_its_page_is_there() {
    let mut feed = Feed::default();
    feed.take_page(&View::All.into(), true, page(vec![item("a9"), item("a8")], Some("c1")), 0, NOW);
    feed.apply(sync(vec![read(item("a2"))], &[], "r1"), NOW);
    assert_eq!(all(&feed), ["a9", "a8"]);
    feed.take_page(&View::All.into(), false, page(vec![item("a3"), item("a2")], None), 0, NOW);
    assert_eq!(all(&feed), ["a9", "a8", "a3", "a2"]);
}

#[test]
fn a_page_that_set_out_before_the_streams_word_does_not_override_it() {
    let mut feed = feed_of(&["a1", "a2"]);
    let started = feed.tick();
    feed.apply(sync(vec![read(item("a1"))], &["a2"], "r1"), NOW);
    feed.take_page(&View::All.into(), true, page(vec![item("a2"), item("a1")], None), started, NOW);
    assert_eq!(all(&feed), ["a1"], "what was removed does not come back");
    assert!(is_read(&feed, "a1"));
    assert_eq!(feed.counts().unwrap().unread, 50);
    assert_eq!(feed.revision().unwrap(), "r1");
}

#[test]
fn a_page_that_set_out_afterwards_holds() {
    let mut feed = feed_of(&["a1", "a2"]);
    feed.apply(sync(vec![item("a2")], &[], "r1"), NOW);
    let started = feed.tick();
    feed.take_page(&View::All.into(), true, page(vec![item("a1")], None), started, NOW);
    assert_eq!(all(&feed), ["a1"]);
    assert_eq!(feed.counts().unwrap().unread, 90);
}

#[test]
fn a_new_item_is_told_once() {
    let mut feed = feed_of(&["a1"]);
    let arrived = feed.apply(sync(vec![item("a3"), item("a2"), item("a1")], &[], "r1"), NOW);
    assert_eq!(arrived.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["a2", "a3"]);
    assert!(feed.apply(sync(vec![item("a3"), read(item("a9"))], &[], "r2"), NOW).is_empty());
}

#[test]
fn only_the_stream_moves_the_place_it_resumes_from() {
    let mut feed = Feed::default();
    feed.begin_session(unread(3), "r0".to_owned(), 0);
    feed.take_page(&View::All.into(), true, page(vec![item("a1")], None), 0, NOW);
    assert_eq!(feed.stream_revision().unwrap(), "r0");
    feed.apply(sync(vec![], &[], "r1"), NOW);
    feed.begin_session(unread(3), "r7".to_owned(), 0);
    assert_eq!(
        feed.stream_revision().unwrap(),
        "r1",
        "a renewed session would skip what happened in between"
    );
}

#[test]
fn a_reset_keeps_what_is_shown_until_the_list_is_loaded_again() {
    let mut feed = feed_of(&["a1", "a2"]);
    feed.reset(sync(vec![], &[], "r9"));
    assert!(!feed.is_loaded(&View::All.into()));
    assert_eq!(all(&feed), ["a2", "a1"]);
    let started = feed.tick();
    feed.take_page(&View::All.into(), true, page(vec![item("a2")], None), started, NOW);
    assert_eq!(all(&feed), ["a2"]);
    assert_eq!(feed.stream_revision().unwrap(), "r9");
}

#[test]
fn each_view_has_its_own_items() {
    let mut feed = feed_of(&["a1", "a2", "a3"]);
    let archived = Item { archived_at: Some(NOW), ..item("a1") };
    let snoozed = Item { snoozed_until: Some(NOW.plus_ms(1)), ..item("a4") };
    feed.apply(sync(vec![archived, read(item("a2")), snoozed], &[], "r1"), NOW);
    assert_eq!(all(&feed), ["a3", "a2"]);
    assert_eq!(feed.listed(&View::Unread.into(), NOW), ["a3"]);
    assert_eq!(feed.listed(&View::Archived.into(), NOW), ["a1"]);
    assert_eq!(
        feed.listed(&View::All.into(), NOW.plus_ms(1)),
        ["a4", "a3", "a2"],
        "it came back, and is the newest"
    );
}

#[test]
fn a_change_shows_at_once_and_the_numbers_wait_for_the_server() {
    let mut feed = feed_of(&["a1"]);
    let number = feed.begin(read_one("a1"), NOW);
    assert!(is_read(&feed, "a1"));
    assert!(feed.item("a1").unwrap().seen_at.is_some(), "read implies seen");
    assert_eq!(feed.counts().unwrap().unread, 90);
    let started = feed.tick();
    feed.confirm(number, answer(Some(read(item("a1")))), started);
    assert!(is_read(&feed, "a1"));
    assert_eq!(feed.counts().unwrap().unread, 70);
    assert_eq!(feed.revision().unwrap(), "page", "what an own change passed by was not seen by that");
}

#[test]
fn a_refused_change_was_never_made() {
    let mut feed = feed_of(&["a1", "a2"]);
    let removal = feed.begin(Change::Remove("a1".to_owned()), NOW);
    let reading = feed.begin(read_one("a2"), NOW);
    assert_eq!(all(&feed), ["a2"]);
    feed.take_back(removal);
    assert_eq!(all(&feed), ["a2", "a1"]);
    assert!(is_read(&feed, "a2"), "another change is not touched");
    feed.take_back(reading);
    assert!(!is_read(&feed, "a2"));
}

#[test]
fn mark_all_as_read_does_not_swallow_what_comes_in_meanwhile() {
    let mut feed = feed_of(&["a1"]);
    let number = feed.begin(mark_all(), NOW);
    let started = feed.tick();
    feed.apply(sync(vec![item("a2")], &[], "r1"), NOW);
    assert!(is_read(&feed, "a1"));
    assert!(!is_read(&feed, "a2"));
    feed.confirm(number, answer(None), started);
    assert!(is_read(&feed, "a1"), "the answer has no items, and still it stays read");
    assert!(!is_read(&feed, "a2"));
    assert_eq!(feed.counts().unwrap().unread, 50, "the stream spoke later than the request set out");
}

#[test]
fn what_the_stream_says_during_a_change_outlives_its_answer() {
    let mut feed = feed_of(&["a1"]);
    let number = feed.begin(read_one("a1"), NOW);
    let started = feed.tick();
    let retitled = Item { title: "Newer".to_owned(), ..read(item("a1")) };
    feed.apply(sync(vec![retitled], &[], "r1"), NOW);
    feed.confirm(number, answer(Some(read(item("a1")))), started);
    assert_eq!(feed.item("a1").unwrap().title, "Newer");
}

#[test]
fn what_was_deleted_does_not_come_back_with_a_late_page() {
    let mut feed = feed_of(&["a1", "a2"]);
    let page_started = feed.tick();
    let number = feed.begin(Change::Remove("a1".to_owned()), NOW);
    feed.confirm(number, answer(None), page_started);
    feed.take_page(&View::All.into(), true, page(vec![item("a2"), item("a1")], None), page_started, NOW);
    assert_eq!(all(&feed), ["a2"]);
    assert_eq!(feed.counts().unwrap().unread, 70);
}

#[test]
fn another_user_starts_with_nothing() {
    let mut feed = feed_of(&["a1"]);
    feed.begin(mark_all(), NOW);
    feed = Feed::default();
    assert!(all(&feed).is_empty());
    assert!(feed.counts().is_none() && feed.revision().is_none() && feed.stream_revision().is_none());
    assert!(!feed.is_loaded(&View::All.into()));
}

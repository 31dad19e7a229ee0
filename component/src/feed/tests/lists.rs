//! Lists of a category, and lists that are loaded again.

use notification_bell_protocol::{Counts, Item, View};

use super::{NOW, all, item, page, read, sync};
use crate::feed::{Feed, List};

fn of(id: &str, category: &str) -> Item {
    Item { category: Some(category.to_owned()), ..item(id) }
}

fn billing() -> List {
    List { view: View::All, category: Some("Billing".to_owned()) }
}

#[test]
fn a_category_is_a_list_of_its_own() {
    let mut feed = Feed::default();
    feed.take_page(
        &View::All.into(),
        true,
        page(vec![of("a9", "News"), of("a8", "Billing")], Some("c")),
        0,
        NOW,
    );
    assert!(!feed.is_loaded(&billing()));
    feed.take_page(&billing(), true, page(vec![of("a8", "Billing"), of("a2", "Billing")], None), 0, NOW);
    assert_eq!(feed.listed(&billing(), NOW), ["a8", "a2"]);
    assert_eq!(all(&feed), ["a9", "a8"], "what lies between is not known");
    feed.apply(sync(vec![read(of("b9", "Billing")), of("c9", "News")], &[], "r1"), NOW);
    assert_eq!(feed.listed(&billing(), NOW), ["b9", "a8", "a2"]);
    assert_eq!(feed.read(&billing(), NOW), ["b9"]);
}

#[test]
fn a_page_of_a_category_says_nothing_of_the_others() {
    let mut feed = Feed::default();
    feed.take_page(&View::All.into(), true, page(vec![of("a9", "News"), of("a8", "Billing")], None), 0, NOW);
    feed.take_page(&billing(), true, page(vec![], None), 0, NOW);
    assert_eq!(all(&feed), ["a9"]);
}

#[test]
fn a_category_that_was_heard_of_stays_known() {
    let mut feed = Feed::default();
    feed.apply(sync(vec![of("a9", "News")], &[], "r1"), NOW);
    let counts = Counts { categories: [("Billing".to_owned(), 3)].into(), ..Counts::default() };
    feed.begin_session(counts, "r1".to_owned(), feed.tick());
    feed.apply(sync(vec![], &["a9"], "r2"), NOW);
    assert_eq!(feed.categories(), ["Billing", "News"]);
}

#[test]
fn a_list_that_is_loaded_again_keeps_as_much_as_had_been_read() {
    let view = List::from(View::All);
    let mut feed = Feed::default();
    feed.take_page(&view, true, page(vec![item("a9"), item("a8")], Some("c1")), 0, NOW);
    feed.take_page(&view, false, page(vec![item("a7"), item("a6")], Some("c2")), 0, NOW);
    feed.reset(sync(vec![], &[], "r9"));
    let started = feed.tick();
    feed.take_page(&view, true, page(vec![item("b9"), item("a9")], Some("c3")), started, NOW);
    assert_eq!(all(&feed), ["b9", "a9", "a8", "a7", "a6"]);
    assert!(feed.catches_up(&view));
    feed.take_page(&view, false, page(vec![item("a8"), item("a6")], Some("c4")), started, NOW);
    assert_eq!(all(&feed), ["b9", "a9", "a8", "a6"], "what went meanwhile is gone");
    assert!(!feed.catches_up(&view));
    assert_eq!(feed.next_cursor(&view).unwrap(), "c4");
}

#[test]
fn a_list_that_had_been_read_to_its_end_is_loaded_to_its_end() {
    let view = List::from(View::All);
    let mut feed = Feed::default();
    feed.take_page(&view, true, page(vec![item("a9"), item("a8"), item("a7")], None), 0, NOW);
    feed.reset(sync(vec![], &[], "r9"));
    let started = feed.tick();
    feed.take_page(&view, true, page(vec![item("a9")], Some("c1")), started, NOW);
    assert!(feed.catches_up(&view));
    assert_eq!(all(&feed), ["a9", "a8", "a7"]);
    feed.take_page(&view, false, page(vec![item("a8")], None), started, NOW);
    assert!(!feed.catches_up(&view));
    assert_eq!(all(&feed), ["a9", "a8"]);
}

//! The element's merge of changes into its feed, to be measured by itself.
//!
//! The element is built as a library for browsers, which no other crate can link. So its module is compiled once more
//! here: the same code, natively for criterion and for counting instructions, and as wasm, as it runs in a page.

#[path = "../../../component/src/feed/mod.rs"]
pub mod feed;

use feed::Feed;
use notification_bell_protocol::{Counts, InboxPage, Item, Priority, Sync, Timestamp, View};

const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// A list that is there, and news of some of its items.
#[derive(Debug)]
pub struct Merging {
    feed: Feed,
    news: [Sync; 2],
    turn: usize,
}

impl Merging {
    /// A feed of so many items, and syncs that say of so many of them, all over the list, that they were read, or were
    /// not after all.
    #[must_use]
    pub fn new(items: usize, changed: usize) -> Self {
        let all: Vec<Item> = (0..items).rev().map(item).collect();
        let step = (items / changed.max(1)).max(1);
        let some: Vec<Item> = all.iter().step_by(step).take(changed).cloned().collect();
        let read = some.iter().map(|item| Item { read_at: Some(NOW), ..item.clone() }).collect();
        let mut feed = Feed::default();
        let page =
            InboxPage { items: all, next: None, counts: Counts::default(), revision: "0-1-1".to_owned() };
        feed.take_page(&View::All.into(), true, page, feed.tick(), NOW);
        Self { feed, news: [sync(read), sync(some)], turn: 0 }
    }

    /// One of the syncs.
    #[must_use]
    pub fn news(&self) -> Sync {
        self.news[0].clone()
    }

    /// Merges the next sync; gives how many items were new, which are none.
    pub fn merge(&mut self) -> usize {
        self.turn = 1 - self.turn;
        self.feed.apply(self.news[self.turn].clone(), NOW).len()
    }
}

fn item(number: usize) -> Item {
    let created_at = NOW.plus_ms(i64::try_from(number).unwrap_or(i64::MAX) - 1_000_000);
    Item {
        id: format!("01930000-0000-7000-8000-{number:012}"),
        r#type: None,
        category: Some("billing".to_owned()),
        title: format!("Invoice {number} was paid"),
        body: Some("Business cards, 96.00 EUR, by card. The receipt is attached to the order.".to_owned()),
        url: Some(format!("/invoices/{number}")),
        icon: None,
        image: None,
        actions: Vec::new(),
        data: None,
        priority: Priority::Normal,
        group_key: None,
        group_count: 1,
        created_at,
        expires_at: None,
        seen_at: None,
        read_at: None,
        archived_at: None,
        snoozed_until: None,
        revision: "0-1-1".to_owned(),
    }
}

fn sync(changed: Vec<Item>) -> Sync {
    Sync { changed, removed: Vec::new(), counts: Counts::default(), revision: "0-1-2".to_owned() }
}

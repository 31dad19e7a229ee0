//! What stands where in the list, as signals: the rows, those of them that are drawn, and the groups that are open.

use std::{ops::Deref, sync::Arc};

use notification_bell_protocol::{ItemId, Timestamp};

use super::Inbox;
use crate::{
    calendar::day_of,
    feed::{Feed, List},
    follow::memo,
    rows::{Listed, Row, arrange, row_of},
    signal::{Memo, RwSignal},
};

/// The rows of a list.
#[derive(Clone, PartialEq)]
pub(crate) struct Rows {
    /// Of which list, and of how manieth reading: nobody reads another one, or a closed one.
    of: (List, u32),
    all: Arc<Vec<Row>>,
}

impl Deref for Rows {
    type Target = Arc<Vec<Row>>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

/// All of it. A copy goes into each view.
#[derive(Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) rows: Memo<Rows>,
    /// The rows that are drawn, in their order.
    pub(crate) drawn: RwSignal<Vec<ItemId>>,
    /// The item that is to be drawn and to have the focus then.
    pub(crate) wanted: RwSignal<Option<ItemId>>,
    /// The items whose groups are open.
    opened: RwSignal<Vec<ItemId>>,
    /// Counts up whenever a reading ends.
    reading: RwSignal<u32>,
    /// When this day began.
    pub(crate) today: Memo<Timestamp>,
}

impl Listing {
    pub(super) fn new(
        feed: RwSignal<Feed>,
        listed: Memo<Vec<ItemId>>,
        list: impl Fn() -> List + 'static,
        now: RwSignal<Timestamp>,
    ) -> Self {
        let (opened, reading) = (RwSignal::new(Vec::new()), RwSignal::new(0));
        let rows = Memo::new(move |before: Option<&Rows>| {
            let (of, opened) = ((list(), reading.get()), opened.get());
            let before = before.filter(|before| before.of == of).map(|before| before.all.as_slice());
            let rows = listed.with(|ids| {
                feed.with_untracked(|feed| {
                    arrange(&facts(feed, &of.0, ids), before.unwrap_or_default(), &opened)
                })
            });
            Rows { of, all: Arc::new(rows) }
        });
        let today = memo(move || day_of(now.get()).0);
        Self { rows, drawn: RwSignal::default(), wanted: RwSignal::default(), opened, reading, today }
    }

    /// Another list begins, or none is shown.
    pub(super) fn forget(&self) {
        self.opened.set(Vec::new());
        self.reading.try_update(|reading| *reading += 1);
        self.wanted.set(None);
    }

    /// The row that stands for an item: its own, or that of its group.
    pub(crate) fn row_of(&self, feed: RwSignal<Feed>, id: &str) -> Option<usize> {
        let moment = feed.try_with_untracked(|feed| feed.placed(id).map(|(moment, _)| moment)).flatten()?;
        self.rows.try_with_untracked(|rows| row_of(rows, (rows.of.0.rank(moment), id))).flatten()
    }
}

impl Inbox {
    /// Shows what is under an item, or puts it back there.
    pub(crate) fn toggle_group(&self, id: &str) {
        self.state.listing.opened.update(|opened| {
            let number = opened.len();
            opened.retain(|own| own != id);
            if opened.len() == number {
                opened.push(id.to_owned());
            }
        });
    }
}

/// What the rows are made from.
fn facts<'feed>(feed: &'feed Feed, list: &List, ids: &[ItemId]) -> Vec<Listed<'feed>> {
    // Asked for once a day, and not for each item.
    let mut day = (Timestamp::from_unix_ms(0), Timestamp::from_unix_ms(0));
    let items = ids.iter().filter_map(|id| feed.placed(id)).map(|(moment, item)| {
        if !(day.0..day.1).contains(&moment) {
            day = day_of(moment);
        }
        Listed {
            id: &item.id,
            moment: list.rank(moment),
            day_ms: day.0.unix_ms(),
            kind: item.r#type.as_deref(),
            category: item.category.as_deref(),
        }
    });
    items.collect()
}

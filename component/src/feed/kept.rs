//! The last state as it is kept in the browser, and painted before the server has said anything.

use notification_bell_protocol::{InboxPage, Timestamp, View};

use super::{Entry, Feed, List, window::Window};

/// As many items are kept at most.
const KEPT_ITEMS: usize = 50;

/// What stands for the cursor of what was not kept. It serves to ask for nothing.
const MORE: &str = "more";

impl Feed {
    /// What is shown of the view `all`, to be kept; `None` while nothing is known.
    #[must_use]
    pub fn kept(&self, now: Timestamp) -> Option<InboxPage> {
        let (counts, revision) = (self.counts()?, self.revision.clone()?);
        let list = List::from(View::All);
        let window = self.window(&list);
        // What the stream has told of a list that was never loaded is no beginning of it.
        let mut ids = if window.is_some() { self.listed(&list, now) } else { Vec::new() };
        let has_more = window.is_some_and(|window| window.oldest.is_some()) || ids.len() > KEPT_ITEMS;
        ids.truncate(KEPT_ITEMS);
        let items = ids.iter().filter_map(|id| self.item(id)).collect();
        Some(InboxPage { items, next: has_more.then(|| MORE.to_owned()), counts, revision })
    }

    /// Shows what was kept until the server has spoken. The list is loaded all the same when somebody looks.
    pub fn paint(&mut self, kept: InboxPage, now: Timestamp) {
        if self.counts.is_some() {
            return;
        }
        if !kept.items.is_empty() {
            let oldest = kept.next.and_then(|_| kept.items.last().map(|item| List::default().own_key(item)));
            self.set_window(&View::All.into(), Window { oldest, ..Window::default() });
        }
        for item in kept.items {
            if item.expires_at.is_none_or(|end| end > now) {
                self.put(Entry { item, tick: 0 });
            }
        }
        self.painted = Some(kept.counts.clone());
        self.counts = Some(kept.counts);
        self.revision = Some(kept.revision);
    }

    /// The server does not accept the user whose state is painted: nothing of it is left. False if it has accepted them
    /// before, so that it is not only painted.
    pub fn forget_painted(&mut self) -> bool {
        let is_painted = self.stream_revision.is_none();
        if is_painted {
            // What the user has done is still to be sent, and keeps its numbers.
            let (pending, last_change) = (std::mem::take(&mut self.pending), self.last_change);
            *self = Self { pending, last_change, ..Self::default() };
        }
        is_painted
    }
}

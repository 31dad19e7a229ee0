//! What the element knows of one user's inbox: pages, stream and the user's own changes, merged.
//!
//! Plain state without I/O or clock. A revision is opaque, so it cannot say which of two answers is newer. The
//! order of arrival says it instead: the stream brings every change in order, therefore an answer whose request
//! set out before the stream's last word (see [`Feed::tick`]) never overrides it. If the answer was newer after
//! all, the stream brings the same again. Counts are the server's, less what the user removed and may still undo.

mod change;
mod window;

use notification_bell_protocol::{Counts, InboxPage, Item, ItemId, Revision, Sync, Timestamp, View};

use change::Pending;
pub use change::{Answer, Change, ChangeNumber};
use window::Window;

/// The order of what arrived: higher is later.
pub type Tick = u64;

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    item: Item,
    /// When the stream, or the answer to a change, last spoke of it. Zero: only a page did.
    tick: Tick,
}

/// The inbox of one user. Another user starts with [`Feed::default`].
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// In no order, and searched from end to end: as many as somebody has scrolled to, for which a map or a sorting
    /// algorithm would only be more to download.
    entries: Vec<Entry>,
    /// What is gone, so that a page that is still on its way does not bring it back.
    removed: Vec<(ItemId, Tick)>,
    windows: [Window; 4],
    counts: Option<Counts>,
    counts_tick: Tick,
    revision: Option<Revision>,
    stream_revision: Option<Revision>,
    tick: Tick,
    pending: Vec<Pending>,
    last_change: ChangeNumber,
}

impl Feed {
    /// What has arrived so far. Taken before a request is sent, and handed in with its answer.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// The server's last word on the numbers, without the items whose removal is held back; `None` before its first.
    #[must_use]
    pub fn counts(&self) -> Option<Counts> {
        Some(self.without_held(self.counts.clone()?))
    }

    /// The newest state the user has been shown: what "mark all as read" reaches up to.
    #[must_use]
    pub const fn revision(&self) -> Option<&Revision> {
        self.revision.as_ref()
    }

    /// Where the stream resumes from: the last state that it, and nothing else, has told.
    #[must_use]
    pub const fn stream_revision(&self) -> Option<&Revision> {
        self.stream_revision.as_ref()
    }

    /// Takes the numbers of a session that was opened. A stream that has begun keeps its place.
    pub fn begin_session(&mut self, counts: Counts, revision: Revision, started: Tick) {
        self.take_counts(counts, started);
        if self.stream_revision.is_none() {
            self.revision = Some(revision.clone());
            self.stream_revision = Some(revision);
        }
    }

    /// Takes a page of a view whose request was sent at `started`: the first one, or the one after the last.
    pub fn take_page(&mut self, view: View, is_first: bool, page: InboxPage, started: Tick, now: Timestamp) {
        let newest = if is_first { None } else { self.window(view).oldest.clone() };
        let oldest = page.next.is_some().then(|| page.items.last().map(window::key_of)).flatten();
        // What should be on this page, is not, and was not heard of since, has gone elsewhere.
        self.entries.retain(|entry| {
            let key = window::key_of(&entry.item);
            let covered = newest.as_ref().is_none_or(|newest| key < *newest)
                && oldest.as_ref().is_none_or(|oldest| key >= *oldest);
            let listed = page.items.iter().any(|item| item.id == entry.item.id);
            listed || !covered || entry.tick > started || !window::belongs(&entry.item, view, now)
        });
        for item in page.items {
            let is_gone = self.removed.iter().any(|(id, tick)| *id == item.id && *tick > started);
            let is_newer = self.entry(&item.id).is_some_and(|entry| entry.tick > started);
            if !is_gone && !is_newer {
                self.put(Entry { item, tick: 0 });
            }
        }
        *self.window_mut(view) = Window { is_loaded: true, oldest, next: page.next };
        if is_first && matches!(view, View::All | View::Unread) && self.counts_tick <= started {
            self.revision = Some(page.revision);
        }
        self.take_counts(page.counts, started);
    }

    /// Takes what the stream says has changed, and gives the items that are new, the oldest first.
    pub fn apply(&mut self, sync: Sync, now: Timestamp) -> Vec<Item> {
        self.tick += 1;
        let mut arrived = Vec::new();
        for item in sync.changed {
            let is_new = self.entry(&item.id).is_none()
                && item.seen_at.is_none()
                && item.read_at.is_none()
                && window::belongs(&item, View::All, now);
            if is_new {
                let place = arrived.partition_point(|other: &Item| other.sort_key() <= item.sort_key());
                arrived.insert(place, item.clone());
            }
            self.put(Entry { item, tick: self.tick });
        }
        for id in sync.removed {
            self.drop_entry(id, self.tick);
        }
        self.counts = Some(sync.counts);
        self.counts_tick = self.tick;
        self.revision = Some(sync.revision.clone());
        self.stream_revision = Some(sync.revision);
        arrived
    }

    /// The stream cannot tell what changed: the numbers hold, every list has to be loaded again.
    ///
    /// What is shown stays until the new page is there.
    pub fn reset(&mut self, sync: Sync) {
        self.tick += 1;
        self.counts = Some(sync.counts);
        self.counts_tick = self.tick;
        self.stream_revision = Some(sync.revision);
        self.invalidate();
    }

    /// Has every list loaded again when it is next shown.
    pub fn invalidate(&mut self) {
        for window in &mut self.windows {
            window.is_loaded = false;
        }
    }

    /// What a view shows, the newest first.
    #[must_use]
    pub fn listed(&self, view: View, now: Timestamp) -> Vec<ItemId> {
        let window = self.window(view);
        let mut keys: Vec<window::Key> = Vec::new();
        for item in self.entries.iter().filter_map(|entry| self.shown(entry)) {
            let key = window::key_of(&item);
            // Older than the last page: there may be others in between that are not known yet.
            let is_reached = window.oldest.as_ref().is_none_or(|oldest| key >= *oldest);
            if is_reached && window::belongs(&item, view, now) {
                keys.insert(keys.partition_point(|other| *other > key), key);
            }
        }
        keys.into_iter().map(|(_, id)| id).collect()
    }

    /// An item as it is to be shown: with the user's own changes that the server has not answered yet.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<Item> {
        self.shown(self.entry(id)?)
    }

    fn shown(&self, entry: &Entry) -> Option<Item> {
        let mut item = entry.item.clone();
        for pending in &self.pending {
            if !pending.apply(&mut item, entry.tick) {
                return None;
            }
        }
        Some(item)
    }

    /// Whether the first page of a view is there and still holds.
    #[must_use]
    pub fn is_loaded(&self, view: View) -> bool {
        self.window(view).is_loaded
    }

    /// Where the next page of a view begins; `None` at the end.
    #[must_use]
    pub fn next_cursor(&self, view: View) -> Option<&String> {
        self.window(view).next.as_ref()
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.item.id == id)
    }

    /// Takes what is known of an item in the place of what was.
    fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|known| known.item.id == entry.item.id) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes note that an item is gone.
    fn drop_entry(&mut self, id: ItemId, tick: Tick) {
        self.entries.retain(|entry| entry.item.id != id);
        self.removed.push((id, tick));
    }

    fn take_counts(&mut self, counts: Counts, started: Tick) {
        if self.counts_tick <= started {
            self.counts = Some(counts);
        }
    }

    fn window(&self, view: View) -> &Window {
        &self.windows[window::index_of(view)]
    }

    fn window_mut(&mut self, view: View) -> &mut Window {
        &mut self.windows[window::index_of(view)]
    }
}

#[cfg(test)]
mod tests;

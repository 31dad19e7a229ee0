//! What the element knows of one user's inbox: pages, stream and the user's own changes, merged.
//!
//! Plain state without I/O or clock. A revision is opaque, so it cannot say which of two answers is newer. The
//! order of arrival says it instead: the stream brings every change in order, therefore an answer whose request
//! set out before the stream's last word (see [`Feed::tick`]) never overrides it. If the answer was newer after
//! all, the stream brings the same again. Counts are the server's, less what the user removed and may still undo, and
//! less what has expired.

mod change;
mod expiry;
mod kept;
mod listing;
mod numbers;
mod window;

use notification_bell_protocol::{Counts, InboxPage, Item, ItemId, Revision, Sync, Timestamp, View};

use change::{AllPending, Pending};
pub use change::{Answer, Change, ChangeNumber};
pub use window::List;
use window::{Key, Window};

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
    /// By their ids, so that one is found by halving: a map or a sorting algorithm would be more to download. Ids grow
    /// with time, so this is nearly the order of the lists too.
    #[expect(clippy::vec_box, reason = "one that comes in moves all the others: pointers, and not items")]
    entries: Vec<Box<Entry>>,
    /// What is gone, so that a page that is still on its way does not bring it back.
    removed: Vec<(ItemId, Tick)>,
    windows: Vec<(List, Window)>,
    /// Every category that was heard of, by name.
    categories: Vec<String>,
    counts: Option<Counts>,
    counts_tick: Tick,
    /// They are those of an answer to a change, and the stream has told nothing new since.
    has_answer: bool,
    /// What was kept of a page before: the numbers with all in them that waited there.
    painted: Option<Counts>,
    revision: Option<Revision>,
    /// The state that is shown, and the newest item of it, where what comes is not.
    shown: Option<(Revision, Option<Key>)>,
    stream_revision: Option<Revision>,
    tick: Tick,
    pending: AllPending,
    /// Those that waited for a line, are answered, and which the stream has still to tell of.
    untold: Vec<Pending>,
    last_change: ChangeNumber,
    /// What was to end by then has ended, whether or not the server has said so yet.
    expired_by: Option<Timestamp>,
}

impl Feed {
    /// What has arrived so far. Taken before a request is sent, and handed in with its answer.
    #[must_use]
    pub const fn tick(&self) -> Tick {
        self.tick
    }

    /// The newest state the user has been shown: what "mark all as read" reaches up to.
    #[must_use]
    pub fn revision(&self) -> Option<&Revision> {
        self.shown.as_ref().map(|(revision, _)| revision).or(self.revision.as_ref())
    }

    /// All that is known is shown; what comes now is not if it is `held_back`, until this is called again.
    pub fn note_shown(&mut self, held_back: bool) {
        self.shown = self.revision.clone().filter(|_| held_back).map(|revision| (revision, self.newest()));
    }

    fn newest(&self) -> Option<Key> {
        self.entries.iter().map(|entry| List::default().own_key(&entry.item)).max()
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

    /// Takes a page of a list whose request was sent at `started`: the first one, or the one after the last.
    pub fn take_page(&mut self, list: &List, is_first: bool, page: InboxPage, started: Tick, now: Timestamp) {
        let before = self.window(list).cloned();
        let newest = before.as_ref().filter(|_| !is_first).and_then(|before| before.oldest.clone());
        let oldest = page.next.is_some().then(|| page.items.last().map(|item| list.own_key(item))).flatten();
        // What should be on this page, is not, and was not heard of since, has gone elsewhere.
        self.entries.retain(|entry| {
            let key = list.key(&entry.item);
            let is_covered = !newest.as_ref().is_some_and(|newest| window::is_within(Some(newest), key))
                && window::is_within(oldest.as_ref(), key);
            !is_covered
                || entry.tick > started
                || !list.places(&entry.item, now)
                || page.items.iter().any(|item| item.id == entry.item.id)
        });
        for item in page.items {
            let is_gone = self.removed.iter().any(|(id, tick)| *id == item.id && *tick > started);
            let is_newer = self.entry(&item.id).is_some_and(|entry| entry.tick > started);
            if !is_gone && !is_newer {
                self.put(Entry { item, tick: 0 });
            }
        }
        let next = page.next;
        let mut window = Window { is_loaded: true, oldest, next, catches_up: false, held: None };
        if let Some(before) = before.filter(|before| is_first || before.catches_up) {
            // As far as somebody has come, the list stays until its other pages are there again.
            let held = if before.catches_up { before.held } else { before.oldest };
            window.catches_up =
                window.oldest.as_ref().is_some_and(|oldest| held.as_ref().is_none_or(|held| held < oldest));
            window.held = held;
        }
        self.set_window(list, window);
        let is_whole = list.category.is_none() && matches!(list.view, View::All | View::Unread);
        if is_first && is_whole && self.counts_tick <= started {
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
        // A stream that begins says at once how things were a moment ago. What was answered meanwhile may be newer: as
        // long as it is still to be told, and where it says again what was told before.
        if !self.untold.is_empty() {
            self.forget_told();
        }
        let is_known = self.has_answer && self.stream_revision.as_ref() == Some(&sync.revision);
        if self.untold.is_empty() && !is_known {
            self.set_counts(sync.counts);
            self.counts_tick = self.tick;
            self.has_answer = false;
        }
        self.revision = Some(sync.revision.clone());
        self.stream_revision = Some(sync.revision);
        arrived
    }

    #[inline(never)]
    fn forget_told(&mut self) {
        let mut untold = std::mem::take(&mut self.untold);
        untold.retain(|pending| !self.has_told_of(pending, self.tick - 1));
        self.untold = untold;
    }

    /// The stream cannot tell what changed: the numbers hold, every list has to be loaded again.
    ///
    /// What is shown stays until the new page is there.
    pub fn reset(&mut self, sync: Sync) {
        self.tick += 1;
        self.set_counts(sync.counts);
        self.counts_tick = self.tick;
        self.has_answer = false;
        self.untold.clear();
        self.stream_revision = Some(sync.revision);
        // It may be of another database.
        self.shown = None;
        self.drop_expired();
        self.invalidate();
    }

    /// Has every list loaded again when it is next shown.
    pub fn invalidate(&mut self) {
        for (_, window) in &mut self.windows {
            window.is_loaded = false;
        }
    }

    /// Every category that was heard of, by name.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Whether the first page of a list is there and still holds.
    #[must_use]
    pub fn is_loaded(&self, list: &List) -> bool {
        self.window(list).is_some_and(|window| window.is_loaded)
    }

    /// Whether the first page of any list was there at some time: before, nothing has been shown but numbers.
    #[must_use]
    pub const fn has_lists(&self) -> bool {
        !self.windows.is_empty()
    }

    /// Whether what is known of a list holds until it is loaded again: it does, unless the numbers say that there is
    /// something in the inbox.
    #[must_use]
    pub fn is_settled(&self, list: &List) -> bool {
        let is_empty = match list.view {
            View::All => self.counts.as_ref().is_some_and(|counts| counts.total == 0),
            View::Unread => self.counts.as_ref().is_some_and(|counts| counts.unread == 0),
            View::Archived | View::Snoozed => true,
        };
        self.is_loaded(list) || (is_empty && self.window(list).is_some())
    }

    /// Whether a list is loaded again, and has not come as far as it was.
    #[must_use]
    pub fn catches_up(&self, list: &List) -> bool {
        self.window(list).is_some_and(|window| window.is_loaded && window.catches_up)
    }

    /// Where the next page of a list begins; `None` at the end.
    #[must_use]
    pub fn next_cursor(&self, list: &List) -> Option<&String> {
        self.window(list)?.next.as_ref()
    }

    /// The place of an item, or the one where it would be.
    fn place(&self, id: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.item.id.as_str().cmp(id))
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(self.place(id).ok()?).map(|entry| &**entry)
    }

    /// Takes what is known of an item in the place of what was.
    fn put(&mut self, entry: Entry) {
        if let Some(name) = &entry.item.category {
            self.note_category(name);
        }
        match self.place(&entry.item.id) {
            Ok(index) => *self.entries[index] = entry,
            Err(index) => self.entries.insert(index, Box::new(entry)),
        }
    }

    /// Takes note that an item is gone.
    fn drop_entry(&mut self, id: ItemId, tick: Tick) {
        if let Ok(index) = self.place(&id) {
            self.entries.remove(index);
        }
        self.removed.push((id, tick));
    }

    fn note_category(&mut self, name: &str) {
        if let Err(index) = self.categories.binary_search_by(|known| known.as_str().cmp(name))
            && !name.is_empty()
        {
            self.categories.insert(index, name.to_owned());
        }
    }

    fn window(&self, list: &List) -> Option<&Window> {
        self.windows.iter().find(|(own, _)| own == list).map(|(_, window)| window)
    }

    fn set_window(&mut self, list: &List, window: Window) {
        match self.windows.iter_mut().find(|(own, _)| own == list) {
            Some((_, own)) => *own = window,
            None => self.windows.push((list.clone(), window)),
        }
    }
}

#[cfg(test)]
mod tests;

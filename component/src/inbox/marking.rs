//! What is done with everything: marking it as read, and putting what is read into the archive.
//!
//! Only the server knows all of it. Its answer names what has changed, and that is what is taken back; until then, what
//! is loaded is.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use notification_bell_protocol::{ItemId, MarkRequest, MarkSet, View};

use super::{Inbox, Toast, Undo, changes::Queued, state::unread_of};
use crate::{
    bulk::mark,
    feed::{Change, List},
    texts::Text,
};

/// A mark of everything, and what takes it back.
#[derive(Debug, PartialEq)]
pub(crate) struct Marked {
    back: MarkSet,
    /// What is another by it, as far as that is known.
    ids: RefCell<Vec<ItemId>>,
    /// How many were said to be.
    count: Cell<usize>,
    /// It was taken back before the server had answered.
    pub(super) is_undone: Cell<bool>,
}

impl Marked {
    /// What takes it back.
    pub(super) fn back(&self) -> Vec<Change> {
        mark(self.back, &self.ids.borrow()).collect()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.borrow().iter().any(|own| own == id)
    }

    fn texts(&self) -> (Text, Text) {
        if self.back.archived.is_some() {
            (Text::ArchivedMany, Text::UnarchivedMany)
        } else {
            (Text::ReadMany, Text::UnreadMany)
        }
    }
}

impl Inbox {
    /// Puts everything into the archive that is read and has been shown so far, of the category that is shown.
    pub(crate) fn archive_all_read(self: &Rc<Self>) {
        let set = |archived| MarkSet { archived: Some(archived), ..MarkSet::default() };
        let category = self.state.category.get_untracked();
        let list = List { view: View::All, category: category.clone() };
        let now = self.environment.now();
        let ids = self.state.feed.with_untracked(|feed| feed.read(&list, now));
        let request = MarkRequest { set: set(true), category, read: Some(true), ..MarkRequest::default() };
        self.mark_everything(request, set(false), ids, self.state.archivable.get_untracked());
    }

    /// Marks everything as read that has been shown so far, of the category that is shown.
    pub(crate) fn mark_all_read(self: &Rc<Self>) {
        if self.is_all_shown() {
            self.state.feed.update(|feed| feed.note_shown(false));
        }
        let set = |read| MarkSet { read: Some(read), ..MarkSet::default() };
        let now = self.environment.now();
        let category = self.state.category.get_untracked();
        let (mut ids, unread) = self.state.feed.with_untracked(|feed| {
            (
                feed.known_unread(category.as_deref(), now),
                unread_of(feed.counts().as_ref(), category.as_deref()),
            )
        });
        let known = ids.len();
        self.state.above.with_untracked(|above| ids.retain(|id| !above.contains(id)));
        let unread = unread.saturating_sub((known - ids.len()) as u64);
        let request = MarkRequest { set: set(true), category, ..MarkRequest::default() };
        self.mark_everything(request, set(false), ids, unread);
    }

    fn mark_everything(self: &Rc<Self>, request: MarkRequest, back: MarkSet, ids: Vec<ItemId>, count: u64) {
        let count = usize::try_from(count).unwrap_or_default().max(ids.len());
        // Before anything has been shown, the mark would have no bound, and reach what nobody has seen.
        if count == 0 || self.state.feed.with_untracked(|feed| feed.revision().is_none()) {
            return;
        }
        // A second click says nothing new.
        if self.queue.borrow().iter().any(|queued| queued.does_the_same(&request)) {
            return;
        }
        self.change(Change::Mark(request), false);
        let marked = Rc::new(Marked {
            back,
            ids: RefCell::new(ids),
            count: Cell::new(count),
            is_undone: Cell::default(),
        });
        if let Some(queued) = self.queue.borrow_mut().back_mut() {
            queued.marked = Some(Rc::clone(&marked));
        }
        let words = self.count_words(marked.texts().0, count);
        self.show_toast(Toast { words, undo: Some(Undo::Mark(marked)) });
    }

    /// The server has made a mark, and says of what. If it was sent twice, some of it was made the first time.
    pub(super) fn note_marked(
        self: &Rc<Self>,
        marked: &Rc<Marked>,
        changed: Option<Vec<ItemId>>,
        is_repeat: bool,
    ) {
        if let Some(mut changed) = changed {
            if is_repeat {
                let mut known = marked.ids.take();
                known.retain(|id| !changed.contains(id));
                changed.append(&mut known);
            }
            let count = changed.len();
            *marked.ids.borrow_mut() = changed;
            if marked.count.replace(count) != count {
                self.correct_words(marked);
            }
        }
        if marked.is_undone.get() {
            self.take_back_marked(marked);
        }
    }

    fn correct_words(&self, marked: &Rc<Marked>) {
        let is_own = |toast: &Toast| matches!(&toast.undo, Some(Undo::Mark(own)) if Rc::ptr_eq(own, marked));
        if let Some(mut toast) = self.state.toast.try_get_untracked().flatten().filter(is_own) {
            toast.words = self.count_words(marked.texts().0, marked.count.get());
            self.state.toast.set(Some(toast));
        }
    }

    /// Takes back a mark of everything: what the server has not heard of was never made.
    pub(super) fn undo_mark(self: &Rc<Self>, marked: &Rc<Marked>) {
        let is_own = |queued: &Queued| queued.marked.as_ref().is_some_and(|own| Rc::ptr_eq(own, marked));
        let place = self.queue.borrow().iter().position(is_own);
        let Some(place) = place else { return self.take_back_marked(marked) };
        let mut queue = self.queue.borrow_mut();
        let number = queue[place].number;
        if queue[place].is_sent {
            marked.is_undone.set(true);
        } else {
            queue.remove(place);
        }
        drop(queue);
        self.update_feed(|feed| feed.take_back(number));
        self.keep_changes();
    }

    fn take_back_marked(self: &Rc<Self>, marked: &Marked) {
        for change in marked.back() {
            self.change(change, false);
        }
        let count = marked.ids.borrow().len();
        // Of more than it names, the server has said nothing.
        if count < marked.count.get() {
            let words = self.count_words(marked.texts().1, count);
            self.show_toast(Toast { words, undo: None });
        }
    }
}

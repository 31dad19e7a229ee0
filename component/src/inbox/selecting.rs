//! Choosing items, and doing something with all of them at once.

use std::rc::Rc;

use notification_bell_protocol::{Item, ItemId, View};

use super::{Inbox, Toast, Undo};
use crate::{
    bulk::{Deed, plan},
    selection::Selection,
    texts::Text,
};

/// In the place of an item's id, where something is done with all that are chosen: no item has an empty one.
pub(crate) const CHOSEN: &str = "";

impl Inbox {
    /// Begins to choose, with this item as the first.
    pub(crate) fn begin_selecting(self: &Rc<Self>, first: Option<&str>) {
        let mut selection = Selection::default();
        if let Some(id) = first {
            selection.toggle(id);
        } else if let Some(current) = self.state.current.get_untracked() {
            selection.begin_range(&current);
        }
        self.end_snoozing();
        self.state.handling().selection.set(Some(selection));
    }

    /// Ends choosing. False if nothing was being chosen.
    pub(crate) fn end_selecting(self: &Rc<Self>) -> bool {
        let was_selecting = self.state.handling().selection.try_update(Option::take).flatten().is_some();
        if was_selecting {
            self.end_snoozing();
            // What had the focus may go with the toolbar.
            self.focus_current_if_lost();
        }
        was_selecting
    }

    fn change_selection(&self, change: impl FnOnce(&mut Selection)) {
        self.state.handling().selection.update(|selection| {
            if let Some(selection) = selection {
                change(selection);
            }
        });
    }

    pub(crate) fn toggle_selected(self: &Rc<Self>, id: &str) {
        if self.state.handling().selection.with_untracked(Option::is_none) {
            self.begin_selecting(Some(id));
        } else {
            self.change_selection(|selection| selection.toggle(id));
        }
    }

    pub(crate) fn extend_selection(&self, id: &str) {
        let listed = self.state.listed.get_untracked();
        self.change_selection(|selection| selection.extend_to(id, &listed));
    }

    /// The same up to the item that has the focus.
    pub(crate) fn extend_selection_to_current(&self) {
        if let Some(id) = self.state.current.get_untracked() {
            self.extend_selection(&id);
        }
    }

    pub(crate) fn select_all(&self) {
        let listed = self.state.listed.get_untracked();
        self.change_selection(|selection| selection.choose_all(&listed));
    }

    /// Gives up what has left the list; with the last item of it, there is nothing left to choose.
    pub(crate) fn keep_selected(self: &Rc<Self>, listed: &[ItemId]) {
        let selection = self.state.handling().selection.get_untracked();
        let Some(mut selection) = selection else { return };
        if listed.is_empty() {
            self.end_selecting();
        } else if selection.keep(listed) {
            self.state.handling().selection.set(Some(selection));
        }
    }

    /// The chosen items, as they are listed.
    fn selected(&self) -> Vec<Item> {
        let selection = self.state.handling().selection.get_untracked().unwrap_or_default();
        let mut ids = self.state.listed.get_untracked();
        ids.retain(|id| selection.contains(id));
        self.state.feed.with_untracked(|feed| ids.iter().filter_map(|id| feed.item(id)).collect())
    }

    /// Marks them as read; as unread, if they all are.
    pub(crate) fn toggle_selected_read(self: &Rc<Self>) {
        let read = self.selected().iter().any(|item| item.read_at.is_none());
        self.do_with_selected(Deed::Read(read));
    }

    /// Puts them into the archive, or back into the inbox where they are not in it.
    pub(crate) fn archive_or_bring_back_selected(self: &Rc<Self>) {
        let is_inbox = matches!(self.state.view.get_untracked(), View::All | View::Unread);
        self.do_with_selected(if is_inbox { Deed::Archive } else { Deed::BringBack });
    }

    /// Does something with all that are chosen, and says so with a way back.
    pub(crate) fn do_with_selected(self: &Rc<Self>, deed: Deed) {
        let items = self.selected();
        if items.is_empty() {
            return;
        }
        let plan = plan(&items, deed, self.environment.now());
        self.end_selecting();
        if plan.count == 0 {
            return;
        }
        for change in plan.changes {
            self.change(change, false);
        }
        let text = match deed {
            Deed::Read(true) => Text::ReadMany,
            Deed::Read(false) => Text::UnreadMany,
            Deed::Archive => Text::ArchivedMany,
            Deed::BringBack => Text::UnarchivedMany,
            Deed::Snooze(_) => Text::SnoozedMany,
        };
        let undo = Undo::Changes { id: items.first().map(|item| item.id.clone()), back: plan.back };
        self.show_toast(Toast { words: self.count_words(text, plan.count), undo: Some(undo) });
    }

    /// Deletes them: on screen at once, at the server when it can no longer be undone.
    pub(crate) fn remove_selected(self: &Rc<Self>) {
        let now = self.environment.now();
        let ids: Vec<_> = self.selected().into_iter().map(|item| item.id).collect();
        if ids.is_empty() {
            return;
        }
        self.end_selecting();
        let take_out = |id: ItemId| {
            let number = self.state.feed.try_update(|feed| feed.hold_removal(id.clone(), now))?;
            Some((id, number))
        };
        let held: Vec<_> = ids.into_iter().filter_map(take_out).collect();
        // Tells the page of the numbers, once for all of them.
        self.update_feed(|_| ());
        let words = self.count_words(Text::DeletedMany, held.len());
        self.show_toast(Toast { words, undo: Some(Undo::Removals(held)) });
    }

    pub(super) fn count_words(&self, text: Text, count: usize) -> String {
        self.state.words(|locale| locale.count(text, count as u64))
    }
}

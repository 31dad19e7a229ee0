//! Where the focus goes.

use std::rc::Rc;

use super::Inbox;
use crate::task::{Task, sleep_ms};

impl Inbox {
    /// Moves the focus to the item of this row of the list; to the panel if there is none.
    pub(crate) fn focus_item(&self, index: usize) {
        let id = self.state.listing.rows.with_untracked(|rows| rows.get(index).map(|row| row.id.clone()));
        match id {
            Some(id) if self.element(&["item-", &id].concat()).is_none() => {
                // Too far away to be drawn: the list draws it, and gives it the focus.
                self.state.listing.wanted.set(Some(id));
            }
            Some(id) => self.focus_id(&["item-", &id].concat()),
            None => self.focus_panel(),
        }
    }

    /// Whether the focus is on what the page put into a slot: that is in the panel too, and not in the shadow tree.
    pub(super) fn is_focus_slotted(&self) -> bool {
        let focus = self.host.owner_document().and_then(|document| document.active_element());
        focus.is_some_and(|focus| focus != *self.host && self.host.contains(Some(&focus)))
    }

    /// Gives the focus to an element of the shadow tree.
    pub(crate) fn focus_id(&self, id: &str) {
        if let Some(element) = self.element(id) {
            let _ = element.focus();
        }
    }

    /// Gives the focus to the panel itself.
    pub(crate) fn focus_panel(&self) {
        self.focus_id("panel");
    }

    /// Gives the focus to the item at this place, once it is drawn, if what had it is gone.
    pub(crate) fn restore_focus(self: &Rc<Self>, index: usize) {
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(0.0).await;
            if inbox.state.open.get_untracked() && inbox.root.active_element().is_none() {
                inbox.focus_item(index);
            }
        }));
    }

    /// Gives the focus to the item that Tab leads to, once it is drawn.
    pub(crate) fn focus_current(self: &Rc<Self>) {
        self.focus_current_if(|_| true);
    }

    /// The same if what had the focus is gone by then.
    pub(crate) fn focus_current_if_lost(self: &Rc<Self>) {
        if self.root.active_element().is_some() {
            self.focus_current_if(|inbox| inbox.root.active_element().is_none());
        }
    }

    fn focus_current_if(self: &Rc<Self>, is_due: fn(&Self) -> bool) {
        let inbox = Rc::clone(self);
        *self.tasks.focus.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(0.0).await;
            if inbox.state.open.get_untracked() && is_due(&inbox) {
                let current = inbox.state.current.get_untracked();
                let row = current.and_then(|id| inbox.state.listing.row_of(inbox.state.feed, &id));
                inbox.focus_item(row.unwrap_or_default());
            }
        }));
    }
}

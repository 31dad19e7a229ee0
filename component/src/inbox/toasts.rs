//! What was just done, said at the foot of the panel, and how it is taken back.
//!
//! The server cannot bring back what it deleted. So it hears of a deletion when it can no longer be taken back, and
//! that is whenever the message goes, for whatever reason.

use std::rc::Rc;

use super::{Inbox, Toast, Undo};
use crate::{
    feed::{Change, ChangeNumber},
    task::{Task, sleep_ms},
    texts::Text,
};

/// How long a message stays.
const TOAST_MS: f64 = 6_000.0;

impl Inbox {
    /// Shows a message for a while, in the place of the one that is there.
    pub(crate) fn show_toast(self: &Rc<Self>, toast: Toast) {
        self.end_toast();
        self.state.toast.set(Some(toast));
        self.let_toast_go();
    }

    /// Whether a message is there that offers to take something back, other than this change.
    pub(super) fn offers_to_undo(&self, but: Option<&Change>) -> bool {
        let takes_back = |back: &Change| match (back, but) {
            (Change::Patch(own, _), Some(Change::Patch(id, _))) => own == id,
            (Change::Mark(back), Some(Change::Patch(id, _))) => {
                back.ids.as_ref().is_some_and(|ids| ids.contains(id))
            }
            (_, but) => matches!(but, Some(Change::Mark(_))),
        };
        let is_another = |toast: &Option<Toast>| match toast.as_ref().and_then(|toast| toast.undo.as_ref()) {
            Some(Undo::Changes { back, .. }) => !back.iter().any(takes_back),
            Some(Undo::Mark(marked)) => match but {
                Some(Change::Patch(id, _)) => !marked.has(id),
                but => !matches!(but, Some(Change::Mark(_))),
            },
            Some(Undo::Removals(_)) => true,
            None => false,
        };
        self.state.toast.try_with_untracked(is_another) == Some(true)
    }

    /// Says what had to wait for another message to go.
    fn tell_later(self: &Rc<Self>) {
        if self.owes_refusal.replace(false) {
            self.tell_refusal();
        }
        self.tell_waiting();
    }

    /// Says that a change was not taken.
    pub(super) fn tell_refusal(self: &Rc<Self>) {
        self.show_toast(Toast { words: self.state.words(|locale| locale.text(Text::NotSaved)), undo: None });
    }

    /// Keeps the message while somebody is about to use it.
    pub(crate) fn hold_toast(&self) {
        drop(self.tasks.toast.take());
    }

    /// Has the message go after a while, unless the mouse or the focus is still on it.
    pub(crate) fn let_toast_go(self: &Rc<Self>) {
        let is_in_use = self.element("toast").and_then(|toast| toast.matches(":hover, :focus-within").ok());
        if is_in_use == Some(true) {
            return;
        }
        let inbox = Rc::clone(self);
        *self.tasks.toast.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(TOAST_MS).await;
            inbox.end_toast();
            inbox.tell_later();
        }));
    }

    /// Takes the message away. What it could have taken back is final.
    pub(super) fn end_toast(self: &Rc<Self>) {
        for (number, change) in self.take_removals() {
            self.send(number, change, false);
        }
    }

    /// The same when there may be no later: the request outlives the page, the user and the element.
    pub(crate) fn end_toast_now(self: &Rc<Self>) {
        // All of them at once: they cannot wait for each other.
        for (number, change) in self.take_removals() {
            if self.better_waits() {
                self.send(number, change, false);
            } else {
                self.send_now(number, change);
            }
        }
    }

    fn send_now(self: &Rc<Self>, number: ChangeNumber, change: Change) {
        let Some(backend) = self.backend.borrow().clone() else { return };
        let inbox = Rc::downgrade(self);
        let environment = self.environment;
        let started = self.state.feed.try_with_untracked(crate::feed::Feed::tick).unwrap_or_default();
        wasm_bindgen_futures::spawn_local(async move {
            let answer = backend.change(&change, true, environment).await;
            // The page may be back, and may be another user's by now.
            let is_same = |inbox: &Rc<Self>| {
                inbox.backend.borrow().as_ref().is_some_and(|own| Rc::ptr_eq(own, &backend))
            };
            if let Some(inbox) = inbox.upgrade().filter(is_same) {
                match answer {
                    Err(fault) if inbox.may_pass(&fault) => inbox.send(number, change, false),
                    answer => {
                        inbox.update_feed(|feed| match answer {
                            Ok(answer) => feed.confirm(number, answer, started),
                            Err(_) => feed.take_back(number),
                        });
                    }
                }
            }
        });
    }

    /// Takes the message away, and gives the deletions that it held back.
    fn take_removals(&self) -> Vec<(ChangeNumber, Change)> {
        drop(self.tasks.toast.take());
        let toast = self.state.toast.try_update(Option::take).flatten();
        match toast.and_then(|toast| toast.undo) {
            Some(Undo::Removals(held)) => {
                held.into_iter().map(|(id, number)| (number, Change::Remove(id))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Takes back what was done last. The item is where it was, and has the focus.
    pub(crate) fn undo(self: &Rc<Self>) {
        drop(self.tasks.toast.take());
        let toast = self.state.toast.try_update(Option::take).flatten();
        let Some(undo) = toast.and_then(|toast| toast.undo) else { return };
        let id = match undo {
            Undo::Changes { id, back } => {
                for change in back {
                    self.change(change, false);
                }
                id
            }
            Undo::Mark(marked) => {
                self.undo_mark(&marked);
                None
            }
            Undo::Removals(held) => {
                self.update_feed(|feed| held.iter().for_each(|(_, number)| feed.take_back(*number)));
                held.into_iter().next().map(|(id, _)| id)
            }
        };
        if id.is_some() {
            self.state.current.set(id);
        }
        self.focus_current();
        self.tell_later();
    }
}

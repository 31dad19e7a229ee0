//! Sending the user's changes: one after the other, in the order they were made.

use std::rc::Rc;

use leptos::prelude::*;
use notification_bell_protocol::{ItemId, MarkRequest, MarkSet, Revision};

use super::{Inbox, Toast};
use crate::{
    events::Happening,
    feed::{Change, ChangeNumber, Feed},
    task::{Task, sleep_ms},
    texts::Text,
};

/// How long items that come into view are gathered before the server hears of them.
const GATHER_MS: f64 = 600.0;

/// A change on its way.
pub(super) struct Queued {
    number: ChangeNumber,
    change: Change,
    /// The newest state that had been shown when the change was made.
    shown: Option<Revision>,
    /// Nobody waits for it, so nobody is told when it fails.
    is_quiet: bool,
}

impl Queued {
    /// A mark of everything reaches what was shown when it was made, and no further.
    fn bounded(&self) -> Change {
        match &self.change {
            Change::Mark(request) if request.ids.is_none() => {
                Change::Mark(MarkRequest { up_to: self.shown.clone(), ..request.clone() })
            }
            change => change.clone(),
        }
    }
}

impl Inbox {
    /// Makes a change: on screen at once, at the server in its turn.
    pub(super) fn change(self: &Rc<Self>, change: Change, is_quiet: bool) {
        let now = self.environment.now();
        if let Some(number) = self.update_feed(|feed| feed.begin(change.clone(), now)) {
            self.send(number, change, is_quiet);
        }
    }

    /// Has the server told of a change that is on screen.
    pub(super) fn send(self: &Rc<Self>, number: ChangeNumber, change: Change, is_quiet: bool) {
        let shown = self.state.feed.try_with_untracked(|feed| feed.revision().cloned()).flatten();
        self.queue.borrow_mut().push_back(Queued { number, change, shown, is_quiet });
        if !self.is_sending.replace(true) {
            let inbox = Rc::clone(self);
            *self.tasks.changes.borrow_mut() = Some(Task::spawn(async move { inbox.send_changes().await }));
        }
    }

    async fn send_changes(self: Rc<Self>) {
        loop {
            let Some(queued) = self.queue.borrow_mut().pop_front() else { break };
            let Some(backend) = self.backend.borrow().clone() else { break };
            let Some(started) = self.state.feed.try_with_untracked(Feed::tick) else { break };
            match backend.change(&queued.bounded(), false, self.environment).await {
                Ok(answer) => {
                    self.update_feed(|feed| feed.confirm(queued.number, answer, started));
                }
                Err(fault) => {
                    self.update_feed(|feed| feed.take_back(queued.number));
                    // Somebody else deleted it first.
                    let is_gone = fault.status == 404 && matches!(queued.change, Change::Remove(_));
                    if !queued.is_quiet && !is_gone {
                        self.show_toast(Toast {
                            words: self.state.words(|locale| locale.text(Text::NotSaved)),
                            undo: None,
                        });
                        // Each refused change is one of its own.
                        Happening::Error(&fault).fire(&self.host);
                    }
                }
            }
        }
        self.is_sending.set(false);
    }

    /// An item was on screen.
    pub(crate) fn mark_seen(self: &Rc<Self>, id: &ItemId) {
        let item = self.state.feed.try_with_untracked(|feed| feed.item(id)).flatten();
        if item.is_none_or(|item| item.seen_at.is_some()) || self.seen.borrow().contains(id) {
            return;
        }
        self.seen.borrow_mut().push(id.clone());
        let inbox = Rc::clone(self);
        *self.tasks.seen.borrow_mut() = Some(Task::spawn(async move {
            sleep_ms(GATHER_MS).await;
            let ids = inbox.seen.take();
            let set = MarkSet { seen: Some(true), ..MarkSet::default() };
            inbox.change(Change::Mark(MarkRequest { set, ids: Some(ids), ..MarkRequest::default() }), true);
        }));
    }
}

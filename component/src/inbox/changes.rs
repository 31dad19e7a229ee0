//! Sending the user's changes: one after the other, in the order they were made. Without a line they wait, and stay on
//! screen.

use std::rc::Rc;

use notification_bell_protocol::{ItemId, ItemPatch, MarkRequest, MarkSet};

use super::{Connection, Inbox, Toast, connection::is_online, marking::Marked};
use crate::{
    api::Fault,
    backoff::Backoff,
    events::Happening,
    feed::{Answer, Change, ChangeNumber, Feed, Tick},
    task::{Task, sleep_ms},
    texts::Text,
};

/// How long items that come into view are gathered before the server hears of them.
const GATHER_MS: f64 = 600.0;

/// So many of them at once. The stream tells of each, and of too many it says that everything is to be loaded again.
const SEEN_MAX: usize = 100;

/// A change on its way.
#[derive(Clone)]
pub(super) struct Queued {
    pub(super) number: ChangeNumber,
    change: Change,
    /// Nobody waits for it, so nobody is told when it fails.
    is_quiet: bool,
    /// The server may know of it.
    pub(super) is_sent: bool,
    /// What it is a mark of, if it is one of everything.
    pub(super) marked: Option<Rc<Marked>>,
}

impl Queued {
    fn is_undone(&self) -> bool {
        self.marked.as_ref().is_some_and(|marked| marked.is_undone.get())
    }

    /// Whether it is a mark of everything like this one, which still waits for its answer.
    pub(super) fn does_the_same(&self, request: &MarkRequest) -> bool {
        let is_like = |own: &MarkRequest| {
            own.ids.is_none() && (own.set, &own.category) == (request.set, &request.category)
        };
        matches!(&self.change, Change::Mark(own) if is_like(own)) && !self.is_undone()
    }

    /// What is still to be made; of one that has `begun`, what comes after it.
    pub(super) fn changes(&self, begun: bool) -> Vec<Change> {
        let mut changes = if begun { Vec::new() } else { vec![self.change.clone()] };
        if let Some(marked) = self.marked.as_ref().filter(|_| self.is_undone()) {
            changes.extend(marked.back());
        }
        changes
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
        let change = self.bounded(change);
        self.queue.borrow_mut().push_back(Queued { number, change, is_quiet, is_sent: false, marked: None });
        self.keep_changes();
        if self.is_waiting.get() {
            self.wait_with_changes();
        }
        if !self.is_sending.replace(true) {
            self.send_in_turn();
        }
    }

    /// A mark of everything reaches what was shown when it was made, and no further.
    fn bounded(&self, change: Change) -> Change {
        match change {
            Change::Mark(request) if request.ids.is_none() && request.up_to.is_none() => {
                let up_to = self.state.feed.try_with_untracked(|feed| feed.revision().cloned()).flatten();
                Change::Mark(MarkRequest { up_to, ..request })
            }
            change => change,
        }
    }

    fn send_in_turn(self: &Rc<Self>) {
        let inbox = Rc::clone(self);
        *self.tasks.changes.borrow_mut() = Some(Task::spawn(async move { inbox.send_changes().await }));
    }

    /// There is a line again.
    pub(super) fn send_what_waits(self: &Rc<Self>) {
        if self.is_waiting.replace(false) {
            self.send_in_turn();
        }
    }

    /// Each change stays in the queue until it is answered. If the answer is lost, it is sent once more: each says how
    /// things are to be, and does nothing the second time.
    async fn send_changes(self: Rc<Self>) {
        let mut backoff = Backoff::default();
        loop {
            let Some(Queued { change, is_sent, .. }) = self.queue.borrow().front().cloned() else {
                break;
            };
            let Some(backend) = self.backend.borrow().clone() else { break };
            let Some(started) = self.state.feed.try_with_untracked(Feed::tick) else { break };
            let outcome = if is_online() {
                if let Some(queued) = self.queue.borrow_mut().front_mut() {
                    queued.is_sent = true;
                }
                // A click on an item follows its address: the change is made also when this page goes away meanwhile.
                backend.change(&change, true, self.environment).await
            } else {
                Err(Fault::network("The browser is offline".to_owned()))
            };
            self.end_working(&change);
            match outcome {
                Err(fault) if self.may_pass(&fault) => {
                    self.is_waiting.set(true);
                    self.wait_with_changes();
                    if is_online() && !fault.is_proof_expired {
                        sleep_ms(backoff.next_wait_ms(self.environment.chance(), fault.retry_after_ms)).await;
                    } else {
                        // `send_what_waits` comes in the place of this.
                        std::future::pending::<()>().await;
                    }
                    self.is_waiting.set(false);
                    continue;
                }
                outcome => {
                    let made = self.queue.borrow_mut().pop_front();
                    self.answered(made, outcome, started, is_sent);
                }
            }
            backoff = Backoff::default();
            self.keep_changes();
        }
        self.is_sending.set(false);
        self.has_told_waiting.set(false);
    }

    fn answered(
        self: &Rc<Self>,
        made: Option<Queued>,
        outcome: Result<Answer, Fault>,
        started: Tick,
        is_repeat: bool,
    ) {
        let Some(made) = made else { return };
        match outcome {
            Ok(mut answer) => {
                let changed = answer.changed.take();
                self.update_feed(|feed| feed.confirm(made.number, answer, started));
                if let Some(marked) = made.marked {
                    self.note_marked(&marked, changed, is_repeat);
                }
            }
            Err(fault) => self.refused(&made, &fault),
        }
    }

    /// Whether a change that failed so is kept for later. An error of the server is an answer as long as there is a
    /// line to it: the same change would fail again, and hold up all others.
    pub(super) fn may_pass(&self, fault: &Fault) -> bool {
        let is_live = self.state.connection.try_get_untracked() == Some(Connection::Live);
        match fault.status {
            0 => !is_live || fault.is_network(),
            408 | 425 | 429 | 502..=504 => true,
            500.. => !is_live,
            _ => fault.is_proof_expired,
        }
    }

    /// The server does not take a change: it was never made.
    fn refused(self: &Rc<Self>, queued: &Queued, fault: &Fault) {
        let change = &queued.change;
        self.update_feed(|feed| feed.take_back(queued.number));
        let is_gone = fault.status == 404
            && match change {
                // Somebody else deleted it first.
                Change::Remove(_) => true,
                Change::Patch(id, _) => self.item(id).is_none(),
                Change::Mark(_) => false,
            };
        if !queued.is_quiet && !is_gone && !queued.is_undone() {
            if self.offers_to_undo(Some(change)) {
                self.owes_refusal.set(true);
            } else {
                self.tell_refusal();
            }
            // Each refused change is one of its own.
            Happening::Error(fault).fire(&self.host);
        }
    }

    /// Shows the changes as made although the server has not heard of them, and says so.
    fn wait_with_changes(self: &Rc<Self>) {
        self.update_feed(Feed::hold_changes);
        self.state.handling().working.set(Vec::new());
        self.tell_waiting();
    }

    /// Says once that changes wait. A message that offers to take something back is left alone: this one comes after
    /// it.
    pub(super) fn tell_waiting(self: &Rc<Self>) {
        let is_worth_it = self.is_waiting.get()
            && !self.has_told_waiting.get()
            && self.state.open.try_get_untracked() == Some(true)
            && self.queue.borrow().iter().any(|queued| !queued.is_quiet);
        if is_worth_it && !self.offers_to_undo(None) {
            self.has_told_waiting.set(true);
            let words = self.state.words(|locale| locale.text(Text::Queued));
            self.show_toast(Toast { words, undo: None });
        }
    }

    /// The server has answered: an action that was used is done, or as it was.
    fn end_working(&self, change: &Change) {
        if let Change::Patch(id, ItemPatch { action_done: Some(action), .. }) = change {
            self.state.handling().working.try_update(|working| {
                working.retain(|(own, own_action)| own != id || own_action != action);
            });
        }
    }

    /// An item was on screen.
    pub(crate) fn mark_seen(self: &Rc<Self>, id: &ItemId) {
        let item = self.state.feed.try_with_untracked(|feed| feed.item(id)).flatten();
        if item.is_none_or(|item| item.seen_at.is_some()) || self.seen.borrow().contains(id) {
            return;
        }
        self.seen.borrow_mut().push(id.clone());
        self.state.handling().fresh.try_update(|fresh| fresh.push(id.clone()));
        let inbox = Rc::clone(self);
        *self.tasks.seen.borrow_mut() = Some(Task::spawn(async move {
            loop {
                sleep_ms(GATHER_MS).await;
                if !inbox.tell_seen() {
                    break;
                }
            }
        }));
    }

    /// False if there was nothing to tell.
    #[inline(never)]
    fn tell_seen(self: &Rc<Self>) -> bool {
        let ids: Vec<_> = {
            let mut seen = self.seen.borrow_mut();
            let length = seen.len().min(SEEN_MAX);
            seen.drain(..length).collect()
        };
        if ids.is_empty() {
            return false;
        }
        let set = MarkSet { seen: Some(true), ..MarkSet::default() };
        let request = MarkRequest { set, ids: Some(ids), ..MarkRequest::default() };
        self.change(Change::Mark(request), true);
        true
    }
}

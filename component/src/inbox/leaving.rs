//! What is left to tell the server when the page or the element goes away.

use std::rc::Rc;

use super::{Connection, Inbox, Loading, changes::Queued, connection::is_online};

impl Inbox {
    /// Sends the changes whose turn has not come, all at once: nobody will be here to send one after the other.
    ///
    /// If the page comes back they are sent again, and do nothing the second time: each says how things are to be.
    ///
    /// A browser may keep the page as it is, to show it again at once. The stream and the lead are given up: it would
    /// follow for nobody, in the place of tabs that are seen, and on one of the few connections to the server.
    pub(crate) fn leave(self: &Rc<Self>) {
        self.rest();
        self.send_the_rest(false);
        self.let_go_of_kept();
        self.hang_up();
    }

    /// The page is shown: for the first time, or as it was when it was left.
    pub(crate) fn come_back(self: &Rc<Self>) {
        self.take_kept_again();
        let was_left = self.tasks.connection.borrow().is_none();
        if was_left && self.hang_up() {
            self.recall_wishes();
            // What was on its way then may never come.
            drop(self.tasks.list.take());
            self.state.loading.set(Loading::Idle);
            self.connect();
            self.load_if_needed();
        }
    }

    /// Sends what nobody has been asked for, and takes it out of what is kept: the next page is not to send it again.
    ///
    /// Without a line, what is kept stays for the next page, and only what is not is tried all the same.
    pub(super) fn send_the_rest(&self, in_turn: bool) {
        let Some(backend) = self.backend.borrow().clone() else { return };
        let has_line = self.has_line();
        let is_kept = !self.queue.borrow().is_empty() && self.keeps_changes();
        if is_kept && !has_line {
            return;
        }
        // The first is on its way, and comes there without us.
        let mut begun = has_line && self.is_sending.get();
        let rest = |queued: &Queued| queued.changes(std::mem::take(&mut begun));
        let changes: Vec<_> = self.queue.borrow().iter().flat_map(rest).collect();
        if is_kept {
            self.forget_kept_changes();
        }
        let at_once = if in_turn { changes.len() } else { 1 };
        for changes in changes.chunks(at_once.max(1)) {
            let (backend, environment, changes) = (Rc::clone(&backend), self.environment, changes.to_vec());
            wasm_bindgen_futures::spawn_local(async move {
                for change in changes {
                    let _ = backend.change(&change, true, environment).await;
                }
            });
        }
    }

    /// Whether what is sent now arrives, as far as anybody knows.
    fn has_line(&self) -> bool {
        let is_live = self.state.connection.try_get_untracked() == Some(Connection::Live);
        is_live && is_online() && !self.is_waiting.get()
    }

    /// Whether a change that may be the last thing to be done is better kept for the next page.
    pub(super) fn better_waits(&self) -> bool {
        !is_online() || (!self.has_line() && self.keeps_changes())
    }
}

//! What rests while nobody can see the page: times on screen are not kept true.
//!
//! The stream of a browser goes on, also when all its tabs are hidden: the number in a title, sounds and notifications
//! of the browser come from hidden tabs. There is one for all of them; the others wait for what it passes on.

use std::rc::Rc;

use super::Inbox;

impl Inbox {
    pub(crate) fn is_hidden(&self) -> bool {
        self.host.owner_document().is_some_and(|document| document.hidden())
    }

    /// The page is hidden or left. It may never come back.
    pub(crate) fn rest(self: &Rc<Self>) {
        self.end_toast_now();
        self.state.handling().end_freshness();
        self.keep_state();
        drop(self.tasks.clock.take());
    }

    /// The page is in view again.
    pub(crate) fn wake(self: &Rc<Self>) {
        if self.state.open.get_untracked() {
            self.keep_time();
        }
    }
}

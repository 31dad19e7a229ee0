//! Items that end, or come back from being snoozed, at their moment: also while the panel is closed.

use std::rc::Rc;

use notification_bell_protocol::Timestamp;

use super::Inbox;
use crate::task::{Task, sleep_ms};

impl Inbox {
    /// Waits for the next such moment, if it is another one than is waited for.
    pub(super) fn watch_turns(self: &Rc<Self>) {
        let now = self.environment.now();
        let next = self.state.feed.try_with_untracked(|feed| feed.next_turn(now)).flatten();
        if self.next_turn.replace(next) == next {
            return;
        }
        self.wait_for(next);
    }

    #[inline(never)]
    fn wait_for(self: &Rc<Self>, next: Option<Timestamp>) {
        let inbox = Rc::clone(self);
        let task = next.map(|next| {
            Task::spawn(async move {
                // A timer may come too soon, and the longest is not long enough for every moment.
                loop {
                    let left_ms = next.unix_ms() - inbox.environment.now().unix_ms();
                    if left_ms <= 0 {
                        break;
                    }
                    #[expect(clippy::cast_precision_loss, reason = "a sleep is at most a day")]
                    sleep_ms(left_ms as f64).await;
                }
                inbox.next_turn.set(None);
                let now = inbox.environment.now();
                inbox.state.now.set(now);
                inbox.update_feed(|feed| feed.expire(now));
            })
        });
        // Dropped after the borrow: the task that runs may be the one that is replaced.
        drop(self.tasks.turn.replace(task));
    }
}

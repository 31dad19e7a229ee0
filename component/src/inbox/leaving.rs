//! What is left to tell the server when the page goes away.

use std::rc::Rc;

use super::Inbox;

impl Inbox {
    /// Sends the changes whose turn has not come, all at once: nobody will be here to send one after the other.
    ///
    /// They stay in the queue. If the page comes back they are sent again, and do nothing the second time: each says how
    /// things are to be.
    pub(crate) fn leave(self: &Rc<Self>) {
        self.rest();
        let Some(backend) = self.backend.borrow().clone() else { return };
        let environment = self.environment;
        let changes: Vec<_> = self.queue.borrow().iter().map(|queued| queued.change.clone()).collect();
        for change in changes {
            let backend = Rc::clone(&backend);
            wasm_bindgen_futures::spawn_local(async move {
                let _ = backend.change(&change, true, environment).await;
            });
        }
    }
}

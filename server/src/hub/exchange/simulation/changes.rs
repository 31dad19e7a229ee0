//! What senders and users do in a simulated life.

use std::{sync::Arc, time::Duration};

use super::{World, inbox::Deed};
use crate::{
    hub::Wake,
    store::{StoreError, UserRef},
};

impl World {
    /// Changes something, at any process, again and again.
    pub(super) async fn change_things(self: Arc<Self>) {
        loop {
            // Seldom enough that one change does not make up for another that was missed.
            self.take_up_to(8_000).await;
            let Some(node) = self.any_node() else { continue };
            let world = Arc::clone(&self);
            let user = self.any_user();
            let late = self.late(&node);
            // Which may be killed in the middle of it.
            node.work(async move |node| {
                // Nothing is changed by a request that is refused, and nobody has to be told.
                let Ok(Some(wake)) = world.change_something(&user, late).await else { return };
                world.take_up_to(20).await;
                node.publish(wake).await;
            });
        }
    }

    async fn change_something(&self, user: &UserRef, late: Duration) -> Result<Option<Wake>, StoreError> {
        let deed = match self.below(20) {
            0 | 1 => return self.database.send_to_all(self, late).await.map(Some),
            2 => return self.database.end_a_session(self, user, late).await,
            3..=5 => Deed::Read,
            6 => Deed::Unread,
            7 | 8 => Deed::Archive,
            9 => Deed::TakeBack,
            10 | 11 => Deed::Remove,
            12 => Deed::ReadAll,
            _ => return self.database.send(self, user, late).await.map(Some),
        };
        self.database.act(self, user, deed, late).await
    }
}

//! What may happen to notifications: the rules, and who is told afterwards.
//!
//! Nothing here knows HTTP or SQL. A change is made in the store, and then the streams of the inboxes it changed are
//! woken through the bus.

mod audience;
mod batch;
mod categories;
mod change;
mod checks;
pub mod export;
mod idempotency;
mod notification;
mod notifications;
mod preferences;
mod send;
mod templates;
mod timekeeper;
mod wording;

use std::sync::Arc;

use notification_bell_protocol::{
    Counts, InboxPage, ItemChanged, ItemPatch, ItemRemoved, MarkRequest, Marked, Revision,
};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

pub use batch::{BatchAnswer, BatchResults, EntryResult};
pub use categories::CategoryRequest;
pub use idempotency::idempotency;
pub use notification::{ActionRequest, BatchRequest, Recipients, SendRequest, Text};
pub use send::Sent;
pub use templates::TemplateRequest;
pub use timekeeper::DueAt;

use self::change::Change;
use crate::{
    clock::Clock,
    error::Error,
    hub::{Bus, Wake},
    ids::IdGenerator,
    languages::Languages,
    store::{ItemState, ListQuery, Place, Selection, Store, UserRef},
};

/// The inboxes of all projects.
pub struct Inbox {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    ids: Arc<IdGenerator>,
    /// Something was given a time to be sent, expire or come back at.
    timed: Notify,
    /// When the next of it is due.
    due_at: timekeeper::DueAt,
    /// The batches that are being sent under a key.
    batches: batch::UnderWay,
    /// A user did something that webhooks may have to be told.
    acted: Notify,
    /// So many notifications are rendered at a time.
    rendering: Semaphore,
}

/// More of them would take from each other what a machine has.
const RENDERED_AT_ONCE: usize = 4;

const NO_ITEM: Error = Error::NotFound("This inbox has no such item.");

impl Inbox {
    /// The inboxes in a store, whose streams are woken through a bus.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        ids: Arc<IdGenerator>,
    ) -> Self {
        let batches = batch::UnderWay::default();
        let rendering = Semaphore::new(RENDERED_AT_ONCE);
        Self {
            store,
            bus,
            clock,
            ids,
            timed: Notify::new(),
            due_at: timekeeper::DueAt::default(),
            acted: Notify::new(),
            batches,
            rendering,
        }
    }

    /// A page of an inbox.
    ///
    /// # Errors
    /// A cursor that was made up, or a store that fails.
    pub async fn list(
        &self,
        user: &UserRef,
        query: ListQuery,
        languages: &Languages,
    ) -> Result<InboxPage, Error> {
        Ok(self.store.list(user, query, languages).await?)
    }

    /// The numbers and the state now.
    ///
    /// # Errors
    /// A store that fails.
    pub async fn counts(&self, user: &UserRef) -> Result<(Counts, Revision), Error> {
        Ok(self.store.counts(user).await?)
    }

    /// Changes one item.
    ///
    /// # Errors
    /// No such item, a change that contradicts itself, or a store that fails.
    pub async fn change(
        &self,
        user: &UserRef,
        id: Uuid,
        patch: ItemPatch,
        languages: &Languages,
    ) -> Result<ItemChanged, Error> {
        let now = self.clock.now();
        let change = Change::of_patch(patch, now)?;
        if let Some(action) = change.action_done() {
            let item = self.store.item(user, id).await?.ok_or(NO_ITEM)?;
            if !item.actions.iter().any(|known| known.id == action) {
                return Err(Error::invalid_value("/actionDone", "is not the id of an action of this item"));
            }
        }
        let timed = change.is_timed();
        let transition = Arc::new(move |state| change.apply(state, now));
        let changed = self.store.change_item(user, id, now, transition, languages).await?.ok_or(NO_ITEM)?;
        if timed {
            self.timed.notify_one();
        }
        self.wake(user).await;
        Ok(changed)
    }

    /// Removes one item for good.
    ///
    /// # Errors
    /// No such item, or a store that fails.
    pub async fn remove(&self, user: &UserRef, id: Uuid) -> Result<ItemRemoved, Error> {
        let transition = Arc::new(|state| ItemState { place: Place::Removed, ..state });
        let now = self.clock.now();
        // What it said is not answered, in any language.
        let changed =
            self.store.change_item(user, id, now, transition, &Languages::ANY).await?.ok_or(NO_ITEM)?;
        self.wake(user).await;
        Ok(ItemRemoved { counts: changed.counts, revision: changed.revision })
    }

    /// Changes many items at once.
    ///
    /// # Errors
    /// A request that contradicts itself, or a store that fails.
    pub async fn mark(&self, user: &UserRef, request: MarkRequest) -> Result<Marked, Error> {
        let change = Change::of_mark(request.set)?;
        let selection = Selection {
            place: change.selected_place(),
            ids: request.ids.as_deref().map(change::item_ids).transpose()?,
            category: request.category,
            up_to: request.up_to,
            after_key: 0,
        };
        let marked = self.mark_selected(user, selection, &change, request.read).await;
        // Some of it may be marked although the rest was not.
        self.wake(user).await;
        marked
    }

    async fn mark_selected(
        &self,
        user: &UserRef,
        mut selection: Selection,
        change: &Change,
        read: Option<bool>,
    ) -> Result<Marked, Error> {
        let now = self.clock.now();
        // Who named them knows.
        let mut changed = selection.ids.is_none().then(Vec::new);
        loop {
            let change = change.clone();
            let transition = Arc::new(move |state| change.apply_where(read, state, now));
            let step = self.store.change_items(user, selection, now, transition).await?;
            changed = change::note_changed(changed, &step.changed);
            match step.rest {
                Some(rest) => selection = rest,
                None => return Ok(Marked { counts: step.counts, revision: step.revision, changed }),
            }
        }
    }

    /// Waits until a user has done something since it was last waited for.
    pub async fn acted(&self) {
        self.acted.notified().await;
    }

    async fn wake(&self, user: &UserRef) {
        self.acted.notify_one();
        self.publish(&[Wake::Changed(user.clone())]).await;
    }

    /// The change is on disk already: a bus that fails delays what streams show, and must not fail the request.
    async fn publish(&self, wakes: &[Wake]) {
        if let Err(error) = self.bus.publish(wakes).await {
            tracing::warn!(%error, "streams may learn of a change late");
        }
    }
}

//! Webhooks: a project's backend is told what its users do, by the Standard Webhooks scheme.
//!
//! What is to be told is written by the changes themselves, in their transactions (`store/sqlite/happenings.rs`). Here
//! are the webhooks themselves (`manage`, `request`) and the worker that delivers (`worker`, `attempt`, `schedule`,
//! `traffic`).

mod attempt;
mod manage;
mod request;
mod schedule;
mod traffic;
mod view;
mod worker;

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

pub use attempt::Answer;
pub use manage::{DEFAULT_PREVIOUS_VALID_FOR_SECONDS, MAX_PREVIOUS_VALID_FOR_SECONDS};
pub use request::{NewWebhookRequest, WebhookPatch};
pub use view::{DeliveryView, WebhookView, status_named};

use crate::{
    auth::master_key::MasterKey,
    clock::Clock,
    config::Settings,
    ids::IdGenerator,
    inbox::DueAt,
    metrics::WebhookCounts,
    outbound::{Outbound, Timeouts, resolver::SystemResolver},
    randomness::Randomness,
    store::Store,
};

const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(10) };

/// The webhooks of all projects.
pub struct Webhooks {
    store: Arc<dyn Store>,
    master_key: Arc<MasterKey>,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    ids: Arc<IdGenerator>,
    first_wait_ms: i64,
    counts: WebhookCounts,
    /// When something is due next.
    due_at: DueAt,
    /// Something is to be delivered that no user's change has announced.
    asked: Notify,
}

impl Webhooks {
    /// The webhooks in a store.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        master_key: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        ids: Arc<IdGenerator>,
        settings: &Settings,
        counts: WebhookCounts,
    ) -> Self {
        Self {
            store,
            master_key,
            outbound: Outbound::new(settings.outbound_allow(), Arc::new(SystemResolver), TIMEOUTS),
            clock,
            randomness,
            ids,
            first_wait_ms: settings.webhook_retry_ms(),
            counts,
            due_at: DueAt::default(),
            asked: Notify::new(),
        }
    }
}

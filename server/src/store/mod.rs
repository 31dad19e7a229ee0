//! What is kept. The traits say what a database has to do; SQL lives below this room alone.
//!
//! Revisions and list cursors are made and read here, and nowhere else: everybody above passes them on as text.
//! "Not there" is `None`, never an error.

mod audiences;
mod audit;
mod batches;
mod categories;
#[cfg(test)]
mod conformance;
mod cut_off;
mod deliveries;
mod happenings;
mod inboxes;
mod keys;
mod lease;
mod moving;
mod notifications;
mod numbers_kept;
pub mod postgres;
mod preferences;
mod projects;
mod providers;
mod reading;
pub(crate) mod revision;
pub mod sqlite;
pub(crate) mod step;
mod streams;
mod telling;
mod templates;
mod texts;
mod user_data;
mod webhook_event;
mod webhooks;

use async_trait::async_trait;
use notification_bell_protocol::Timestamp;
use tokio::sync::watch;

pub use audiences::{Audience, MAX_SHARED, Reached, SubscriberPage, TopicStore};
pub use audit::{Actor, AuditAction, AuditEntry, AuditQuery, AuditRecord, AuditStore, FailedProofs};
pub use batches::{BatchEntry, BatchStanding, BatchStore, SentEntry};
pub use categories::{Category, CategoryPut, CategoryStore};
pub use cut_off::{CUT_OFF_LASTS, CutOffStore};
pub use deliveries::{
    Attempted, ClaimedDelivery, Delivery, DeliveryQuery, DeliveryStatus, DeliveryStore, DueWebhook,
    NewDelivery, Outcome, TRIED_FOR_MS,
};
pub use happenings::{Happening, Happenings};
pub use inboxes::{
    Changes, DueWork, Idempotency, InboxStore, ItemState, ListQuery, Look, MarkStep, NewNotification, Place,
    Selection, SendOutcome, Transition, UserRef,
};
pub use keys::{
    BackendKey, Edition, KeyStore, NewBackendKey, Revocation, SessionStanding, StoredSessionKey, UserStanding,
};
pub use lease::{LEASE_LASTS, LeaseStore};
pub use moving::{MoveProgress, Moved, move_to_postgres};
pub use notifications::{
    NotificationPage, NotificationQuery, NotificationRecord, NotificationStore, SentAction, Tallies,
    Withdrawal,
};
pub use preferences::PreferenceStore;
pub use projects::{
    NewProject, NewSecret, PreviousSecret, Project, ProjectChange, ProjectKey, ProjectStore, Retention,
};
pub use providers::{Provider, ProviderStore};
pub use step::Step;
pub use streams::StreamStore;
pub use templates::{Template, TemplateLimits, TemplatePage, TemplateStore, TemplateSummary};
pub use texts::{Texts, TextsByLocale};
pub use user_data::{
    HeldEvent, HeldEventPage, HeldItem, HeldPage, HeldPosition, UserDataStore, UserRecord, Whereabouts,
};
pub use webhooks::{NewWebhook, Webhook, WebhookChange, WebhookKey, WebhookStore};

/// A database.
#[async_trait]
pub trait Store:
    ProjectStore
    + KeyStore
    + ProviderStore
    + InboxStore
    + StreamStore
    + BatchStore
    + TopicStore
    + PreferenceStore
    + CategoryStore
    + TemplateStore
    + UserDataStore
    + NotificationStore
    + WebhookStore
    + DeliveryStore
    + AuditStore
    + LeaseStore
    + CutOffStore
{
    /// Whether it can be read and written now.
    async fn ping(&self) -> Result<(), StoreError>;

    /// The time on the clock of the database's machine; `None` where that is this one.
    async fn now(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Finishes what waits and leaves the database closed, whole in its file. Whatever is asked afterwards fails.
    async fn close(&self);

    /// Names the database as it was made or restored: letters and digits, the same for every process that works on it.
    fn installation(&self) -> &str;

    /// Changes its value when another process changed the database: anything cached or waited for may be out of
    /// date then.
    fn foreign_changes(&self) -> watch::Receiver<u64>;
}

/// Why the database did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More waits to be done than may wait.
    #[error("too much work is waiting for the database")]
    Overloaded,
    /// The database cannot be opened, read or written.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no database where one is expected.
    #[error("there is no database at {0}: `serve` or `project create` makes one")]
    Missing(std::path::PathBuf),
    /// The file is no database, or what is in it contradicts itself.
    #[error("the database {} is damaged: {faults}. Restore a backup: `notification-bell-server restore`", .path.display())]
    Damaged {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it, in the words of the database.
        faults: String,
    },
    /// The database has stopped, because the program is about to end.
    #[error("the database has been closed")]
    Closed,
    /// A name or a key is taken.
    #[error("{0} is taken already")]
    Taken(&'static str),
    /// A list cursor or a revision that is not one of this database's.
    #[error("this is not a {0} of this server")]
    NotOurs(&'static str),
}

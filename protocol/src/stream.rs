//! The events of `GET /inbox/stream`, in the event-stream format of the WHATWG HTML standard, section 9.2.

use serde::{Deserialize, Serialize};

use crate::{Counts, Item, ItemId, Revision};

/// What changed: the first event of every stream, and each later one. Its data is a [`Sync`], its id the revision.
pub const EVENT_SYNC: &str = "sync";
/// What changed cannot be told any more: load the list again. Its data is a [`Sync`] without items.
pub const EVENT_RESET: &str = "reset";
/// The token, and with it the stream, ends soon.
pub const EVENT_SESSION_EXPIRING: &str = "session-expiring";

/// The request header that a stream resumes from.
pub const LAST_EVENT_ID: &str = "Last-Event-ID";
/// A quiet stream carries a comment at least this often, in milliseconds; one that is silent for twice as long is dead.
pub const HEARTBEAT_MAX_MS: i64 = 25_000;
/// How long before the end of the token [`EVENT_SESSION_EXPIRING`] comes; a fifth of its life if that is shorter.
pub const SESSION_EXPIRING_LEAD_MS: i64 = 30_000;

/// What changed since the state that the stream was at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sync {
    /// Items that are new or changed, as they are now, wherever they are (the archive too).
    pub changed: Vec<Item>,
    /// Items that are gone.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub removed: Vec<ItemId>,
    /// The numbers now.
    pub counts: Counts,
    /// The state now.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
}

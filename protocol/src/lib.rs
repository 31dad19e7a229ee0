//! The contract between the `<notification-bell>` element and its server: the JSON both sides read and write.
//!
//! Only types, their JSON form, and rules that both sides have to apply alike. Nothing here does I/O,
//! knows a clock or belongs to one side. Member names are camelCase, times are RFC 3339 in UTC with
//! milliseconds, and what a client sends must not have members that are not listed here.

mod address;
mod counts;
#[cfg(feature = "openapi")]
mod description;
mod inbox;
mod item;
mod preferences;
mod problem;
mod session;
mod stream;
mod timestamp;

pub use address::{AddressFault, AddressUse, ParsedAddress, SitePath};
pub use counts::Counts;
pub use inbox::{InboxPage, ItemChanged, ItemPatch, ItemRemoved, MarkRequest, MarkSet, Marked, View};
pub use item::{Action, ActionStyle, Item, ItemId, Priority};
pub use preferences::{CategoryPreference, Preferences};
pub use problem::{Code, MemberError, Problem};
pub use session::{SessionGrant, SessionRequest};
pub use stream::{
    EVENT_RESET, EVENT_SESSION_EXPIRING, EVENT_SYNC, HEARTBEAT_MAX_MS, LAST_EVENT_ID,
    SESSION_EXPIRING_LEAD_MS, Sync,
};
pub use timestamp::{Timestamp, TimestampError};

/// A state of one user's inbox, as clients see it: opaque text that is sent back unread.
///
/// It serves as the event id of a stream, as `Last-Event-ID`, and as the `upTo` of a mark. Never compared or
/// taken apart by a client; at most 128 characters of `[0-9A-Za-z_-]`, so that a reconnect needs no preflight.
pub type Revision = String;

//! Everything that is held about a user, as one JSON object that is written while it is read: however much there is,
//! a page of it is in memory.

use std::sync::Arc;

use futures_util::{Stream, stream};
use notification_bell_protocol::{Item, Preferences, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::store::{
    AuditEntry, AuditRecord, HeldItem, HeldPosition, Store, StoreError, UserRecord, UserRef, Whereabouts,
};

const ITEMS_IN_A_PAGE: usize = 100;
/// What follows the last item.
const END: &str = "]}";

/// Everything that is held about a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// The user's id.
    user_id: String,
    /// When it was asked for.
    exported_at: Timestamp,
    /// Whether no session is opened for the user.
    blocked: bool,
    /// Whether the plain `userHmac` opens none.
    plain_hmac_disabled: bool,
    /// Sessions that were issued before this moment have ended.
    #[schema(required)]
    sessions_issued_before: Option<Timestamp>,
    /// What the user chose.
    preferences: Preferences,
    /// What the audit log says about the user.
    audit: Vec<ExportedEntry>,
    /// What was sent to the user or is to be, in the order it was sent in. The last member, because it is written while it
    /// is read.
    items: Vec<ExportedItem>,
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
pub struct ExportedEntry {
    /// When.
    at: Timestamp,
    /// Who did it.
    actor: String,
    /// What was done.
    action: String,
    /// What else is worth knowing.
    #[schema(value_type = Object)]
    detail: Map<String, Value>,
}

/// An item, wherever it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedItem {
    #[serde(flatten)]
    item: Item,
    /// Where it is: `inbox`, `archived`, `snoozed`, `removed` (and forgotten soon), or `scheduled` (still to be sent).
    place: &'static str,
    /// When it was removed.
    #[schema(required)]
    removed_at: Option<Timestamp>,
}

struct Rest {
    store: Arc<dyn Store>,
    user: UserRef,
    /// What has been written and not been given out.
    written: Option<String>,
    next: Option<HeldPosition>,
    is_first: bool,
}

/// The pieces of the JSON. What a user gets while it is being written may or may not be in it.
///
/// # Errors
/// A store that fails. One that fails later ends the pieces with its error.
pub async fn of_user(
    store: Arc<dyn Store>,
    user: UserRef,
    audit: AuditEntry,
) -> Result<impl Stream<Item = Result<String, StoreError>>, StoreError> {
    let exported_at = audit.at;
    let record = store.user_record(&user, audit).await?;
    let written = Some(head(&user, record, exported_at));
    let rest = Rest { store, user, written, next: Some(HeldPosition::default()), is_first: true };
    Ok(stream::try_unfold(rest, async |mut rest| {
        if let Some(written) = rest.written.take() {
            return Ok(Some((written, rest)));
        }
        let Some(from) = rest.next else { return Ok(None) };
        let page = rest.store.held_items(&rest.user, from, ITEMS_IN_A_PAGE).await?;
        let mut text = String::new();
        for held in page.items {
            text.push_str(if rest.is_first { "" } else { "," });
            text.push_str(&item(held));
            rest.is_first = false;
        }
        rest.next = page.next;
        if rest.next.is_none() {
            text.push_str(END);
        }
        Ok(Some((text, rest)))
    }))
}

fn head(user: &UserRef, record: UserRecord, exported_at: Timestamp) -> String {
    let UserRecord { standing, preferences, audit } = record;
    let head = Export {
        user_id: user.user.as_str().to_owned(),
        exported_at,
        blocked: standing.blocked,
        plain_hmac_disabled: standing.plain_hmac_off,
        sessions_issued_before: (standing.issued_before.unix_ms() > 0).then_some(standing.issued_before),
        preferences,
        audit: audit.into_iter().map(entry).collect(),
        items: Vec::new(),
    };
    let mut text = serde_json::to_string(&head).unwrap_or_default();
    text.truncate(text.len().saturating_sub(END.len()));
    text
}

fn entry(record: AuditRecord) -> ExportedEntry {
    let AuditRecord { at, actor, action, detail, .. } = record;
    ExportedEntry { at, actor, action, detail }
}

fn item(held: HeldItem) -> String {
    let (place, removed_at) = match held.whereabouts {
        Whereabouts::Inbox => ("inbox", None),
        Whereabouts::Archived => ("archived", None),
        Whereabouts::Snoozed => ("snoozed", None),
        Whereabouts::Removed(at) => ("removed", Some(at)),
        Whereabouts::Scheduled => ("scheduled", None),
    };
    serde_json::to_string(&ExportedItem { item: held.item, place, removed_at }).unwrap_or_default()
}

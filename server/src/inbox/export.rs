//! Everything that is held about a user, as one JSON object that is written while it is read: however much there is,
//! a page of it is in memory.

use std::sync::Arc;

use futures_util::{Stream, stream};
use notification_bell_protocol::{Item, Preferences, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::{
    AuditEntry, AuditRecord, HeldEvent, HeldItem, HeldPosition, Store, StoreError, UserRecord, UserRef,
    Whereabouts,
};

const PAGE: usize = 100;
/// What is between the last item and the first event, and after that.
const BETWEEN: &str = "],\"webhookEvents\":[";
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
    /// The topics the user is in.
    topics: Vec<String>,
    /// What the audit log says about the user.
    audit: Vec<ExportedEntry>,
    /// What was sent to the user or is to be, in the order it was sent in. The last two members are written while they
    /// are read.
    items: Vec<ExportedItem>,
    /// What the project's webhooks are told about the user, or were within the last seven days.
    webhook_events: Vec<ExportedEvent>,
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

/// What a webhook is told about the user.
#[derive(Serialize, ToSchema)]
pub struct ExportedEvent {
    /// The `webhook-id` of the message.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// The id of the webhook.
    #[schema(format = "uuid")]
    webhook: String,
    /// `pending`, `delivered` or `failed`.
    status: &'static str,
    /// The message.
    #[schema(value_type = Object)]
    event: Value,
}

/// What is read next.
#[derive(Clone, Copy)]
enum Next {
    Items(HeldPosition),
    Events(HeldPosition),
}

struct Rest {
    store: Arc<dyn Store>,
    user: UserRef,
    /// What has been written and not been given out.
    written: Option<String>,
    next: Option<Next>,
    is_first: bool,
}

impl Rest {
    /// Reads the next page; gives it as JSON.
    async fn read(&mut self, next: Next) -> Result<String, StoreError> {
        let mut text = String::new();
        match next {
            Next::Items(from) => {
                let page = self.store.held_items(&self.user, from, PAGE).await?;
                self.write(&mut text, page.items.into_iter().map(item));
                self.next = page.next.map(Next::Items);
                if self.next.is_none() {
                    text.push_str(BETWEEN);
                    (self.next, self.is_first) = (Some(Next::Events(HeldPosition::default())), true);
                }
            }
            Next::Events(from) => {
                let page = self.store.held_events(&self.user, from, PAGE).await?;
                self.write(&mut text, page.events.into_iter().map(event));
                self.next = page.next.map(Next::Events);
                if self.next.is_none() {
                    text.push_str(END);
                }
            }
        }
        Ok(text)
    }

    fn write(&mut self, text: &mut String, elements: impl Iterator<Item = String>) {
        for element in elements {
            text.push_str(if self.is_first { "" } else { "," });
            text.push_str(&element);
            self.is_first = false;
        }
    }
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
    let next = Some(Next::Items(HeldPosition::default()));
    let rest = Rest { store, user, written, next, is_first: true };
    Ok(stream::try_unfold(rest, async |mut rest| {
        if let Some(written) = rest.written.take() {
            return Ok(Some((written, rest)));
        }
        let Some(next) = rest.next.take() else { return Ok(None) };
        let text = rest.read(next).await?;
        Ok(Some((text, rest)))
    }))
}

fn head(user: &UserRef, record: UserRecord, exported_at: Timestamp) -> String {
    let UserRecord { standing, preferences, topics, audit } = record;
    let head = Export {
        user_id: user.user.as_str().to_owned(),
        exported_at,
        blocked: standing.blocked,
        plain_hmac_disabled: standing.plain_hmac_off,
        sessions_issued_before: (standing.issued_before.unix_ms() > 0).then_some(standing.issued_before),
        preferences,
        topics,
        audit: audit.into_iter().map(entry).collect(),
        items: Vec::new(),
        webhook_events: Vec::new(),
    };
    let mut text = serde_json::to_string(&head).unwrap_or_default();
    // The items are written into the first of the two lists.
    text.truncate(text.len().saturating_sub(BETWEEN.len() + END.len()));
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

fn event(held: HeldEvent) -> String {
    let HeldEvent { id, webhook, status, body } = held;
    let event = serde_json::from_str(&body).unwrap_or_default();
    serde_json::to_string(&ExportedEvent { id, webhook, status: status.as_str(), event }).unwrap_or_default()
}

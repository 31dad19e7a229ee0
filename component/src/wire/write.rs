//! Writing: of an item everything, of a request only what there is.

use notification_bell_protocol::{
    Action, ActionStyle, Counts, InboxPage, Item, ItemPatch, MarkRequest, MarkSet, Preferences, Priority,
    SessionRequest, Timestamp,
};
use serde_json::{Map, Value};

/// An object being written.
#[derive(Default)]
struct Writer(Map<String, Value>);

impl Writer {
    fn set(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    fn text(self, name: &str, text: &str) -> Self {
        self.set(name, Value::String(text.to_owned()))
    }

    /// Null if there is none.
    fn text_or_null(self, name: &str, text: Option<&String>) -> Self {
        self.set(name, text.map_or(Value::Null, |text| Value::String(text.clone())))
    }

    fn moment_or_null(self, name: &str, moment: Option<Timestamp>) -> Self {
        self.set(name, moment.map_or(Value::Null, |moment| Value::String(moment.to_string())))
    }

    /// Left out if there is none.
    fn text_if(self, name: &str, text: Option<&String>) -> Self {
        if text.is_some() { self.text_or_null(name, text) } else { self }
    }

    fn flag_if(self, name: &str, flag: Option<bool>) -> Self {
        if let Some(flag) = flag { self.set(name, Value::Bool(flag)) } else { self }
    }

    fn end(self) -> Value {
        Value::Object(self.0)
    }
}

/// Writes an item.
#[must_use]
pub fn item_value(item: &Item) -> Value {
    let priority = match item.priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
    };
    Writer::default()
        .text("id", &item.id)
        .text_or_null("type", item.r#type.as_ref())
        .text_or_null("category", item.category.as_ref())
        .text("title", &item.title)
        .text_or_null("body", item.body.as_ref())
        .text_or_null("url", item.url.as_ref())
        .text_or_null("icon", item.icon.as_ref())
        .text_or_null("image", item.image.as_ref())
        .set("actions", Value::Array(item.actions.iter().map(action_value).collect()))
        .set("data", item.data.clone().unwrap_or_default())
        .text("priority", priority)
        .text_or_null("groupKey", item.group_key.as_ref())
        .set("groupCount", item.group_count.into())
        .moment_or_null("createdAt", Some(item.created_at))
        .moment_or_null("expiresAt", item.expires_at)
        .moment_or_null("seenAt", item.seen_at)
        .moment_or_null("readAt", item.read_at)
        .moment_or_null("archivedAt", item.archived_at)
        .moment_or_null("snoozedUntil", item.snoozed_until)
        .text("revision", &item.revision)
        .end()
}

/// Writes a button of an item.
#[must_use]
pub fn action_value(action: &Action) -> Value {
    let style = match action.style {
        ActionStyle::Primary => "primary",
        ActionStyle::Default => "default",
        ActionStyle::Danger => "danger",
    };
    Writer::default()
        .text("id", &action.id)
        .text("label", &action.label)
        .text_or_null("url", action.url.as_ref())
        .text("style", style)
        .set("done", Value::Bool(action.done))
        .end()
}

/// Writes the numbers.
#[must_use]
pub fn counts_value(counts: &Counts) -> Value {
    let categories = counts.categories.iter();
    let categories = categories.fold(Writer::default(), |all, (name, count)| all.set(name, (*count).into()));
    Writer::default()
        .set("unseen", counts.unseen.into())
        .set("unread", counts.unread.into())
        .set("total", counts.total.into())
        .set("categories", categories.end())
        .end()
}

/// Writes a page of the list.
#[must_use]
pub fn page_value(page: &InboxPage) -> Value {
    Writer::default()
        .set("items", Value::Array(page.items.iter().map(item_value).collect()))
        .text_or_null("next", page.next.as_ref())
        .set("counts", counts_value(&page.counts))
        .text("revision", &page.revision)
        .end()
}

/// Writes the request for a session.
#[must_use]
pub fn session_value(request: &SessionRequest) -> Value {
    Writer::default()
        .text("apiKey", &request.api_key)
        .text_if("userId", request.user_id.as_ref())
        .text_if("userHmac", request.user_hmac.as_ref())
        .text_if("userToken", request.user_token.as_ref())
        .flag_if("cookie", request.cookie)
        .end()
}

/// Writes a change to one item.
#[must_use]
pub fn patch_value(patch: &ItemPatch) -> Value {
    let marks = MarkSet { seen: patch.seen, read: patch.read, archived: patch.archived };
    let writer =
        set(marks).flag_if("clicked", patch.clicked).text_if("actionDone", patch.action_done.as_ref());
    match patch.snoozed_until {
        Some(until) => writer.moment_or_null("snoozedUntil", until).end(),
        None => writer.end(),
    }
}

/// Writes a change to many items.
#[must_use]
pub fn mark_value(request: &MarkRequest) -> Value {
    let writer = Writer::default()
        .set("set", set(request.set).end())
        .text_if("category", request.category.as_ref())
        .flag_if("read", request.read)
        .text_if("upTo", request.up_to.as_ref());
    match &request.ids {
        Some(ids) => writer.set("ids", Value::Array(ids.iter().cloned().map(Value::String).collect())).end(),
        None => writer.end(),
    }
}

fn set(marks: MarkSet) -> Writer {
    Writer::default()
        .flag_if("seen", marks.seen)
        .flag_if("read", marks.read)
        .flag_if("archived", marks.archived)
}

/// Writes which categories are to reach the inbox.
#[must_use]
#[inline(never)]
pub fn preferences_value(preferences: &Preferences) -> Value {
    let categories = preferences.categories.iter().map(|category| {
        Writer::default().text("name", &category.name).set("enabled", Value::Bool(category.enabled)).end()
    });
    Writer::default().set("categories", Value::Array(categories.collect())).end()
}

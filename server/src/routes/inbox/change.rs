//! `PATCH /inbox/{id}`: what the user did with one item.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::{ItemChanged, ItemPatch};

use super::item_id;
use crate::{
    app::App,
    auth::session::Session,
    edge::{
        body::{JsonBody, SMALL},
        language::LanguageHeader,
        path::Segment,
    },
    error::Error,
    languages::Languages,
};

/// Changes an item.
///
/// # Errors
/// No such item, a change that is not allowed, a token that is none, or a store that fails.
#[utoipa::path(
    patch,
    path = "/inbox/{id}",
    tag = "Inbox",
    description = "Read implies seen, and unseen implies unread. Archiving ends a snooze, snoozing takes out of the archive.",
    security(("session" = [])),
    params(LanguageHeader, ("id" = String, Path, format = "uuid", description = "The item.")),
    request_body(content = ItemPatch, examples(
        ("read" = (summary = "Read it", value = json!({ "read": true }))),
        ("back" = (summary = "No longer put aside", value = json!({ "snoozedUntil": null }))),
    )),
    responses((status = 200, body = ItemChanged, description = "The item after the change.")),
)]
pub async fn change_item(
    State(app): State<Arc<App>>,
    session: Session,
    languages: Languages,
    Segment(id): Segment,
    body: JsonBody<ItemPatch, SMALL>,
) -> Result<Json<ItemChanged>, Error> {
    Ok(Json(app.inbox.change(&session.user, item_id(&id)?, body.value, &languages).await?))
}

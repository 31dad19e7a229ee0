//! `POST /inbox/mark`: one change for many items, bounded by what the user had seen.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::{MarkRequest, Marked};

use crate::{
    app::App,
    auth::session::Session,
    edge::body::{JsonBody, SEND},
    error::Error,
};

/// Changes many items.
///
/// # Errors
/// A request that is not allowed, a token that is none, or a store that fails.
#[utoipa::path(
    post,
    path = "/inbox/mark",
    tag = "Inbox",
    description = "Without `ids` it reaches the view `all`, or with `archived: false` the view `archived`. With `upTo` it leaves alone \
        what came, or came back, after that revision.",
    security(("session" = [])),
    request_body(content = MarkRequest, examples(
        ("all" = (summary = "Everything was read", value = json!({ "set": { "read": true } }))),
        ("category" = (summary = "One category into the archive", value = json!({ "set": { "archived": true }, "category": "proofs" }))),
    )),
    responses((status = 200, body = Marked, description = "The numbers. The items themselves come by the stream.")),
)]
pub async fn mark_items(
    State(app): State<Arc<App>>,
    session: Session,
    body: JsonBody<MarkRequest, SEND>,
) -> Result<Json<Marked>, Error> {
    Ok(Json(app.inbox.mark(&session.user, body.value).await?))
}

//! `DELETE /inbox/{id}`: takes one item away for good.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::ItemRemoved;

use super::item_id;
use crate::{app::App, auth::session::Session, edge::path::Segment, error::Error};

/// Removes an item.
///
/// # Errors
/// No such item, a token that is none, or a store that fails.
#[utoipa::path(
    delete,
    path = "/inbox/{id}",
    tag = "Inbox",
    security(("session" = [])),
    params(("id" = String, Path, format = "uuid", description = "The item.")),
    responses((status = 200, body = ItemRemoved, description = "It is gone.")),
)]
pub async fn remove_item(
    State(app): State<Arc<App>>,
    session: Session,
    Segment(id): Segment,
) -> Result<Json<ItemRemoved>, Error> {
    Ok(Json(app.inbox.remove(&session.user, item_id(&id)?).await?))
}

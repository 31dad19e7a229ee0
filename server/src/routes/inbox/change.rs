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
        path::Segment,
    },
    error::Error,
};

/// Changes an item.
///
/// # Errors
/// No such item, a change that is not allowed, a token that is none, or a store that fails.
pub async fn change_item(
    State(app): State<Arc<App>>,
    session: Session,
    Segment(id): Segment,
    body: JsonBody<ItemPatch, SMALL>,
) -> Result<Json<ItemChanged>, Error> {
    Ok(Json(app.inbox.change(&session.user, item_id(&id)?, body.value).await?))
}

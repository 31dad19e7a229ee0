//! `GET /inbox`: a page of a view, the newest first.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::{InboxPage, MemberError, View};
use serde::Deserialize;

use crate::{app::App, auth::session::Session, edge::query::Parameters, error::Error, store::ListQuery};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Which part of the inbox.
    #[serde(default)]
    view: View,
    /// Only this category.
    category: Option<String>,
    /// How many at most: 1 to 100, 20 unless given.
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists items.
///
/// # Errors
/// Parameters that are not allowed, a token that is none, or a store that fails.
pub async fn list_inbox(
    State(app): State<Arc<App>>,
    session: Session,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<InboxPage>, Error> {
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let detail = format!("must be 1 to {MAX_LIMIT}");
        return Err(Error::ValidationFailed(vec![MemberError { pointer: "/limit".to_owned(), detail }]));
    }
    let query =
        ListQuery { view: parameters.view, category: parameters.category, limit, cursor: parameters.cursor };
    Ok(Json(app.inbox.list(&session.user, query).await?))
}

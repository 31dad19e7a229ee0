//! `GET /inbox`: a page of a view, the newest first.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::{InboxPage, MemberError, View};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    app::App,
    auth::session::Session,
    edge::{language::LanguageHeader, query::Parameters},
    error::Error,
    languages::Languages,
    store::ListQuery,
};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    /// Which part of the inbox.
    #[param(value_type = Option<View>, inline, nullable = false)]
    view: Option<String>,
    /// Only this category.
    #[param(nullable = false)]
    category: Option<String>,
    /// How many at most: 1 to 100, 20 unless given.
    #[param(minimum = 1, maximum = 100, default = 20, nullable = false)]
    limit: Option<usize>,
    /// The `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

impl ListParameters {
    /// What they ask for.
    ///
    /// # Errors
    /// Values that are not allowed.
    pub fn query(self) -> Result<ListQuery, Error> {
        let mut faults = Vec::new();
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            faults.push(MemberError::new("/limit", format!("must be 1 to {MAX_LIMIT}")));
        }
        let view = self.view.as_deref().map_or(Some(View::default()), View::named);
        if view.is_none() {
            faults.push(MemberError::new("/view", "must be all, unread, archived or snoozed"));
        }
        let (Some(view), true) = (view, faults.is_empty()) else {
            return Err(Error::ValidationFailed(faults));
        };
        Ok(ListQuery { view, category: self.category, limit, cursor: self.cursor })
    }
}

/// Lists items.
///
/// # Errors
/// Parameters that are not allowed, a token that is none, or a store that fails.
#[utoipa::path(
    get,
    path = "/inbox",
    tag = "Inbox",
    security(("session" = [])),
    params(LanguageHeader, ListParameters),
    responses((status = 200, body = InboxPage, description = "A page, the newest first.")),
)]
pub async fn list_inbox(
    State(app): State<Arc<App>>,
    session: Session,
    languages: Languages,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<InboxPage>, Error> {
    Ok(Json(app.inbox.list(&session.user, parameters.query()?, &languages).await?))
}

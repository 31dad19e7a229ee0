//! `GET /notifications`: what was sent, the newest first.

use std::sync::Arc;

use axum::{Json, extract::State};
use notification_bell_protocol::{MemberError, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope, user_id::UserId},
    edge::query::Parameters,
    error::Error,
    store::{NotificationPage, NotificationQuery},
};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchParameters {
    /// Only what this user has, or has deleted within the last seven days.
    #[param(nullable = false)]
    user: Option<String>,
    /// Only this category.
    #[param(nullable = false)]
    category: Option<String>,
    /// Only what was sent to this topic.
    #[param(nullable = false)]
    topic: Option<String>,
    /// Only this type.
    #[param(nullable = false)]
    r#type: Option<String>,
    /// Only what was sent at this moment or later.
    #[param(value_type = Option<Timestamp>, nullable = false)]
    since: Option<String>,
    /// Only what was sent before this moment.
    #[param(value_type = Option<Timestamp>, nullable = false)]
    until: Option<String>,
    /// How many at most: 1 to 100, 20 unless given.
    #[param(minimum = 1, maximum = 100, default = 20, nullable = false)]
    limit: Option<usize>,
    /// The `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// Lists notifications.
///
/// # Errors
/// Parameters that are not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/notifications",
    tag = "Notifications",
    description = "What was sent, the newest first.",
    security(("backendKey" = ["notifications:read"])),
    params(SearchParameters),
    responses(
        (status = 200, body = NotificationPage, description = "A page of it."),
        (status = 400, description = "invalid_user_id"),
    ),
)]
pub async fn list_notifications(
    State(app): State<Arc<App>>,
    backend: Backend,
    Parameters(parameters): Parameters<SearchParameters>,
) -> Result<Json<NotificationPage>, Error> {
    backend.require(Scope::NotificationsRead)?;
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, detail: String| {
        faults.push(MemberError::new(pointer, detail));
    };
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        fault("/limit", format!("must be 1 to {MAX_LIMIT}"));
    }
    let mut moment = |pointer: &str, text: Option<&String>| {
        let read = text.map(|text| text.parse::<Timestamp>()).transpose();
        read.unwrap_or_else(|error| {
            fault(pointer, error.to_string());
            None
        })
    };
    let since = moment("/since", parameters.since.as_ref());
    let until = moment("/until", parameters.until.as_ref());
    if !faults.is_empty() {
        return Err(Error::ValidationFailed(faults));
    }
    let rule = backend.project.user_id_rule;
    let user = parameters.user.map(|user| UserId::parse(&user, rule)).transpose();
    let user = user.map_err(|fault| Error::invalid_user_id("/user", fault))?;
    let query = NotificationQuery {
        user,
        category: parameters.category,
        topic: parameters.topic,
        r#type: parameters.r#type,
        since,
        until,
        limit,
        cursor: parameters.cursor,
    };
    Ok(Json(app.inbox.notifications(backend.project.key, query).await?))
}

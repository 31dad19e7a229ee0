//! `DELETE /topics/{topic}/subscribers`: takes users out of a topic. The answer comes when none of them is in it.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::StatusCode,
};

use super::Users;
use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{
        body::{JsonBody, USERS},
        path::Segment,
    },
    error::Error,
};

/// Ends subscriptions of users to a topic.
///
/// # Errors
/// A name or ids that are not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    delete,
    path = "/topics/{topic}/subscribers",
    tag = "Topics",
    description = "The answer comes when none of them is in it. They keep what they have received; those who are not in it are passed \
        over.",
    security(("backendKey" = ["topics:write"])),
    params(("topic" = String, Path, description = "1 to 100 characters on one line.", example = "releases")),
    request_body(content = Users, example = json!({ "users": ["user@example.com"] })),
    responses(
        (status = 204, description = "They are not in it."),
        (status = 400, description = "invalid_user_id"),
        (status = 429, description = "rate_limited"),
    ),
)]
pub async fn unsubscribe(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(topic): Segment,
    request: Request,
) -> Result<StatusCode, Error> {
    backend.require(Scope::TopicsWrite)?;
    app.quotas.declare(&backend.key_id).await?;
    // Before a body of megabytes is read.
    let _turn = app.quotas.large(&backend.key_id)?;
    let body = JsonBody::<Users, USERS>::from_request(request, &()).await?;
    app.inbox.unsubscribe(&backend.project, &topic, &body.value.users).await?;
    Ok(StatusCode::NO_CONTENT)
}

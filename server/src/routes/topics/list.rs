//! `GET /topics/{topic}/subscribers`: who is in a topic, page by page.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::App,
    auth::{backend::Backend, scope::Scope},
    edge::{path::Segment, query::Parameters},
    error::Error,
};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// The parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageParameters {
    /// How many at most: 1 to 1,000, 100 unless given.
    #[param(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Option<usize>,
    /// The `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// A page of subscribers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscribers {
    /// Their ids, in the order of their bytes.
    users: Vec<String>,
    /// The `cursor` of the next page; `null` at the end.
    #[schema(required)]
    next: Option<String>,
}

/// Lists the subscribers of a topic; of one that nobody was ever put into, none.
///
/// # Errors
/// A name or parameters that are not allowed, a key that is none or may not, or a store that fails.
#[utoipa::path(
    get,
    path = "/topics/{topic}/subscribers",
    tag = "Topics",
    security(("backendKey" = ["topics:write"])),
    params(
        ("topic" = String, Path, description = "1 to 100 characters on one line.", example = "releases"),
        PageParameters,
    ),
    responses((status = 200, body = Subscribers, description = "A page, by id.")),
)]
pub async fn list_subscribers(
    State(app): State<Arc<App>>,
    backend: Backend,
    Segment(topic): Segment,
    Parameters(parameters): Parameters<PageParameters>,
) -> Result<Json<Subscribers>, Error> {
    backend.require(Scope::TopicsWrite)?;
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::invalid_value("/limit", format!("must be 1 to {MAX_LIMIT}")));
    }
    let page = app.inbox.subscribers(&backend.project, &topic, limit, parameters.cursor).await?;
    let users = page.users.iter().map(|user| user.as_str().to_owned()).collect();
    Ok(Json(Subscribers { users, next: page.next }))
}

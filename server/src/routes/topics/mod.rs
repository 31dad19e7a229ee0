//! `/topics/{topic}/subscribers`: who receives what is sent to a topic.

use serde::Deserialize;
use utoipa::ToSchema;

pub mod list;
pub mod subscribe;
pub mod unsubscribe;

/// The body of `PUT` and of `DELETE`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// 1 to 100,000 user ids.
    #[schema(min_items = 1, max_items = 100_000)]
    users: Vec<String>,
}

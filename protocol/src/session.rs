//! Opening a session: a proof of who the user is buys a token.

use serde::{Deserialize, Serialize};

use crate::{Counts, Revision, Timestamp};

/// The body of `POST /session`. Exactly one of `user_hmac` and `user_token` is the proof.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionRequest {
    /// The project's public key.
    pub api_key: String,
    /// Who the user is. With `user_token` it may be left out: the token says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The HMAC of `user_id` under the project's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_hmac: Option<String>,
    /// A JWT of a provider the project trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_token: Option<String>,
    /// Whether the token is to come in a cookie that scripts cannot read, instead of in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie: Option<bool>,
}

/// The answer to `POST /session`. It carries the numbers, so that the badge is right after one round trip.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionGrant {
    /// Goes into the `Authorization` header of every further call, and nowhere else. Absent if it came in a cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// When the token ends, and a stream opened with it.
    pub expires_at: Timestamp,
    /// When to ask for the next one: at about 80 % of its life, differently for each session.
    pub refresh_at: Timestamp,
    /// Who the token is for.
    pub user_id: String,
    /// The numbers now.
    pub counts: Counts,
    /// The state they belong to: a stream may start from here.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 128))]
    pub revision: Revision,
}

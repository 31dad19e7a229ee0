//! Errors on the wire: `application/problem+json` (RFC 9457) with a stable `code`.

use serde::{Deserialize, Serialize};

/// The body of every error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:notification-bell:problem:` and the code.
    pub r#type: String,
    /// What this code means, in a few words; the same each time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong this time, and what to do.
    pub detail: String,
    /// What programs go by.
    pub code: Code,
    /// What was to blame: each bad member of the body, parameter or header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<MemberError>,
}

/// One bad member of a body, parameter of an address, or header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberError {
    /// Where it is: a JSON pointer (RFC 6901); empty for the whole body. A parameter of the address is pointed to by its
    /// name, as if it were a member: `/limit`.
    pub pointer: String,
    /// The header that is meant; the pointer is empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub header: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

impl MemberError {
    /// What is wrong with a member, or with a parameter.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), header: None, detail: detail.into() }
    }

    /// What is wrong with a header.
    #[must_use]
    pub fn of_header(name: &str, detail: impl Into<String>) -> Self {
        Self { pointer: String::new(), header: Some(name.to_owned()), detail: detail.into() }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal, $title:literal;)+) => {
        /// The codes of the API. Each belongs to one status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its text on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Its HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// What it means, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", 400, "The body is not valid JSON";
    /// A member is missing, unknown, or of the wrong type; or the request itself is ill-formed.
    InvalidRequest = "invalid_request", 400, "The request does not have the right shape";
    /// The user id breaks a rule.
    InvalidUserId = "invalid_user_id", 400, "The user id is not allowed";
    /// A secret key came from a browser, or where the public key belongs.
    SecretKeyInBrowser = "secret_key_in_browser", 400, "A secret key was used in a browser";
    /// A token came in the address.
    TokenInUrl = "token_in_url", 400, "Tokens are not accepted in addresses";
    /// The `Idempotency-Key` is not 1 to 255 visible ASCII characters.
    InvalidIdempotencyKey = "invalid_idempotency_key", 400, "The idempotency key is not allowed";
    /// No project has this public key, or no backend this API key.
    UnknownApiKey = "unknown_api_key", 401, "The API key is not known";
    /// The proof failed. No more is said.
    InvalidUserHmac = "invalid_user_hmac", 401, "The user's proof is not valid";
    /// The proof was right and has run out.
    UserHmacExpired = "user_hmac_expired", 401, "The user's proof has expired";
    /// There is no token.
    MissingToken = "missing_token", 401, "A token is needed";
    /// The token is not one of ours, or not for this.
    InvalidToken = "invalid_token", 401, "The token is not valid";
    /// The token has run out.
    TokenExpired = "token_expired", 401, "The token has expired";
    /// The token was ended before its time.
    TokenRevoked = "token_revoked", 401, "The token was revoked";
    /// The project does not allow pages of this origin.
    OriginNotAllowed = "origin_not_allowed", 403, "This origin is not allowed";
    /// The user is blocked.
    UserBlocked = "user_blocked", 403, "The user is blocked";
    /// The project does not accept this kind of proof.
    ProofNotAllowed = "proof_not_allowed", 403, "This kind of proof is not accepted";
    /// The key may not do this.
    InsufficientScope = "insufficient_scope", 403, "The key may not do this";
    /// There is nothing here, or nothing of this user's.
    NotFound = "not_found", 404, "There is nothing here";
    /// The address has no such method.
    MethodNotAllowed = "method_not_allowed", 405, "This method is not allowed here";
    /// The answer has no form that the client accepts.
    NotAcceptable = "not_acceptable", 406, "No acceptable form of the answer";
    /// The request did not arrive in time.
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive";
    /// A project has as many notifications to topics and to everyone as it may.
    TooManyShared = "too_many_shared", 409, "As much is shared as may be";
    /// The first request with this key is still running.
    IdempotencyInProgress = "idempotency_in_progress", 409, "The first request with this key is still running";
    /// The body is larger than allowed.
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    /// The address is longer than allowed.
    UriTooLong = "uri_too_long", 414, "The address is too long";
    /// The body is not declared as plain JSON.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body must be application/json";
    /// The right shape with a value that is not allowed.
    ValidationFailed = "validation_failed", 422, "A value is not allowed";
    /// The key was used with another body.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used for another request";
    /// A notification is for nobody: it names no users, no topic and not everyone.
    AudienceRequired = "audience_required", 422, "It has to be said whom this is for";
    /// Too many requests.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// Too many open streams.
    TooManyStreams = "too_many_streams", 429, "Too many open streams";
    /// The headers are larger than allowed.
    HeadersTooLarge = "headers_too_large", 431, "The headers are too large";
    /// The database cannot take or give anything now.
    StorageUnavailable = "storage_unavailable", 503, "The storage is not available";
    /// More work than can be done.
    Overloaded = "overloaded", 503, "The server is overloaded";
    /// The provider's keys cannot be fetched.
    JwksUnavailable = "jwks_unavailable", 503, "The provider's keys are not available";
    /// The server is about to stop.
    ShuttingDown = "shutting_down", 503, "The server is shutting down";
}

impl Problem {
    /// A problem of this code, with what was wrong this time.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>, errors: Vec<MemberError>) -> Self {
        Self {
            r#type: ["urn:notification-bell:problem:", code.as_str()].concat(),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            errors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Problem};

    #[test]
    fn every_code_is_written_as_it_is_named() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{}\"", code.as_str()));
        }
    }

    #[test]
    fn a_problem_names_its_code_and_leaves_out_an_empty_list() {
        let problem = Problem::new(Code::NotFound, "There is no such item.", Vec::new());
        assert_eq!(
            serde_json::to_value(problem).unwrap(),
            serde_json::json!({
                "type": "urn:notification-bell:problem:not_found",
                "title": "There is nothing here",
                "status": 404,
                "detail": "There is no such item.",
                "code": "not_found",
            })
        );
    }
}

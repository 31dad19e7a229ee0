//! What a refusal names: members of the body and parameters by JSON pointers, headers by their names.

use notification_bell_protocol::MemberError;

use super::Error;
use crate::auth::user_id::UserIdFault;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// What a detail says of several faults.
pub(super) fn first_of(errors: &[MemberError]) -> String {
    match errors {
        [only] => format!("{} {}.", only.pointer, only.detail),
        [first, rest @ ..] => format!("{} {}; and {} more.", first.pointer, first.detail, rest.len()),
        [] => String::new(),
    }
}

/// The same of ids, which are told without their places.
pub(super) fn bad_ids(errors: &[MemberError]) -> String {
    match errors {
        [only] => only.detail.clone(),
        [first, rest @ ..] => format!("{}; and {} more", first.detail, rest.len()),
        [] => String::new(),
    }
}

impl Error {
    /// One value that is not allowed.
    #[must_use]
    pub fn invalid_value(pointer: &str, detail: impl Into<String>) -> Self {
        Self::ValidationFailed(vec![MemberError::new(pointer, detail)])
    }

    /// One user id that breaks a rule.
    #[must_use]
    pub fn invalid_user_id(pointer: &str, fault: UserIdFault) -> Self {
        Self::InvalidUserId(vec![MemberError::new(pointer, fault.to_string())])
    }

    /// A header that is missing, or is not what it should be.
    #[must_use]
    pub fn invalid_header(name: &str, detail: &str) -> Self {
        Self::InvalidRequest(format!("{name} {detail}."), vec![MemberError::of_header(name, detail)])
    }

    /// What was to blame: members of the body, parameters, headers.
    #[must_use]
    pub fn members(&self) -> Vec<MemberError> {
        match self {
            Self::InvalidRequest(_, errors)
            | Self::InvalidUserId(errors)
            | Self::ValidationFailed(errors)
            | Self::AudienceRequired(errors) => errors.clone(),
            Self::MalformedJson(detail) => vec![MemberError::new("", detail.as_str())],
            Self::BackendKeyInBrowser => {
                vec![MemberError::of_header("Authorization", "must not come from a browser")]
            }
            Self::SecretKeyAsApiKey => vec![MemberError::new("/apiKey", "must be the public key")],
            Self::TokenInUrl(name) => {
                vec![MemberError::new(format!("/{name}"), "must not be in an address")]
            }
            Self::InvalidIdempotencyKey => {
                vec![MemberError::of_header(
                    IDEMPOTENCY_KEY,
                    "must be 1 to 255 visible ASCII characters, once",
                )]
            }
            Self::IdempotencyKeyReused => {
                vec![MemberError::of_header(IDEMPOTENCY_KEY, "was used for a request with another body")]
            }
            _ => Vec::new(),
        }
    }

    /// The same about a part of the body: the pointers begin with that of the part.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        match &mut self {
            Self::InvalidRequest(_, errors)
            | Self::ValidationFailed(errors)
            | Self::AudienceRequired(errors)
            | Self::InvalidUserId(errors) => {
                for error in errors {
                    error.pointer.insert_str(0, part);
                }
            }
            _ => {}
        }
        self
    }
}

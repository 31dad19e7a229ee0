//! Every way a request can fail: one variant, one code, one status.
//!
//! A cause is logged here, once, and never sent; what is sent says what was wrong, where, and what to do.

mod answer;

use notification_bell_protocol::{Code, MemberError};

use crate::{
    auth::{keys::BackendKeyFault, master_key::MasterKeyError, scope::Scope, user_id::UserIdFault},
    edge::quotas::UsedUp,
    store::{MAX_SHARED, StoreError},
};

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body is no JSON, or JSON that means different things to different readers.
    #[error("The body cannot be read as JSON: {0}.")]
    MalformedJson(String),
    /// The body or the query has the wrong shape.
    #[error("{0}")]
    InvalidRequest(String, Vec<MemberError>),
    /// A user id breaks a rule; where, if it came in a list.
    #[error("{fault}. Ids are never changed to fit: send them the way they are meant, everywhere alike.")]
    InvalidUserId {
        /// The rule.
        fault: UserIdFault,
        /// A JSON pointer into the body.
        pointer: String,
    },
    /// A secret came where only public things belong.
    #[error("{0}")]
    SecretKeyInBrowser(&'static str),
    /// A token came in the query.
    #[error("Send the token in the Authorization header: addresses end up in logs.")]
    TokenInUrl,
    /// See the code.
    #[error("An Idempotency-Key is 1 to 255 visible ASCII characters.")]
    InvalidIdempotencyKey,
    /// No project has this public key.
    #[error("No project has this apiKey. Compare it with `notification-bell-server project show`.")]
    UnknownApiKey,
    /// What was presented as a backend's key has not the form of one.
    #[error("{0}.")]
    DamagedApiKey(BackendKeyFault),
    /// No backend has this key, or it has expired or was revoked.
    #[error("No backend has this API key, or it has expired or was revoked.")]
    UnknownBackendKey,
    /// The proof failed.
    #[error(
        "The proof of this user does not hold. Its operator can find out why with `notification-bell-server check-hmac`."
    )]
    InvalidUserHmac,
    /// The proof was right and has run out.
    #[error("The proof of this user has expired: the page needs a fresh one.")]
    UserHmacExpired,
    /// Nothing was presented.
    #[error("Send `Authorization: Bearer …`.")]
    MissingToken,
    /// What was presented is not one of our tokens.
    #[error("This token is not valid here: get a new one.")]
    InvalidToken,
    /// A backend presented a token, and no project to use it for.
    #[error("Send an API key (ak_…), or beside a provider's token one header `Bell-Project: pk_…`.")]
    ProjectNotNamed,
    /// It has run out.
    #[error("Open a new session: this token has expired.")]
    TokenExpired,
    /// It was ended, or all sessions of its user or project were.
    #[error("This session was ended.")]
    TokenRevoked,
    /// The page is not one of the project's.
    #[error("This project does not allow pages of this origin, or the session was opened by another one.")]
    OriginNotAllowed,
    /// A cookie for pages of any origin would be one for the pages of others.
    #[error("A session in a cookie needs a project that names its origins (`project set --origin`).")]
    CookieNeedsOrigins,
    /// The user is cut off.
    #[error("This user is blocked.")]
    UserBlocked,
    /// The project does not take this kind of proof.
    #[error("{0}")]
    ProofNotAllowed(&'static str),
    /// The key lacks a scope.
    #[error("This key lacks the scope {0}.")]
    InsufficientScope(Scope),
    /// There is no such thing, or it is somebody else's.
    #[error("{0}")]
    NotFound(&'static str),
    /// The path has other methods.
    #[error("See the Allow header for the methods of this address.")]
    MethodNotAllowed,
    /// The client does not accept the one form there is.
    #[error("The answer is {0}, which the Accept header rules out.")]
    NotAcceptable(&'static str),
    /// As much is shared with one audience as may be.
    #[error(
        "{MAX_SHARED} notifications to this topic, or to everyone, are there or are to be sent, which is as many as may be. \
         They end when they expire, are withdrawn, or are older than the project keeps what was sent."
    )]
    TooManyShared,
    /// The body did not arrive in time.
    #[error("The body did not arrive in time.")]
    RequestTimeout,
    /// See the code.
    #[error("The body is larger than {0} bytes.")]
    BodyTooLarge(usize),
    /// See the code.
    #[error("The address is longer than {0} bytes.")]
    UriTooLong(usize),
    /// See the code.
    #[error("{0}")]
    UnsupportedMediaType(&'static str),
    /// Members with values that are not allowed.
    #[error("{}", first_of(.0))]
    ValidationFailed(Vec<MemberError>),
    /// Nobody is named to send to.
    #[error("{}", first_of(.0))]
    AudienceRequired(Vec<MemberError>),
    /// The key came with another body before.
    #[error("This Idempotency-Key was used for a request with another body. A new request needs a new key.")]
    IdempotencyKeyReused,
    /// A batch with this key is being sent.
    #[error(
        "The first request with this Idempotency-Key is still running. Its answer is here once it has ended."
    )]
    IdempotencyInProgress,
    /// A quota is used up.
    #[error("Too many {}: {} {} are allowed. Try again in {} s.", .0.policy.name, .0.policy.quota, window(.0.policy.window_seconds), .0.retry_after_seconds)]
    RateLimited(UsedUp),
    /// The user has as many streams as allowed.
    #[error("This user has {0} open streams, which is as many as allowed.")]
    TooManyStreams(usize),
    /// See the code.
    #[error("The headers are larger than {0} bytes.")]
    HeadersTooLarge(usize),
    /// The database failed.
    #[error("The storage cannot be used at the moment. Try again in a moment.")]
    Storage(#[source] StoreError),
    /// The keys of a provider cannot be had.
    #[error("The keys of the provider of this token cannot be fetched. Try again in a moment.")]
    JwksUnavailable,
    /// What is kept sealed cannot be opened.
    #[error("The storage cannot be used at the moment. Try again in a moment.")]
    Sealed(#[from] MasterKeyError),
    /// More work than can be done.
    #[error("Too much is waiting. Try again in a moment.")]
    Overloaded,
    /// The program is about to end.
    #[error("The server is about to stop. Try again in a moment.")]
    ShuttingDown,
}

fn window(seconds: Option<u32>) -> String {
    seconds.map_or_else(|| "at a time".to_owned(), |seconds| format!("in {seconds} s"))
}

fn first_of(errors: &[MemberError]) -> String {
    match errors {
        [only] => format!("{} {}.", only.pointer, only.detail),
        [first, rest @ ..] => format!("{} {}; and {} more.", first.pointer, first.detail, rest.len()),
        [] => String::new(),
    }
}

impl Error {
    /// One value that is not allowed.
    #[must_use]
    pub fn invalid_value(pointer: &str, detail: impl Into<String>) -> Self {
        Self::ValidationFailed(vec![MemberError { pointer: pointer.to_owned(), detail: detail.into() }])
    }

    /// The same about a part of the body: the pointers begin with that of the part.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        match &mut self {
            Self::InvalidRequest(_, errors) | Self::ValidationFailed(errors) => {
                for error in errors {
                    error.pointer.insert_str(0, part);
                }
            }
            Self::InvalidUserId { pointer, .. } => pointer.insert_str(0, part),
            _ => {}
        }
        self
    }

    /// The code of this failure.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::MalformedJson(_) => Code::MalformedJson,
            Self::InvalidRequest(..) => Code::InvalidRequest,
            Self::InvalidUserId { .. } => Code::InvalidUserId,
            Self::SecretKeyInBrowser(_) => Code::SecretKeyInBrowser,
            Self::TokenInUrl => Code::TokenInUrl,
            Self::InvalidIdempotencyKey => Code::InvalidIdempotencyKey,
            Self::UnknownApiKey | Self::DamagedApiKey(_) | Self::UnknownBackendKey => Code::UnknownApiKey,
            Self::InvalidUserHmac => Code::InvalidUserHmac,
            Self::UserHmacExpired => Code::UserHmacExpired,
            Self::MissingToken => Code::MissingToken,
            Self::InvalidToken | Self::ProjectNotNamed => Code::InvalidToken,
            Self::TokenExpired => Code::TokenExpired,
            Self::TokenRevoked => Code::TokenRevoked,
            Self::OriginNotAllowed | Self::CookieNeedsOrigins => Code::OriginNotAllowed,
            Self::UserBlocked => Code::UserBlocked,
            Self::ProofNotAllowed(_) => Code::ProofNotAllowed,
            Self::InsufficientScope(_) => Code::InsufficientScope,
            Self::NotFound(_) => Code::NotFound,
            Self::MethodNotAllowed => Code::MethodNotAllowed,
            Self::NotAcceptable(_) => Code::NotAcceptable,
            Self::TooManyShared => Code::TooManyShared,
            Self::RequestTimeout => Code::RequestTimeout,
            Self::BodyTooLarge(_) => Code::BodyTooLarge,
            Self::UriTooLong(_) => Code::UriTooLong,
            Self::UnsupportedMediaType(_) => Code::UnsupportedMediaType,
            Self::ValidationFailed(_) => Code::ValidationFailed,
            Self::AudienceRequired(_) => Code::AudienceRequired,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::IdempotencyInProgress => Code::IdempotencyInProgress,
            Self::RateLimited(_) => Code::RateLimited,
            Self::TooManyStreams(_) => Code::TooManyStreams,
            Self::HeadersTooLarge(_) => Code::HeadersTooLarge,
            Self::Storage(_) | Self::Sealed(_) => Code::StorageUnavailable,
            Self::JwksUnavailable => Code::JwksUnavailable,
            Self::Overloaded => Code::Overloaded,
            Self::ShuttingDown => Code::ShuttingDown,
        }
    }
}

impl From<UsedUp> for Error {
    fn from(used_up: UsedUp) -> Self {
        Self::RateLimited(used_up)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded => Self::Overloaded,
            StoreError::Closed => Self::ShuttingDown,
            StoreError::NotOurs("cursor") => Self::invalid_value("/cursor", "is not a cursor of this list"),
            StoreError::NotOurs(_) => Self::invalid_value("/upTo", "is not a revision of this inbox"),
            error @ (StoreError::Database(_)
            | StoreError::Damaged { .. }
            | StoreError::Taken(_)
            | StoreError::Missing(_)) => Self::Storage(error),
        }
    }
}

//! Every way a request can fail: one variant, one code, one status.
//!
//! A cause is logged here, once, and never sent; what is sent says what was wrong, where, and what to do.

mod answer;
mod members;

use notification_bell_protocol::{Code, MemberError};

use self::members::{bad_ids, first_of};
use crate::{
    auth::{keys::BackendKeyFault, master_key::MasterKeyError, scope::Scope},
    edge::quotas::UsedUp,
    store::{MAX_SHARED, StoreError},
};

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body is no JSON, or JSON that means different things to different readers.
    #[error("The body cannot be read as JSON: {0}.")]
    MalformedJson(String),
    /// The body, the query or a header has the wrong shape.
    #[error("{0}")]
    InvalidRequest(String, Vec<MemberError>),
    /// User ids that break a rule.
    #[error("{}. Ids are never changed to fit: send them the way they are meant, everywhere alike.", bad_ids(.0))]
    InvalidUserId(Vec<MemberError>),
    /// A backend's key came with an `Origin`.
    #[error(
        "A backend's key came from a browser. Everybody who opens that page can read it: revoke it, and send from your backend."
    )]
    BackendKeyInBrowser,
    /// A secret came where the public key belongs.
    #[error(
        "A secret key was given as apiKey. Everybody who opens the page can read it: replace the secret, and put the public \
         key (pk_…) there."
    )]
    SecretKeyAsApiKey,
    /// A token came in the query, as this parameter.
    #[error("Send the token in the Authorization header: addresses end up in logs.")]
    TokenInUrl(String),
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

impl Error {
    /// The code of this failure.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::MalformedJson(_) => Code::MalformedJson,
            Self::InvalidRequest(..) => Code::InvalidRequest,
            Self::InvalidUserId(_) => Code::InvalidUserId,
            Self::BackendKeyInBrowser | Self::SecretKeyAsApiKey => Code::SecretKeyInBrowser,
            Self::TokenInUrl(_) => Code::TokenInUrl,
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

//! A failure as an answer: a problem (RFC 9457), and the headers that say what to do.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use notification_bell_protocol::Problem;

use super::Error;
use crate::edge::quotas::{Policy, UsedUp};

/// Seats of streams come free by themselves, and not at a known time.
const STREAM_RETRY_AFTER_SECONDS: u64 = 5;
/// A provider that failed is not asked again before.
const JWKS_RETRY_AFTER_SECONDS: u64 = 2;

impl Error {
    fn problem(&self) -> Problem {
        Problem::new(self.code(), self.to_string(), self.members())
    }

    /// What to say of it within an answer to something larger. The cause is logged here, as for an answer of its own.
    pub(crate) fn report(self) -> Problem {
        self.log();
        self.problem()
    }

    fn log(&self) {
        match self {
            Self::Storage(cause) => tracing::error!(cause = %cause, "the storage failed"),
            Self::Overloaded => tracing::warn!("a request was refused: too much is waiting"),
            Self::Sealed(cause) => tracing::error!(cause = %cause, "a sealed secret cannot be opened"),
            _ => {}
        }
    }

    /// How long to wait before trying again, where that helps.
    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::RateLimited(used_up) => Some(used_up.retry_after_seconds),
            Self::TooManyStreams(_) => Some(STREAM_RETRY_AFTER_SECONDS),
            Self::JwksUnavailable => Some(JWKS_RETRY_AFTER_SECONDS),
            Self::Storage(_)
            | Self::Sealed(_)
            | Self::Overloaded
            | Self::ShuttingDown
            | Self::IdempotencyInProgress => Some(1),
            _ => None,
        }
    }

    /// The limit that was reached.
    fn used_up(&self) -> Option<UsedUp> {
        match self {
            Self::TooManyStreams(most) => {
                let quota = u32::try_from(*most).unwrap_or(u32::MAX);
                let policy = Policy { name: "streams", quota, window_seconds: None };
                Some(UsedUp { policy, retry_after_seconds: STREAM_RETRY_AFTER_SECONDS })
            }
            Self::RateLimited(used_up) => Some(*used_up),
            _ => None,
        }
    }

    /// RFC 6750, section 3: what was presented, if anything, was no good.
    const fn challenge(&self) -> Option<&'static str> {
        match self {
            // RFC 9110, section 15.5.2: every 401 says how it would be accepted.
            Self::MissingToken | Self::UnknownApiKey | Self::InvalidUserHmac | Self::UserHmacExpired => {
                Some("Bearer")
            }
            Self::InvalidToken
            | Self::ProjectNotNamed
            | Self::TokenExpired
            | Self::TokenRevoked
            | Self::UnknownBackendKey
            | Self::DamagedApiKey(_) => Some("Bearer error=\"invalid_token\""),
            Self::InsufficientScope(_) => Some("Bearer error=\"insufficient_scope\""),
            _ => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let status = StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (retry_after, challenge) = (self.retry_after_seconds(), self.challenge());
        let used_up = self.used_up();
        let code = self.code();
        let mut response = (status, Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(used_up) = used_up {
            used_up.write(headers);
        }
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response.extensions_mut().insert(code);
        if let Some(used_up) = used_up {
            response.extensions_mut().insert(used_up);
        }
        response
    }
}

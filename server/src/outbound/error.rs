//! Why a call failed, for the operator: the messages name the setting that would help.

use std::{error::Error, io, iter, net::IpAddr, time::Duration};

use tokio_rustls::rustls;

/// Why a call was not made, or brought nothing. All parts are texts and numbers, so that a failure can be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// Plain http, or something else that is not https.
    #[error(
        "{0} has to be called over https; list it in BELL_OUTBOUND_ALLOW, or for keys in BELL_JWKS_ALLOW, to call it over plain http"
    )]
    NotHttps(String),
    /// No http or https URL.
    #[error("only https:// can be called, not {0}:")]
    Scheme(String),
    /// A user name or a password in the URL, where it would end up in logs.
    #[error("the URL has a user name or a password in it, which is not sent; leave it out")]
    Credentials,
    /// A private address, or another that is not public.
    #[error(
        "{host} is at {address}, which is no public address; list {host} in BELL_OUTBOUND_ALLOW, or for keys in BELL_JWKS_ALLOW, to call it"
    )]
    NotPublic {
        /// Who was to be called.
        host: String,
        /// Where that is.
        address: IpAddr,
    },
    /// The name has no address, or it cannot be found out.
    #[error("the address of {host} cannot be found: {cause}")]
    Name {
        /// Who was to be called.
        host: String,
        /// What the resolver said.
        cause: String,
    },
    /// TLS failed: mostly a certificate that is not the host's, has ended, or that nobody vouches for.
    #[error("TLS with {host} failed: {cause}")]
    Tls {
        /// Who was called.
        host: String,
        /// What TLS said.
        cause: String,
    },
    /// There is no TLS on this machine, mostly because it has no certificates of authorities.
    #[error("nothing can be called over https from here: {0}")]
    NoTls(String),
    /// No connection, or one that broke.
    #[error("{host} cannot be reached: {cause}")]
    Connection {
        /// Who was called.
        host: String,
        /// What the network said.
        cause: String,
    },
    /// No connection, or no whole answer, in time.
    #[error("{host} did not answer within {timeout:?}")]
    Timeout {
        /// Who was called.
        host: String,
        /// How long that was allowed to take.
        timeout: Duration,
    },
    /// It is elsewhere, which is not followed: what was configured is what is called.
    #[error(
        "{host} answered with a redirect ({status}), which is not followed; configure the URL that it leads to"
    )]
    Redirect {
        /// Who was called.
        host: String,
        /// The status of the answer.
        status: u16,
    },
    /// Another status than 200.
    #[error("{host} answered with status {status} instead of 200")]
    Status {
        /// Who was called.
        host: String,
        /// The status of the answer.
        status: u16,
    },
    /// More than is read.
    #[error("the answer of {host} is larger than {max_bytes} bytes")]
    TooLarge {
        /// Who was called.
        host: String,
        /// What would have been read.
        max_bytes: usize,
    },
}

impl OutboundError {
    /// What went wrong with a call to `host`. `timeout` is what ended it, if it was ended.
    pub(super) fn of_call(host: &str, error: &(dyn Error + 'static), timeout: Option<Duration>) -> Self {
        // The check of an address happens inside of the client, which wraps what it says.
        if let Some(own) = causes(error).find_map(|cause| cause.downcast_ref::<Self>()) {
            return own.clone();
        }
        let host = host.to_owned();
        if let Some(timeout) = timeout {
            return Self::Timeout { host, timeout };
        }
        if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            return Self::Tls { host, cause: chain(tls) };
        }
        Self::Connection { host, cause: chain(error) }
    }

    /// The status of the answer, if that was what was wrong.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Redirect { status, .. } | Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// An error and what caused it, as one text.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in causes(error).map(ToString::to_string) {
        // Many repeat what they wrap.
        if text.contains(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    text
}

/// An error and what caused it. What is wrapped in an I/O error is not its source but its like; here it is found.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| cause(*error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapping) => wrapping.get_ref().map(|inner| -> &(dyn Error + 'static) { inner }),
        None => error.source(),
    }
}

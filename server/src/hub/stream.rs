//! What a stream is made of, and whether it may go on. What it sends when is in `life`.

mod life;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use notification_bell_protocol::Timestamp;
use tokio::time::Instant;

use self::life::Life;
use super::{
    Socket, Subscription,
    outlet::{Gone, Outlet},
    signal::Woken,
};
use crate::{
    auth::{session::check_standing, session_keys::SessionKeys, session_token::Claims},
    clock::Clock,
    error::Error,
    languages::Languages,
    randomness::Randomness,
    redis::Place,
    store::StreamStore,
};

/// A client that takes nothing for so long is gone.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_mins(2);

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StreamEnd {
    /// The client closed it, or takes nothing any more.
    Client,
    /// Its token has run out.
    Expired,
    /// Its session was ended.
    Revoked,
    /// The server is about to stop.
    Draining,
    /// The store failed: the client comes back and resumes.
    Failed,
}

impl StreamEnd {
    /// As it is counted.
    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Draining => "draining",
            Self::Failed => "failed",
        }
    }
}

/// A stream about to run.
pub struct Stream {
    /// Its seat.
    pub subscription: Subscription,
    /// Its place among those of its user at all servers, where that is counted.
    pub place: Option<Place>,
    /// Where the client was; without it, the stream starts at the present.
    pub last_event_id: Option<String>,
    /// The languages its items are to be in.
    pub languages: Languages,
    /// Where it reads.
    pub store: Arc<dyn StreamStore>,
    /// For its deadlines.
    pub clock: Arc<dyn Clock>,
    /// So that not all come back at once.
    pub randomness: Arc<dyn Randomness>,
    /// Its session: when it ends, and whether it still counts.
    pub claims: Claims,
    /// Whether it was still in order when the seat was taken: nothing has ended any session since it was checked.
    pub is_checked: bool,
    /// The `kid` of its token: when that key is removed, the session has ended.
    pub key_id: String,
    /// The keys that there are.
    pub keys: Arc<SessionKeys>,
    /// Over how long streams end when the server stops.
    pub drain: Duration,
}

impl Stream {
    /// Runs it to its end. Boxed, as what it does now and then is further down: a task of the quiet ones is small.
    pub(super) async fn run(self: Box<Self>, outlet: impl Outlet) {
        let end = Life::new(self, outlet).run().await;
        tracing::debug!(?end, "a stream ended");
    }

    /// Runs it on a connection that it has to itself, behind the head of the answer.
    pub async fn run_on(self: Box<Self>, socket: Socket) {
        self.run(socket).await;
    }

    fn deadline(&self, at: Timestamp) -> Instant {
        let wait_ms = (at.unix_ms() - self.clock.now().unix_ms()).max(0).unsigned_abs();
        Instant::now() + Duration::from_millis(wait_ms)
    }

    /// Goes on only if the stream may, whatever it was woken with.
    async fn bear(&self, trouble: Woken) -> Result<(), StreamEnd> {
        match trouble {
            Woken::Draining => Err(StreamEnd::Draining),
            Woken::Ended => Err(StreamEnd::Revoked),
            Woken::Doubted | Woken::Changed => self.check_session().await,
        }
    }

    /// Whether the session still counts, after something that may have ended it.
    async fn check_session(&self) -> Result<(), StreamEnd> {
        match check_standing(&*self.store, &self.keys, &self.claims, &self.key_id).await {
            Ok(_) => Ok(()),
            Err(Error::Storage(_) | Error::Overloaded | Error::ShuttingDown) => Err(StreamEnd::Failed),
            Err(_) => Err(StreamEnd::Revoked),
        }
    }
}

impl From<Gone> for StreamEnd {
    fn from(Gone: Gone) -> Self {
        Self::Client
    }
}

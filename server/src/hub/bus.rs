//! How a change in one place reaches the streams in another.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use super::Hub;
use crate::store::{ProjectKey, Step, UserRef};

/// What streams are told.
#[derive(Clone, Debug, PartialEq)]
pub enum Wake {
    /// An inbox changed.
    Changed(UserRef),
    /// What is shared by the inboxes of a project changed: any of them.
    Project(ProjectKey),
    /// An inbox changed by this alone. Without the step it says as much as [`Changed`](Self::Changed).
    Received(UserRef, Step),
    /// What is shared changed by this alone. Without the step it says as much as [`Project`](Self::Project).
    ReceivedByAll(ProjectKey, Step),
    /// A session was ended: its streams end too.
    SessionEnded {
        /// Whose.
        user: UserRef,
        /// The token's `jti`.
        session_id: String,
    },
    /// A user was cut off: streams of sessions that are no longer valid end.
    Revoked(UserRef),
    /// All users of a project were cut off: streams of sessions that are no longer valid end.
    ProjectRevoked(ProjectKey),
    /// Anything may have changed, sessions too.
    Everybody,
}

impl Wake {
    /// Whether a session may have ended with it.
    pub(super) const fn may_end_sessions(&self) -> bool {
        match self {
            Self::Changed(_) | Self::Project(_) | Self::Received(..) | Self::ReceivedByAll(..) => false,
            Self::SessionEnded { .. } | Self::Revoked(_) | Self::ProjectRevoked(_) | Self::Everybody => true,
        }
    }
}

/// The wake-ups could not be passed on.
#[derive(Debug, thiserror::Error)]
#[error("the bus failed: {0}")]
pub struct BusError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// How a process reaches the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// There are no others.
    Alone,
    /// They hear each other.
    Connected,
    /// It hears nobody, or nobody hears it: its streams look for themselves every few seconds.
    Cut,
}

/// Passes wake-ups on to the hubs of all processes.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Passes them on. A wake-up that is lost delays what a stream shows, and loses nothing.
    async fn publish(&self, wakes: &[Wake]) -> Result<(), BusError>;

    /// Does what goes on beside, until it is dropped.
    async fn run(&self) {
        std::future::pending::<()>().await;
    }

    /// Passes on what waits and takes leave of the others, for a moment at most.
    async fn close(&self) {}

    /// How it stands now.
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    /// Changes its value when others have asked everybody to look, or something may not have been heard: what is kept
    /// in memory is to be read again, and then every stream has to look. `None`: there are no others.
    fn missed(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// The bus of a single process: straight into its hub.
pub struct LocalBus(Arc<Hub>);

impl LocalBus {
    /// A bus to this hub.
    #[must_use]
    pub const fn new(hub: Arc<Hub>) -> Self {
        Self(hub)
    }
}

#[async_trait]
impl Bus for LocalBus {
    async fn publish(&self, wakes: &[Wake]) -> Result<(), BusError> {
        for wake in wakes {
            self.0.wake(wake);
        }
        Ok(())
    }
}

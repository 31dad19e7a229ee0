//! How a change in one place reaches the streams in another.

use std::sync::Arc;

use async_trait::async_trait;

use super::Hub;
use crate::store::{ProjectKey, UserRef};

/// What streams are told. Never the data itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// An inbox changed.
    Changed(UserRef),
    /// What is shared by the inboxes of a project changed: any of them.
    Project(ProjectKey),
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

/// The wake-ups could not be passed on.
#[derive(Debug, thiserror::Error)]
#[error("the bus failed: {0}")]
pub struct BusError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Passes wake-ups on to the hubs of all processes.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Passes them on. A wake-up that is lost delays what a stream shows, and loses nothing.
    async fn publish(&self, wakes: &[Wake]) -> Result<(), BusError>;
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

//! What a bus needs of whatever carries it: Redis, or a simulation in the tests.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Channel, Ear};

/// It cannot be reached, has refused something, or did not answer in time.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NetworkError(pub Box<dyn std::error::Error + Send + Sync>);

/// Something that messages can be sent and heard by, each at most once.
#[async_trait]
pub trait Network: Send + Sync {
    /// A new connection, on which nothing is listened to. What is heard goes to the ear, in the order in which it was
    /// sent by one process, and so does the end of the connection, if it is noticed.
    async fn connect(&self, ear: Arc<Ear>) -> Result<Box<dyn Line>, NetworkError>;
}

/// A connection. Dropped, it is closed.
#[async_trait]
pub trait Line: Send + Sync {
    /// Listens to these channels; when it returns, whatever is said from now on is heard.
    async fn listen(&self, channels: &[Channel]) -> Result<(), NetworkError>;

    /// Listens to these no more.
    async fn leave(&self, channels: &[Channel]) -> Result<(), NetworkError>;

    /// Says this, in one round trip.
    async fn say(&self, messages: &[(Channel, Vec<u8>)]) -> Result<(), NetworkError>;
}

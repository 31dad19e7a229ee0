//! The channels of Redis, as a bus needs them.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_trait::async_trait;
use redis::{
    AsyncConnectionConfig, Client, PushInfo, PushKind, RedisError, Value, aio::MultiplexedConnection,
};

use super::{RedisAddress, RedisLimits};
use crate::{
    hub::exchange::{Channel, Ear, Line, Network, NetworkError},
    randomness::Randomness,
};

/// Whoever uses a connection has a deadline of its own; this is for one that nobody waits for any more.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// The way into a Redis.
#[derive(Clone)]
pub struct RedisNetwork {
    address: RedisAddress,
    prefix: String,
}

impl RedisNetwork {
    /// The part of a Redis that has this name. Nothing is connected to yet.
    #[must_use]
    pub fn new(address: RedisAddress, name: &str) -> Self {
        Self { address, prefix: format!("bell:{name}:") }
    }

    /// What is counted in the same part of it.
    #[must_use]
    pub fn limits(&self, randomness: Arc<dyn Randomness>) -> RedisLimits {
        RedisLimits::new(self.address.clone(), self.prefix.clone(), randomness)
    }
}

#[async_trait]
impl Network for RedisNetwork {
    async fn connect(&self, ear: Arc<Ear>) -> Result<Box<dyn Line>, NetworkError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_LIMIT))
            .set_response_timeout(Some(ANSWER_LIMIT))
            .set_push_sender(move |push: PushInfo| {
                pass(&ear, &push);
                Ok::<_, Infallible>(())
            });
        let client = Client::open(self.address.0.clone())?;
        let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(Box::new(RedisLine { connection, prefix: self.prefix.clone() }))
    }
}

/// What Redis says unasked.
fn pass(ear: &Ear, push: &PushInfo) {
    match (&push.kind, &push.data[..]) {
        (PushKind::Message, [_, Value::BulkString(message)]) => ear.hear(message),
        (PushKind::Disconnection, _) => ear.end(),
        _ => {}
    }
}

struct RedisLine {
    connection: MultiplexedConnection,
    prefix: String,
}

impl RedisLine {
    fn names(&self, channels: &[Channel]) -> Vec<String> {
        channels.iter().map(|channel| self.name(*channel)).collect()
    }

    fn name(&self, channel: Channel) -> String {
        format!("{}{channel}", self.prefix)
    }
}

#[async_trait]
impl Line for RedisLine {
    async fn listen(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        Ok(self.connection.clone().subscribe(self.names(channels)).await?)
    }

    async fn leave(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        Ok(self.connection.clone().unsubscribe(self.names(channels)).await?)
    }

    async fn say(&self, messages: &[(Channel, Vec<u8>)]) -> Result<(), NetworkError> {
        let mut pipeline = redis::pipe();
        for (channel, message) in messages {
            pipeline.publish(self.name(*channel), &message[..]).ignore();
        }
        Ok(pipeline.query_async(&mut self.connection.clone()).await?)
    }
}

impl From<RedisError> for NetworkError {
    fn from(error: RedisError) -> Self {
        Self(Box::new(error))
    }
}

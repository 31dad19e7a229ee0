//! Several processes on a network that can be cut, hung and made deaf, without waiting for real time.

mod air;
mod attacks;
mod hearing;
mod outages;
mod silence;

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinHandle, time::advance};

use self::air::Air;
use super::{BusMetrics, Exchange, words::Words};
use crate::{
    auth::user_id::UserId,
    hub::{Bus, Hub, Subscription, Wake},
    metrics::streams::StreamCounts,
    randomness::SystemRandomness,
    store::{ProjectKey, UserRef},
};

/// One process.
struct Node {
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    task: JoinHandle<()>,
}

impl Node {
    async fn start(air: &Air) -> Self {
        Self::saying(&Words::default(), air).await
    }

    async fn saying(words: &Words, air: &Air) -> Self {
        let metrics = BusMetrics::default();
        let (hub, exchange) = Exchange::new(
            Box::new(air.clone()),
            Arc::new(words.clone()),
            StreamCounts::default(),
            Arc::new(SystemRandomness),
            metrics,
        );
        let running = Arc::clone(&exchange);
        let task = tokio::spawn(async move { running.run().await });
        settle().await;
        Self { hub, exchange, task }
    }

    /// A stream that has looked for the first time.
    async fn stream(&self, user: &str) -> Subscription {
        let stream = self.hub.subscribe(&a_user(user), "s").unwrap();
        settle().await;
        seen(&stream);
        stream
    }

    async fn change(&self, user: &str) {
        self.exchange.publish(&[Wake::Changed(a_user(user))]).await.unwrap();
        settle().await;
    }

    fn missed(&self) -> u64 {
        *self.exchange.missed().unwrap().borrow()
    }
}

fn a_user(id: &str) -> UserRef {
    UserRef { project: ProjectKey(1), user: UserId::trusted(id) }
}

/// Lets everybody do what can be done now.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

async fn pass(seconds: u64) {
    for _ in 0..seconds * 10 {
        advance(Duration::from_millis(100)).await;
        settle().await;
    }
}

/// Whether the stream has something to look at; it has looked then.
fn seen(stream: &Subscription) -> bool {
    use futures_util::FutureExt;
    stream.woken().now_or_never().is_some()
}

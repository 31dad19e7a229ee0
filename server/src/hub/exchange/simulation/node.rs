//! A simulated process: a real hub and a real exchange, and what a server does with them.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use super::{World, database::Words};
use crate::{
    hub::{
        Bus, Hub, Reach, Wake,
        exchange::{BusMetrics, Exchange},
    },
    metrics::streams::StreamCounts,
    randomness::{Randomness, test::CountedRandomness},
};

/// A process that runs until it is dropped, which is as good as a `kill -9`.
pub(super) struct Node {
    pub(super) hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    /// Closed with the process: nothing of it goes on after that.
    life: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Node {
    pub(super) fn start(world: &Arc<World>, place: usize) -> Arc<Self> {
        let randomness: Arc<dyn Randomness> = Arc::new(CountedRandomness::seeded(world.below(1 << 30)));
        let network = Box::new(world.broker.access(place));
        let words = Arc::new(Words(Arc::downgrade(world)));
        let (hub, exchange) =
            Exchange::new(network, words, StreamCounts::default(), randomness, BusMetrics::default());
        let (running, swept) = (Arc::clone(&exchange), Arc::clone(&hub));
        let mut missed = exchange.missed().expect("there are others");
        let tasks = vec![
            tokio::spawn(async move { running.run().await }),
            tokio::spawn(async move {
                while missed.changed().await.is_ok() {
                    let hub = Arc::clone(&swept);
                    tokio::spawn(async move { hub.sweep().await });
                }
            }),
        ];
        Arc::new(Self { hub, exchange, life: watch::Sender::new(()), tasks })
    }

    pub(super) async fn connected(&self) {
        while self.exchange.reach() != Reach::Connected {
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether it would miss the other one if that fell silent: it has heard it before.
    pub(super) fn knows(&self, other: &Self) -> bool {
        self.exchange.heard.knows(other.exchange.id)
    }

    /// What it is called on the bus, and in the database.
    pub(super) fn id(&self) -> u64 {
        self.exchange.id
    }

    /// Ends with the process.
    pub(super) fn life(&self) -> watch::Receiver<()> {
        self.life.subscribe()
    }

    /// Does something in this process, for as long as it lives.
    pub(super) fn work<F: Future<Output = ()> + Send + 'static>(&self, work: impl FnOnce(Worker) -> F) {
        let mut life = self.life();
        let work = work(Worker(Arc::clone(&self.exchange)));
        tokio::spawn(async move {
            tokio::select! {
                biased;
                _ = life.changed() => {}
                () = work => {}
            }
        });
    }

    /// Stops in order.
    pub(super) async fn stop(&self) {
        self.hub.drain();
        self.exchange.close().await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// What a request in a process can do.
pub(super) struct Worker(Arc<Exchange>);

impl Worker {
    pub(super) async fn publish(&self, wake: Wake) {
        self.0.publish(&[wake]).await.expect("it is put into the outbox");
    }
}

//! A simulated process: a real hub and a real exchange, and what a server does with them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use notification_bell_protocol::{Revision, Timestamp};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::sleep,
};

use super::{PROJECT_ID, World, access::Access};
use crate::{
    auth::{proofs::ProofKind, session_token::Claims},
    hub::{
        Bus, Hub, Reach, Stream, Wake,
        exchange::{BusMetrics, Exchange},
        outlet::BodyOutlet,
    },
    languages::Languages,
    metrics::streams::StreamCounts,
    randomness::{Randomness, test::CountedRandomness},
    store::UserRef,
};

/// Over this time streams end when the process stops.
const DRAIN: Duration = Duration::from_secs(1);

/// A process that runs until it is dropped, which is as good as a `kill -9`.
pub(super) struct Node {
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    randomness: Arc<dyn Randomness>,
    /// Closed with the process: nothing of it goes on after that.
    life: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

/// Why there is no stream.
pub(super) enum Refusal {
    /// The session has ended.
    Session,
    /// The process or the database failed.
    Failure,
}

impl Node {
    pub(super) fn start(world: &Arc<World>, place: usize) -> Arc<Self> {
        let randomness: Arc<dyn Randomness> = Arc::new(CountedRandomness::seeded(world.below(1 << 30)));
        let network = Box::new(world.broker.access(place));
        let words = Arc::new(Access(Arc::downgrade(world)));
        let (counts, chance) = (StreamCounts::default(), Arc::clone(&randomness));
        let (hub, exchange) = Exchange::new(network, words, counts, chance, BusMetrics::default());
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
        Arc::new(Self { hub, exchange, randomness, life: watch::Sender::new(()), tasks })
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

    /// Does something in this process, for as long as it lives.
    pub(super) fn work<F: Future<Output = ()> + Send + 'static>(&self, work: impl FnOnce(Worker) -> F) {
        let mut life = self.life.subscribe();
        let work = work(Worker(Arc::clone(&self.exchange)));
        tokio::spawn(async move {
            tokio::select! {
                biased;
                _ = life.changed() => {}
                () = work => {}
            }
        });
    }

    /// Opens a stream, as the route does; gives its frames once it is granted.
    pub(super) fn open(
        &self,
        world: &Arc<World>,
        user: &UserRef,
        session_id: &str,
        since: Option<Revision>,
        ends_at: Timestamp,
    ) -> impl Future<Output = Result<mpsc::Receiver<Bytes>, Refusal>> + use<> {
        let (answer, answered) = oneshot::channel();
        let (hub, user, world) = (Arc::clone(&self.hub), user.clone(), Arc::clone(world));
        let (session_id, randomness) = (session_id.to_owned(), Arc::clone(&self.randomness));
        self.work(async move |_| {
            // Whoever asked may have gone, wherever it is answered.
            let doubts = hub.doubts();
            match world.database.is_valid(&world, &session_id).await {
                Ok(true) if world.now() < ends_at => {}
                Ok(_) => return drop(answer.send(Err(Refusal::Session))),
                Err(_) => return drop(answer.send(Err(Refusal::Failure))),
            }
            let Ok(subscription) = hub.subscribe(&user, &session_id) else { return };
            let stream = Stream {
                is_checked: subscription.is_undoubted(doubts),
                subscription,
                place: None,
                last_event_id: since,
                languages: Languages::ANY,
                store: Arc::new(Access(Arc::downgrade(&world))),
                clock: Arc::new(world.clock),
                randomness,
                claims: Claims {
                    iss: String::new(),
                    aud: Claims::audience(PROJECT_ID),
                    sub: user.user.as_str().to_owned(),
                    jti: session_id,
                    iat: world.now().unix_ms() / 1_000,
                    exp: ends_at.unix_ms() / 1_000,
                    pe: 0,
                    ue: 0,
                    org: None,
                    amr: ProofKind::Hmac,
                },
                key_id: world.keys.newest().unwrap().id.clone(),
                keys: Arc::clone(&world.keys),
                drain: DRAIN,
            };
            let (frames, client) = mpsc::channel(1);
            drop(answer.send(Ok(client)));
            // The world may end before it does.
            drop(world);
            Box::new(stream).run(BodyOutlet(frames)).await;
        });
        async { answered.await.unwrap_or(Err(Refusal::Failure)) }
    }

    /// Stops in order.
    pub(super) async fn stop(&self) {
        self.hub.drain();
        sleep(DRAIN).await;
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

//! The bus between processes that share a database: which wake-ups are told and heard, whatever carries them.
//!
//! Whoever changes something is done when its own streams are woken; the rest is a bounded outbox that one connection
//! empties. Listened to is what streams here need, before they look for the first time. While the others are not heard,
//! or one of them has fallen silent or says that it is cut off, streams look for themselves, a few at a time; afterwards
//! everybody looks once, so that nothing that was missed stays missed.

mod channel;
mod channels;
mod connection;
mod cut_off;
mod ear;
mod message;
mod metrics;
mod network;
mod outbox;
mod peers;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod weather;
#[cfg(test)]
mod words;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

pub(super) use self::channels::Channels;
pub use self::{
    channel::Channel,
    ear::Ear,
    metrics::BusMetrics,
    network::{Line, Network, NetworkError},
};
use self::{ear::Heard, message::Notice, outbox::Outbox};
use super::{Bus, BusError, Hub, Reach, Wake, sweep::Sweep};
use crate::{metrics::streams::StreamCounts, randomness::Randomness, store::CutOffStore};

/// Every stream looks within this time while the others are not heard.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Each so many times it looks whether its session has ended as well, which costs a query for each.
const SESSIONS_EVERY: u32 = 5;
/// And within this one whatever is heard: a process that begins cut off is missed by nobody until it has said so in the
/// database, may change things, and may be killed before that.
const LOOK_ANYWAY: Duration = Duration::from_mins(5);
/// Everybody looks no more often because others ask for it: anybody who can speak can ask.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// For what is left to tell when the process ends.
const CLOSING: Duration = Duration::from_millis(500);

/// The way to the other processes.
pub struct Exchange {
    hub: Arc<Hub>,
    channels: Arc<Channels>,
    network: Box<dyn Network>,
    /// Where those that are cut off say so.
    words: Arc<dyn CutOffStore>,
    is_one_cut_off: AtomicBool,
    randomness: Arc<dyn Randomness>,
    metrics: BusMetrics,
    /// What this process is called on the bus.
    id: u64,
    outbox: Outbox,
    heard: Arc<Heard>,
    /// The connection, while there is one.
    line: Mutex<Option<Arc<dyn Line>>>,
    missed: watch::Sender<u64>,
}

impl Exchange {
    /// The hub of a process that has others beside it, and its way to them.
    #[must_use]
    pub fn new(
        network: Box<dyn Network>,
        words: Arc<dyn CutOffStore>,
        counts: StreamCounts,
        randomness: Arc<dyn Randomness>,
        metrics: BusMetrics,
    ) -> (Arc<Hub>, Arc<Self>) {
        let channels = Arc::<Channels>::default();
        let hub = Arc::new(Hub::listening(counts, Arc::clone(&channels)));
        // Not zero, which nobody is called.
        let id = u64::from_le_bytes(randomness.bytes()) | 1;
        let heard = Arc::new(Heard::new(Arc::clone(&hub), id, metrics.clone()));
        metrics.cut.set(1);
        let exchange = Self {
            hub: Arc::clone(&hub),
            channels,
            network,
            words,
            is_one_cut_off: AtomicBool::new(false),
            randomness,
            metrics,
            id,
            outbox: Outbox::default(),
            heard,
            line: Mutex::default(),
            missed: watch::Sender::new(0),
        };
        (hub, Arc::new(exchange))
    }

    /// Has everybody look whenever others ask for it, or something may have been missed.
    async fn answer_asking(&self) {
        loop {
            self.heard.asked().await;
            self.metrics.sweeps.inc();
            // Whoever serves reads again what it keeps in memory, and then has its streams look.
            self.missed.send_modify(|count| *count += 1);
            sleep(ASKED_EVERY).await;
        }
    }

    /// Has streams look for themselves, as long as others may change things unheard.
    async fn look_for_ourselves(&self) {
        let mut round = 0;
        loop {
            let is_silent =
                self.heard.is_one_silent(Instant::now()) || self.is_one_cut_off.load(Ordering::Acquire);
            self.metrics.silent.set(i64::from(is_silent));
            if self.reach() == Reach::Cut || is_silent {
                let sweep = if round % SESSIONS_EVERY == 0 { Sweep::Sessions } else { Sweep::Changes };
                round += 1;
                self.metrics.sweeps.inc();
                self.hub.sweep_over(LOOK_EVERY, sweep).await;
            } else {
                round = 0;
                sleep(Duration::from_secs(1)).await;
            }
        }
    }

    async fn look_anyway(&self) {
        loop {
            self.hub.sweep_over(LOOK_ANYWAY, Sweep::Sessions).await;
        }
    }

    fn line(&self) -> Option<Arc<dyn Line>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Bus for Exchange {
    async fn publish(&self, wakes: &[Wake]) -> Result<(), BusError> {
        for wake in wakes {
            self.hub.wake(wake);
        }
        self.tell(wakes.iter().map(Notice::of));
        Ok(())
    }

    async fn run(&self) {
        tokio::join!(
            self.keep_connected(),
            self.answer_asking(),
            self.look_for_ourselves(),
            self.look_anyway(),
            self.say_when_cut_off(),
            self.look_for_cut_off()
        );
    }

    async fn close(&self) {
        let Some(line) = self.line() else { return };
        let rest = self.outbox.take_now();
        let mut last = message::messages(self.id, &rest);
        last.extend(message::beat(self.id, true));
        if timeout(CLOSING, line.say(&last)).await.is_err() {
            tracing::warn!(
                "other servers were not told what was changed last: their streams will look for it"
            );
        }
    }

    fn reach(&self) -> Reach {
        if self.line().is_some() { Reach::Connected } else { Reach::Cut }
    }

    fn missed(&self) -> Option<watch::Receiver<u64>> {
        Some(self.missed.subscribe())
    }
}

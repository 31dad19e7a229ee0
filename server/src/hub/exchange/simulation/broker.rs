//! What carries the messages of simulated processes: with delays, and not always.

use std::{
    collections::HashSet,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::sleep,
};

use crate::{
    hub::exchange::{Channel, Ear, Line, Network, NetworkError, weather::Weather},
    randomness::{Randomness, test::CountedRandomness},
};

/// A message is this long under way at most, and so is an answer.
const LATENCY_MAX_MS: u64 = 30;

#[derive(Default)]
struct State {
    /// Of each process that does not have it fine.
    weather: Vec<(usize, Weather)>,
    lines: Vec<Open>,
    connections: u64,
}

struct Open {
    id: u64,
    place: usize,
    ear: Arc<Ear>,
    channels: HashSet<Channel>,
    is_deaf: bool,
    messages: UnboundedSender<Vec<u8>>,
}

#[derive(Clone)]
pub(super) struct Broker {
    randomness: Arc<CountedRandomness>,
    state: Arc<Mutex<State>>,
}

/// The broker as one process sees it.
pub(super) struct Access {
    broker: Broker,
    place: usize,
}

struct BrokerLine {
    broker: Broker,
    place: usize,
    id: u64,
}

impl Broker {
    pub(super) fn new(seed: u64) -> Self {
        // Not the chance of the world, whose order would hang on how messages are answered.
        let randomness = Arc::new(CountedRandomness::seeded(seed ^ (1 << 20)));
        Self { randomness, state: Arc::default() }
    }

    pub(super) fn access(&self, place: usize) -> Access {
        Access { broker: self.clone(), place }
    }

    /// Spoils it for a while, for one process or for all. What is said while it hangs is heard afterwards. It is deaf on the
    /// connections that there are, and nothing less is possible: what a connection has lost does not come back to it, nor
    /// does anything that comes later.
    pub(super) async fn turn(&self, place: Option<usize>, weather: Weather, lasts_ms: u64) {
        let places: Vec<usize> = place.map_or_else(|| (0..super::NODES).collect(), |place| vec![place]);
        {
            let mut state = self.lock();
            state.weather.extend(places.iter().map(|place| (*place, weather)));
            if weather == Weather::Deaf {
                let of_them = state.lines.iter_mut().filter(|line| places.contains(&line.place));
                of_them.for_each(|line| line.is_deaf = true);
            } else if weather == Weather::Down {
                state.lines.retain(|line| {
                    let stays = !places.contains(&line.place);
                    if !stays {
                        line.ear.end();
                    }
                    stays
                });
            }
        }
        sleep(Duration::from_millis(lasts_ms)).await;
        let mut state = self.lock();
        for place in places {
            let of_it = state.weather.iter().position(|spoilt| *spoilt == (place, weather));
            state.weather.remove(of_it.expect("it was spoilt above"));
        }
    }

    /// The worst of what a process has.
    fn weather(&self, place: usize) -> Weather {
        let state = self.lock();
        let of_it = state.weather.iter().filter(|(spoilt, _)| *spoilt == place).map(|(_, weather)| *weather);
        let has = |wanted| of_it.clone().any(|weather| weather == wanted);
        [Weather::Down, Weather::Hanging, Weather::Deaf]
            .into_iter()
            .find(|weather| has(*weather))
            .unwrap_or_default()
    }

    /// Whether a connection is deaf, or gone.
    fn is_deaf(&self, id: u64) -> bool {
        self.lock().lines.iter().find(|line| line.id == id).is_none_or(|line| line.is_deaf)
    }

    async fn answer(&self, place: usize) -> Result<(), NetworkError> {
        self.delay().await;
        match self.weather(place) {
            Weather::Fine | Weather::Deaf => Ok(()),
            Weather::Down => Err(NetworkError("down".into())),
            Weather::Hanging => pending().await,
        }
    }

    async fn delay(&self) {
        let randomness: &dyn Randomness = &*self.randomness;
        sleep(Duration::from_millis(randomness.below(LATENCY_MAX_MS))).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

#[async_trait]
impl Network for Access {
    async fn connect(&self, ear: Arc<Ear>) -> Result<Box<dyn Line>, NetworkError> {
        let (broker, place) = (self.broker.clone(), self.place);
        broker.answer(place).await?;
        let (messages, mut waiting) = unbounded_channel::<Vec<u8>>();
        let id = {
            let mut state = broker.lock();
            state.connections += 1;
            let id = state.connections;
            state.lines.push(Open {
                id,
                place,
                ear: Arc::clone(&ear),
                channels: HashSet::new(),
                is_deaf: false,
                messages,
            });
            id
        };
        let carrier = broker.clone();
        tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                carrier.delay().await;
                while carrier.weather(place) == Weather::Hanging {
                    carrier.delay().await;
                }
                if !carrier.is_deaf(id) {
                    ear.hear(&message);
                }
            }
        });
        Ok(Box::new(BrokerLine { broker, place, id }))
    }
}

impl BrokerLine {
    /// What has been closed answers nothing more.
    fn with(&self, change: impl FnOnce(&mut Open)) -> Result<(), NetworkError> {
        let mut state = self.broker.lock();
        let open = state.lines.iter_mut().find(|line| line.id == self.id);
        change(open.ok_or_else(|| NetworkError("closed".into()))?);
        Ok(())
    }
}

#[async_trait]
impl Line for BrokerLine {
    async fn listen(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        self.broker.answer(self.place).await?;
        self.with(|line| line.channels.extend(channels))
    }

    async fn leave(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        self.broker.answer(self.place).await?;
        self.with(|line| line.channels.retain(|channel| !channels.contains(channel)))
    }

    async fn say(&self, messages: &[(Channel, Vec<u8>)]) -> Result<(), NetworkError> {
        self.broker.answer(self.place).await?;
        self.with(|_| ())?;
        let state = self.broker.lock();
        for (channel, message) in messages {
            for line in state.lines.iter().filter(|line| line.channels.contains(channel)) {
                // Whoever listened may have gone.
                let _ = line.messages.send(message.clone());
            }
        }
        Ok(())
    }
}

impl Drop for BrokerLine {
    fn drop(&mut self) {
        self.broker.lock().lines.retain(|line| line.id != self.id);
    }
}

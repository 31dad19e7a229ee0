//! What carries the messages of a few processes: at once, and as the weather is.

use std::{
    collections::HashSet,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;

use crate::hub::exchange::{Channel, Ear, Line, Network, NetworkError, weather::Weather};

#[derive(Default)]
pub(super) struct State {
    weather: Weather,
    lines: Vec<(u64, Arc<Ear>, HashSet<Channel>)>,
    connections: u64,
    /// The channels that something was said on.
    pub(super) said: Vec<Channel>,
}

/// What carries the messages.
#[derive(Clone, Default)]
pub(super) struct Air(Arc<Mutex<State>>);

struct AirLine(Air, u64);

impl Air {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn turn(&self, weather: Weather) {
        let mut state = self.lock();
        state.weather = weather;
        if weather == Weather::Down {
            state.lines.drain(..).for_each(|(_, ear, _)| ear.end());
        }
    }

    async fn answer(&self) -> Result<(), NetworkError> {
        let weather = self.lock().weather;
        match weather {
            Weather::Fine | Weather::Deaf => Ok(()),
            Weather::Down => Err(NetworkError("down".into())),
            Weather::Hanging => pending().await,
        }
    }

    pub(super) fn shout(&self, channel: Channel, message: &[u8]) {
        let ears: Vec<_> = {
            let mut state = self.lock();
            state.said.push(channel);
            let listening = state.lines.iter().filter(|(.., channels)| channels.contains(&channel));
            listening.map(|(_, ear, _)| Arc::clone(ear)).collect()
        };
        for ear in ears {
            ear.hear(message);
        }
    }
}

#[async_trait]
impl Network for Air {
    async fn connect(&self, ear: Arc<Ear>) -> Result<Box<dyn Line>, NetworkError> {
        self.answer().await?;
        let mut state = self.lock();
        state.connections += 1;
        let id = state.connections;
        state.lines.push((id, ear, HashSet::new()));
        Ok(Box::new(AirLine(self.clone(), id)))
    }
}

#[async_trait]
impl Line for AirLine {
    async fn listen(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        self.0.answer().await?;
        let mut state = self.0.lock();
        let line = state.lines.iter_mut().find(|(id, ..)| *id == self.1);
        line.unwrap().2.extend(channels);
        Ok(())
    }

    async fn leave(&self, channels: &[Channel]) -> Result<(), NetworkError> {
        self.0.answer().await?;
        let mut state = self.0.lock();
        let line = state.lines.iter_mut().find(|(id, ..)| *id == self.1);
        line.unwrap().2.retain(|channel| !channels.contains(channel));
        Ok(())
    }

    async fn say(&self, messages: &[(Channel, Vec<u8>)]) -> Result<(), NetworkError> {
        self.0.answer().await?;
        if self.0.lock().weather == Weather::Fine {
            for (channel, message) in messages {
                self.0.shout(*channel, message);
            }
        }
        Ok(())
    }
}

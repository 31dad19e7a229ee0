//! What is heard of other processes.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{sync::Notify, time::Instant};

use super::{
    message::{Message, Notice},
    metrics::BusMetrics,
    peers::Peers,
};
use crate::hub::Hub;

/// Takes the messages of one connection, in whatever task they arrive: it never waits.
pub struct Ear {
    heard: Arc<Heard>,
    ended: Notify,
}

impl Ear {
    pub(super) const fn new(heard: Arc<Heard>) -> Self {
        Self { heard, ended: Notify::const_new() }
    }

    /// Somebody has said this. Nothing of it is believed but that somebody should look.
    pub fn hear(&self, bytes: &[u8]) {
        self.heard.hear(bytes);
    }

    /// The connection has ended.
    pub fn end(&self) {
        self.ended.notify_one();
    }

    /// Waits for that.
    pub(super) async fn ended(&self) {
        self.ended.notified().await;
    }
}

/// What comes of it, over all connections.
pub(super) struct Heard {
    hub: Arc<Hub>,
    id: u64,
    metrics: BusMetrics,
    state: Mutex<State>,
    is_asked: AtomicBool,
    /// Everybody is to look.
    asked: Notify,
    /// A message of its own has come back.
    came_back: Notify,
}

#[derive(Default)]
struct State {
    peers: Peers,
    /// When a message of its own was sent that has not come back.
    beat_at: Option<Instant>,
}

impl Heard {
    pub(super) fn new(hub: Arc<Hub>, id: u64, metrics: BusMetrics) -> Self {
        let (state, is_asked) = (Mutex::default(), AtomicBool::new(false));
        Self { hub, id, metrics, state, is_asked, asked: Notify::new(), came_back: Notify::new() }
    }

    fn hear(&self, bytes: &[u8]) {
        let message = match Message::read(bytes) {
            Ok(message) => message,
            Err(refused) => {
                self.metrics.refused.inc();
                tracing::debug!(%refused, "a message on the bus is none of ours");
                return;
            }
        };
        let now = Instant::now();
        if message.from == self.id {
            // Its streams knew before it was sent.
            if message.notices.is_empty()
                && let Some(beat_at) = self.lock().beat_at.take()
            {
                self.metrics.lag.observe_time(now - beat_at);
                self.came_back.notify_waiters();
            }
            return;
        }
        if message.is_leaving {
            self.lock().peers.left(message.from);
        } else if message.notices.is_empty() {
            self.lock().peers.heard(message.from, now);
        }
        self.metrics.heard.inc_by(message.notices.len() as u64);
        for notice in &message.notices {
            if *notice == Notice::Everybody {
                self.ask();
            } else {
                self.hub.wake(&notice.wake());
            }
        }
    }

    /// Everybody is to look, when there is time for it.
    pub(super) fn ask(&self) {
        self.is_asked.store(true, Ordering::Release);
        self.asked.notify_one();
    }

    /// Waits until everybody is to look.
    pub(super) async fn asked(&self) {
        while !self.is_asked.swap(false, Ordering::AcqRel) {
            self.asked.notified().await;
        }
    }

    /// A message to everybody is about to be sent. `false`: the one before has not come back.
    pub(super) fn expect_beat(&self, now: Instant) -> bool {
        self.lock().beat_at.replace(now).is_none()
    }

    /// Waits until it has come back.
    pub(super) async fn beat_heard(&self) {
        let mut came_back = pin!(self.came_back.notified());
        // Before it is looked whether it has: it may come between the two.
        came_back.as_mut().enable();
        if self.lock().beat_at.is_some() {
            came_back.await;
        }
    }

    /// A new connection: what was not heard before is nobody's fault.
    pub(super) fn begin(&self, now: Instant) {
        let mut state = self.lock();
        state.beat_at = None;
        state.peers.excuse(now);
    }

    /// Whether one of the others has fallen silent.
    pub(super) fn is_one_silent(&self, now: Instant) -> bool {
        self.lock().peers.is_one_silent(now)
    }

    /// Whether that process was heard.
    #[cfg(test)]
    pub(super) fn knows(&self, peer: u64) -> bool {
        self.lock().peers.knows(peer)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

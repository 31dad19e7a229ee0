//! Whether this process is the one that does what one does for all: what time brings, and what is forgotten.

use std::{sync::Arc, time::Duration};

use prometheus_client::metrics::gauge::Gauge;
use tokio::{
    sync::{RwLock, RwLockReadGuard, watch},
    time::{Instant, sleep, timeout},
};

use crate::store::{LEASE_LASTS, Store};

/// Three times before it runs out.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// For what is being done when the process is to end.
const ENDING: Duration = Duration::from_secs(5);

/// The lease, as this process knows it.
pub struct Lease {
    store: Arc<dyn Store>,
    state: watch::Sender<State>,
    /// Shared by whatever goes on under the lease, and by asking for it. Whoever ends all that waits for it alone.
    under_way: RwLock<()>,
    /// 1 while it is this process's.
    held: Gauge,
    /// Nothing is said to other processes, nor heard of them.
    is_alone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Without,
    Until(Instant),
    /// This process asks for it no more.
    Over,
}

impl State {
    fn is_held(self) -> bool {
        matches!(self, Self::Until(end) if Instant::now() < end)
    }
}

/// Something is being done under the lease. To be held until others were told of it.
pub struct UnderLease<'a> {
    _under_way: RwLockReadGuard<'a, ()>,
}

impl Lease {
    /// Not this process's yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, held: Gauge, is_alone: bool) -> Self {
        let state = watch::Sender::new(State::Without);
        Self { store, state, under_way: RwLock::default(), held, is_alone }
    }

    /// Asks for it, and renews it, until it is [given back](Self::give_back).
    pub async fn keep(&self) {
        let mut is_to_warn = self.is_alone;
        loop {
            {
                let _under_way = self.under_way.read().await;
                if *self.state.borrow() == State::Over {
                    return;
                }
                let asked_at = Instant::now();
                match timeout(LEASE_LASTS, self.store.take_lease()).await {
                    Ok(Ok(true)) => self.set(State::Until(asked_at + LEASE_LASTS)),
                    Ok(Ok(false)) => {
                        self.set(State::Without);
                        if std::mem::take(&mut is_to_warn) {
                            tracing::warn!(
                                "another server uses this database, and BELL_BUS is local: streams will not hear of what \
                                 is sent there. Give all of them the same BELL_BUS, redis://… or postgres"
                            );
                        }
                    }
                    // It may be this process's for a while longer.
                    _ if self.is_held() => {}
                    _ => self.set(State::Without),
                }
            }
            sleep(ASK_EVERY).await;
        }
    }

    /// Waits until it is this process's. What is then done should be a step that does not take long.
    pub async fn held(&self) -> UnderLease<'_> {
        let mut state = self.state.subscribe();
        loop {
            // The sender is this lease's own.
            let _ = state.wait_for(|state| state.is_held()).await;
            let under_way = self.under_way.read().await;
            if self.is_held() {
                return UnderLease { _under_way: under_way };
            }
        }
    }

    /// Whether it is this process's now.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.state.borrow().is_held()
    }

    /// Begins nothing more, waits for what is being done, and lets another process have it at once.
    pub async fn give_back(&self) {
        self.set(State::Over);
        if timeout(ENDING, self.under_way.write()).await.is_err() {
            tracing::warn!(
                "what this server did for all takes too long to be waited for: another will finish it"
            );
        }
        if let Ok(Err(error)) = timeout(ENDING, self.store.return_lease()).await {
            tracing::warn!(%error, "another server has to wait until the lease has run out");
        }
    }

    fn set(&self, new: State) {
        let old = self.state.send_replace(new);
        self.held.set(new.is_held().into());
        match (matches!(old, State::Until(_)), new.is_held()) {
            (false, true) => {
                tracing::info!("this server does what time brings, for all that share the database");
            }
            (true, false) => tracing::info!("this server no longer does what time brings"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;

//! What a running server is made of: passed to every route, and made in one place.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    auth::{
        master_key::MasterKey,
        session_keys::{SessionKeys, SessionKeysError},
        session_token::SessionTokens,
    },
    clock::Clock,
    config::Settings,
    edge::{client::TrustedProxies, quotas::Quotas},
    hub::{Bus, Hub, LocalBus, Wake},
    ids::IdGenerator,
    inbox::Inbox,
    metrics::Metrics,
    randomness::Randomness,
    store::Store,
};

/// The parts of a server.
pub struct App {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The rules of inboxes.
    pub inbox: Arc<Inbox>,
    /// The open streams.
    pub hub: Arc<Hub>,
    /// The way to the streams of every process.
    pub bus: Arc<dyn Bus>,
    /// Session tokens.
    pub tokens: SessionTokens,
    /// Opens what is kept sealed.
    pub master_key: Arc<MasterKey>,
    /// Ids.
    pub ids: Arc<IdGenerator>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub randomness: Arc<dyn Randomness>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// How often is too often.
    pub quotas: Quotas,
    /// Whom to believe about where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// The life of a session token, in seconds.
    pub session_ttl_seconds: i64,
    /// Over how long streams end when the server stops.
    pub drain: Duration,
}

/// What an [`App`] is made from.
pub struct Foundation {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Opens what is kept sealed.
    pub master_key: Arc<MasterKey>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub randomness: Arc<dyn Randomness>,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// If the keys of session tokens can be neither read nor made.
    pub async fn new(
        foundation: Foundation,
        settings: &Settings,
        listening_on: SocketAddr,
    ) -> Result<Arc<Self>, SessionKeysError> {
        let Foundation { store, master_key, clock, randomness, metrics } = foundation;
        let hub = Arc::new(Hub::new(metrics.streams_open.clone()));
        let bus: Arc<dyn Bus> = Arc::new(LocalBus::new(Arc::clone(&hub)));
        let ids = Arc::new(IdGenerator::new(Arc::clone(&clock), Arc::clone(&randomness)));
        let inbox =
            Arc::new(Inbox::new(Arc::clone(&store), Arc::clone(&bus), Arc::clone(&clock), Arc::clone(&ids)));
        let keys = SessionKeys::load(&store, &master_key, &*clock, &*randomness).await?;
        Ok(Arc::new(Self {
            tokens: SessionTokens::new(keys, settings.public_url(listening_on)),
            store,
            inbox,
            hub,
            bus,
            master_key,
            ids,
            clock,
            randomness,
            metrics,
            quotas: Quotas::new(settings.limits()),
            trusted_proxies: settings.trusted_proxies(),
            session_ttl_seconds: settings.session_ttl_seconds(),
            drain: settings.drain(),
        }))
    }

    /// Does what goes on beside the requests, until it is dropped.
    pub async fn run_background_work(&self) {
        tokio::join!(self.inbox.keep_time(), self.follow_other_processes(), self.quotas.forget());
    }

    /// What the command line, another process, writes into the database concerns open streams too.
    async fn follow_other_processes(&self) {
        let mut changes = self.store.foreign_changes();
        while changes.changed().await.is_ok() {
            self.hub.wake(&Wake::Everybody);
            self.inbox.look_at_the_clock();
        }
    }
}

//! What a running server is made of: passed to every route, and made in one place.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use crate::{
    auth::{
        failures::ProofFailures,
        known_backends::KnownBackends,
        master_key::MasterKey,
        providers::Providers,
        session_keys::{SessionKeys, SessionKeysError},
        session_token::SessionTokens,
    },
    clock::Clock,
    config::Settings,
    edge::{client::TrustedProxies, quotas::Quotas},
    hub::{Bus, Hub, LocalBus, Wake, exchange::Exchange},
    ids::IdGenerator,
    inbox::Inbox,
    lease::Lease,
    metrics::Metrics,
    outbound::Outbound,
    randomness::Randomness,
    redis::RedisLimits,
    store::{Actor, AuditQuery, AuditRecord, Store},
    webhooks::Webhooks,
};

/// So many changes at once are an import, whose entries the audit log has anyway.
const MAX_LOGGED: usize = 1_000;
/// A key that was removed must not go on because the database was busy when it was to be looked at.
const KEYS_RETRY: Duration = Duration::from_secs(1);

/// The parts of a server.
pub struct App {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The rules of inboxes.
    pub inbox: Arc<Inbox>,
    /// Whether this process does what one does for all.
    pub lease: Lease,
    /// What backends are told.
    pub webhooks: Arc<Webhooks>,
    /// The open streams.
    pub hub: Arc<Hub>,
    /// The way to the streams of every process.
    pub bus: Arc<dyn Bus>,
    /// Session tokens.
    pub tokens: SessionTokens,
    /// Tokens of providers.
    pub providers: Providers,
    /// Proofs that failed.
    pub failures: ProofFailures,
    /// Keys of backends that were here lately.
    pub backends: KnownBackends,
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
    /// The address that browsers reach this server at.
    pub public_url: String,
    /// How often is too often.
    pub quotas: Quotas,
    /// What is counted with other servers, where there are some.
    pub shared_limits: Option<Arc<RedisLimits>>,
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
        let streams = metrics.streams.clone();
        let shared_limits =
            settings.redis(&*store).map(|redis| Arc::new(redis.limits(Arc::clone(&randomness))));
        let network = settings.network(&*store);
        let is_alone = network.is_none();
        let (hub, bus): (_, Arc<dyn Bus>) = if let Some(network) = network {
            let (hub, exchange) = Exchange::new(
                network,
                Arc::clone(&store) as _,
                streams,
                Arc::clone(&randomness),
                metrics.bus.clone(),
            );
            (hub, exchange)
        } else {
            let hub = Arc::new(Hub::new(streams));
            (Arc::clone(&hub), Arc::new(LocalBus::new(hub)))
        };
        let ids = Arc::new(IdGenerator::new(Arc::clone(&clock), Arc::clone(&randomness)));
        let inbox =
            Arc::new(Inbox::new(Arc::clone(&store), Arc::clone(&bus), Arc::clone(&clock), Arc::clone(&ids)));
        let keys = Arc::new(SessionKeys::load(Arc::clone(&store), Arc::clone(&master_key)).await?);
        keys.keep_one(&*clock, &*randomness).await?;
        Ok(Arc::new(Self {
            tokens: SessionTokens::new(keys, settings.issuer().to_owned(), settings.session_encrypt),
            public_url: settings.public_url(listening_on),
            providers: Providers::new(
                Arc::clone(&store),
                Arc::clone(&clock),
                Arc::new(Outbound::with_system_names(settings.jwks_allow())),
            ),
            failures: ProofFailures::new(
                Arc::clone(&store),
                Arc::clone(&clock),
                metrics.failed_proofs.clone(),
            ),
            backends: KnownBackends::default(),
            lease: Lease::new(Arc::clone(&store), metrics.lease_held.clone(), is_alone),
            webhooks: Arc::new(Webhooks::new(
                Arc::clone(&store),
                Arc::clone(&master_key),
                Arc::clone(&clock),
                Arc::clone(&randomness),
                Arc::clone(&ids),
                settings,
                metrics.webhooks.clone(),
            )),
            store,
            inbox,
            hub,
            bus,
            master_key,
            ids,
            clock,
            randomness,
            metrics,
            quotas: Quotas::new(settings.send_rates(), shared_limits.clone()),
            shared_limits,
            trusted_proxies: settings.trusted_proxies(),
            session_ttl_seconds: settings.session_ttl_seconds(),
            drain: settings.drain(),
        }))
    }

    /// Does what goes on beside the requests, until it is dropped.
    pub async fn run_background_work(&self) {
        tokio::join!(
            self.bus.run(),
            self.lease.keep(),
            self.inbox.keep_time(&self.lease),
            self.inbox.finish_withdrawals(&self.lease),
            self.webhooks.keep_delivering(&self.inbox),
            self.webhooks.keep_forgetting(&self.lease),
            self.follow_other_processes(),
            self.quotas.forget(),
            self.share_limits(),
            self.failures.keep_writing(),
            self.tokens.keys().keep_fresh(&*self.clock, &*self.randomness)
        );
    }

    /// Gives back what this server has of what is counted with others, for a moment at most.
    pub async fn leave_shared_limits(&self) {
        if let Some(limits) = &self.shared_limits {
            limits.close().await;
        }
    }

    async fn share_limits(&self) {
        if let Some(limits) = &self.shared_limits {
            limits.run().await;
        }
    }

    /// Ends the streams that a wake-up is for. They look for themselves sooner or later, so that a bus that fails delays
    /// it and undoes nothing.
    pub async fn end_streams(&self, wake: Wake) {
        if let Err(error) = self.bus.publish(&[wake]).await {
            tracing::warn!(%error, "streams of sessions that were ended may end late");
        }
    }

    /// What the command line and other servers write into the database concerns open streams too.
    async fn follow_other_processes(&self) {
        let mut changes = self.store.foreign_changes();
        let mut missed = self.bus.missed();
        let mut last_logged = self.latest_audit_key().await;
        let mut keys_may_be_outdated = false;
        loop {
            let (news, is_missed) = tokio::select! {
                outcome = changes.changed() => if outcome.is_ok() { (true, false) } else { return },
                () = changed(&mut missed) => (true, true),
                () = sleep(KEYS_RETRY), if keys_may_be_outdated => (false, false),
            };
            // Before the streams are woken: they look whether the key of their token is still there.
            let reloaded = self.tokens.keys().reload().await;
            if let Err(error) = &reloaded {
                tracing::warn!(%error, "the session keys could not be read again");
            }
            keys_may_be_outdated = matches!(reloaded, Err(SessionKeysError::Store(_)));
            if !news && keys_may_be_outdated {
                continue;
            }
            if is_missed {
                // Spread over as long as it takes. What changes meanwhile is not kept waiting for it.
                let hub = Arc::clone(&self.hub);
                tokio::spawn(async move { hub.sweep().await });
            } else {
                self.hub.wake(&Wake::Everybody);
            }
            self.inbox.look_at_the_clock();
            last_logged = self.log_foreign_changes(last_logged).await;
        }
    }

    async fn latest_audit_key(&self) -> Option<i64> {
        let latest = self.store.audit_records(AuditQuery { limit: 1, ..AuditQuery::default() }).await;
        latest.ok()?.last().map(|record| record.key)
    }

    /// A command that changes something has no log: the server writes the line for it. Gives the key of the entry that
    /// was looked at last.
    async fn log_foreign_changes(&self, after_key: Option<i64>) -> Option<i64> {
        let query = AuditQuery { after_key, limit: MAX_LOGGED, ..AuditQuery::default() };
        let Ok(records) = self.store.audit_records(query).await else { return after_key };
        let by_command = Actor::CommandLine.to_string();
        records.iter().filter(|record| record.actor == by_command).for_each(AuditRecord::log);
        records.last().map_or(after_key, |record| Some(record.key))
    }
}

/// Waits until it has changed; for ever, if nobody can change it.
async fn changed(value: &mut Option<watch::Receiver<u64>>) {
    if let Some(value) = value
        && value.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

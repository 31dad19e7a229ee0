//! Delivers what is due: claims it with a lease, sends it, writes down what came of it.
//!
//! The lease is in the database. A process that ends in the middle of an attempt leaves it behind, and when it has run
//! out, any process tries again: each message is delivered at least once.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use notification_bell_protocol::Timestamp;
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::sleep,
};

use super::{
    Webhooks,
    attempt::{self, Answer},
    schedule,
    traffic::Traffic,
};
use crate::{
    auth::webhook_secret::WebhookSecret,
    inbox::Inbox,
    lease::Lease,
    store::{
        Actor, Attempted, AuditAction, AuditEntry, ClaimedDelivery, Outcome, StoreError, WebhookChange,
        WebhookKey,
    },
};

/// Longer than an attempt takes, with what it takes to write down what came of it.
const LEASE_MS: i64 = 20_000;
/// At least this often, for what another process has written and nobody has announced.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Deliveries are known for so long.
const KEPT_FOR_MS: i64 = 7 * 86_400_000;
const FORGET_EVERY: Duration = Duration::from_mins(1);

/// Attempts under way. A task is known by its id, so that one that panics is not counted for ever.
#[derive(Default)]
struct Running {
    traffic: Traffic,
    tasks: JoinSet<bool>,
    webhooks: HashMap<Id, WebhookKey>,
}

impl Running {
    fn ended(&mut self, ended: Result<(Id, bool), JoinError>) {
        let (id, has_succeeded) = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "an attempt to deliver was not finished");
            (error.id(), false)
        });
        if let Some(webhook) = self.webhooks.remove(&id) {
            self.traffic.end(webhook, has_succeeded);
        }
    }
}

impl Webhooks {
    /// Delivers until it is dropped, which also ends what is under way.
    pub async fn keep_delivering(self: &Arc<Self>, inbox: &Inbox) {
        let mut running = Running::default();
        let mut foreign = self.store.foreign_changes();
        let mut is_alone = false;
        loop {
            let wait = self.start_due(&mut running).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "webhooks have to wait");
                WAIT_AFTER_FAILURE
            });
            tokio::select! {
                () = sleep(wait) => {}
                () = inbox.acted() => {}
                () = self.asked.notified() => {}
                changed = foreign.changed(), if !is_alone => is_alone = changed.is_err(),
                Some(ended) = running.tasks.join_next_with_id() => running.ended(ended),
            }
        }
    }

    /// For how long something has been due.
    pub fn lag(&self, now: Timestamp) -> Duration {
        self.due_at.lag(now)
    }

    /// Forgets what is old, now and every minute while this process has the lease, until it is dropped.
    pub async fn keep_forgetting(&self, lease: &Lease) {
        loop {
            let forgotten = {
                let _under_lease = lease.held().await;
                self.store.forget_deliveries(self.clock.now().plus_ms(-KEPT_FOR_MS)).await
            };
            match forgotten {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "old deliveries could not be forgotten"),
            }
            sleep(FORGET_EVERY).await;
        }
    }

    /// Begins what is due and has room; gives how long there is nothing more to begin by itself.
    async fn start_due(self: &Arc<Self>, running: &mut Running) -> Result<Duration, StoreError> {
        loop {
            let due = self.store.due_webhooks().await?;
            self.due_at.set(due.iter().map(|due| due.at).min());
            let now = self.clock.now();
            let plan = running.traffic.plan(&due, now);
            if plan.claims.is_empty() {
                let wait_ms = plan.next_at.map(|at| (at.unix_ms() - now.unix_ms()).max(1).unsigned_abs());
                return Ok(wait_ms.map_or(LONGEST_WAIT, Duration::from_millis).min(LONGEST_WAIT));
            }
            let claimed = self.store.claim_deliveries(plan.claims, now, now.plus_ms(LEASE_MS)).await?;
            if claimed.is_empty() {
                // Another process was first, or the webhook was disabled meanwhile.
                return Ok(WAIT_AFTER_FAILURE);
            }
            for delivery in claimed {
                let webhook = delivery.webhook.key;
                running.traffic.begin(webhook, delivery.webhook.project);
                let task = running.tasks.spawn(Arc::clone(self).deliver(delivery));
                running.webhooks.insert(task.id(), webhook);
            }
        }
    }

    /// One attempt, from the secret to what is written down; whether it was taken.
    async fn deliver(self: Arc<Self>, claimed: ClaimedDelivery) -> bool {
        let now = self.clock.now();
        let webhook = &claimed.webhook;
        let answer = match WebhookSecret::open(&self.master_key, webhook, now) {
            Ok(secrets) => {
                let id = claimed.id.to_string();
                let message = (id.as_str(), claimed.body.clone());
                let began = Instant::now();
                let answer = attempt::attempt(&self.outbound, &webhook.url, &secrets, message, now).await;
                self.counts.seconds.observe_time(began.elapsed());
                answer
            }
            Err(error) => {
                tracing::error!(%error, "the secret of a webhook cannot be opened");
                Answer::failure("its secret cannot be opened".to_owned())
            }
        };
        let is_success = answer.is_success();
        if let Err(error) = self.settle(&claimed, answer).await {
            tracing::warn!(%error, "what came of a delivery could not be written: it will be delivered again");
        }
        is_success
    }

    async fn settle(&self, claimed: &ClaimedDelivery, answer: Answer) -> Result<(), StoreError> {
        let is_gone = answer.is_gone();
        let outcome = self.outcome(claimed, &answer);
        let name = match outcome {
            Outcome::Delivered => "delivered",
            Outcome::Retried(_) => "retried",
            Outcome::Failed => "failed",
        };
        self.counts.attempts.count(name);
        let attempted = Attempted {
            key: claimed.key,
            attempt: claimed.attempt,
            status: answer.status,
            error: answer.error,
            answer: answer.body,
            outcome,
        };
        self.store.settle_delivery(attempted).await?;
        if is_gone { self.disable(claimed).await } else { Ok(()) }
    }

    fn outcome(&self, claimed: &ClaimedDelivery, answer: &Answer) -> Outcome {
        if answer.is_success() {
            return Outcome::Delivered;
        }
        if answer.is_gone() {
            return Outcome::Failed;
        }
        let next = schedule::next_attempt(
            claimed.tries,
            self.clock.now(),
            claimed.give_up_at,
            self.first_wait_ms,
            &*self.randomness,
        );
        next.map_or(Outcome::Failed, Outcome::Retried)
    }

    /// It has said that it is gone, and is not asked again until somebody enables it.
    async fn disable(&self, claimed: &ClaimedDelivery) -> Result<(), StoreError> {
        let now = self.clock.now();
        let webhook = &claimed.webhook;
        let projects = self.store.projects().await?;
        let mut audit = AuditEntry::new(now, Actor::Server, AuditAction::WebhookChanged)
            .about(&webhook.id)
            .with("gone", true);
        if let Some(project) = projects.iter().find(|project| project.key == webhook.project) {
            audit = audit.in_project(&project.id);
        }
        let change = WebhookChange { enabled: Some(false), gone_at: Some(now), ..WebhookChange::default() };
        self.store.change_webhook(webhook.project, &webhook.id, change, audit).await?;
        Ok(())
    }
}

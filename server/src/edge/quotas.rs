//! How often is too often, and how much at a time: sessions and choices of a user, failed proofs from an address, sends with
//! a key.
//!
//! The counting is `governor`'s (GCRA, which is a token bucket without a timer); what is counted, and what is said
//! when there is no more, is here. Where there are several servers, what this one lets through is counted in Redis too.

mod policy;
mod turns;

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};

use self::turns::Turns;
pub use self::{
    policy::{Left, Policy, UsedUp},
    turns::Turn,
};
use super::client::ClientAddress;
use crate::{
    redis::{RedisLimits, Taken},
    store::{ProjectKey, UserRef},
};

/// A user opens so many sessions a second, for a short while.
const SESSIONS_A_SECOND: NonZeroU32 = NonZeroU32::new(10).expect("it is not zero");
/// From one address, so many proofs of a project may fail in a minute.
const FAILURES_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("it is not zero");
/// A backend's key cuts off so many users a second, each of whom leaves an entry in the audit log.
const REVOCATIONS_A_SECOND: NonZeroU32 = NonZeroU32::new(100).expect("it is not zero");
/// A user changes so many preferences a second, each of which has the lists loaded again.
const CHOICES_A_SECOND: NonZeroU32 = NonZeroU32::new(10).expect("it is not zero");
/// A backend's key puts so many templates and categories a second.
const DECLARATIONS_A_SECOND: NonZeroU32 = NonZeroU32::new(100).expect("it is not zero");
/// A backend's key has so many batches and lists of subscribers under way.
const LARGE_AT_A_TIME: u32 = 2;
/// How often what is remembered of those who have gone is dropped.
const FORGET_EVERY: Duration = Duration::from_mins(1);

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, StateInformationMiddleware>;

/// How fast a backend's key may send, which is for operators to say: the other quotas are against attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendRates {
    /// So many notifications a second.
    pub sends_per_second: NonZeroU32,
    /// So many a second in batches, which cost less than as many requests.
    pub batched_sends_per_second: NonZeroU32,
}

/// The quotas of a server; none, if they are switched off.
pub struct Quotas<C: Clock + Clone = DefaultClock> {
    limiters: Option<Limiters<C>>,
    /// Those of all servers together, where there are several.
    shared: Option<Arc<RedisLimits>>,
    turns: Turns,
}

struct Limiters<C: Clock> {
    clock: C,
    rates: SendRates,
    sessions: Limiter<UserRef, C>,
    failures: Limiter<(IpAddr, Option<ProjectKey>), C>,
    sends: Limiter<String, C>,
    batched: Limiter<String, C>,
    revocations: Limiter<String, C>,
    choices: Limiter<UserRef, C>,
    declarations: Limiter<String, C>,
}

impl Quotas {
    /// The quotas, switched off without rates, and where others are counted too.
    #[must_use]
    pub fn new(rates: Option<SendRates>, shared: Option<Arc<RedisLimits>>) -> Self {
        Self { shared, ..Self::with_clock(rates, DefaultClock::default()) }
    }
}

impl<C: Clock + Clone> Quotas<C> {
    fn with_clock(rates: Option<SendRates>, clock: C) -> Self {
        let limiters = rates.map(|rates| Limiters {
            sessions: limiter(Quota::per_second(SESSIONS_A_SECOND), &clock),
            failures: limiter(Quota::per_minute(FAILURES_A_MINUTE), &clock),
            sends: limiter(Quota::per_second(rates.sends_per_second), &clock),
            batched: limiter(Quota::per_second(rates.batched_sends_per_second), &clock),
            revocations: limiter(Quota::per_second(REVOCATIONS_A_SECOND), &clock),
            choices: limiter(Quota::per_second(CHOICES_A_SECOND), &clock),
            declarations: limiter(Quota::per_second(DECLARATIONS_A_SECOND), &clock),
            clock,
            rates,
        });
        Self { limiters, shared: None, turns: Turns::default() }
    }

    /// A user, who has been proved to be one, opens a session. `None`: the quotas are switched off.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn session(&self, user: &UserRef) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("sessions", SESSIONS_A_SECOND);
        let here = self.count(|limiters| limiters.check(&limiters.sessions, user, policy));
        self.everywhere(here, || of_user(user), NonZeroU32::MIN).await
    }

    /// A proof failed, or a key that no project has was presented. A right proof is served all the same: behind one
    /// address there may be many people.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn failure(
        &self,
        client: ClientAddress,
        project: Option<ProjectKey>,
    ) -> Result<Option<Left>, UsedUp> {
        let key = (network(client.0), project);
        let policy = Policy::a_minute("failures", FAILURES_A_MINUTE);
        let here = self.count(|limiters| limiters.check(&limiters.failures, &key, policy));
        self.everywhere(here, || format!("{key:?}"), NonZeroU32::MIN).await
    }

    /// A backend sends, with an API key or a provider of this id.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn send(&self, key_id: &str) -> Result<Option<Left>, UsedUp> {
        let here = self.count(|limiters| {
            let policy = Policy::a_second("sends", limiters.rates.sends_per_second);
            limiters.check(&limiters.sends, &key_id.to_owned(), policy)
        });
        self.everywhere(here, || key_id.to_owned(), NonZeroU32::MIN).await
    }

    /// A backend sends so many notifications at once. One that asks for more than the whole quota is never let through.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn batch(&self, key_id: &str, entries: NonZeroU32) -> Result<Option<Left>, UsedUp> {
        let here = self.count(|limiters| {
            let policy = Policy::a_second("batched-sends", limiters.rates.batched_sends_per_second);
            limiters.check_many(&limiters.batched, &key_id.to_owned(), policy, entries)
        });
        self.everywhere(here, || key_id.to_owned(), entries).await
    }

    /// A backend cuts somebody off.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn revoke(&self, key_id: &str) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("revocations", REVOCATIONS_A_SECOND);
        let here = self.count(|limiters| limiters.check(&limiters.revocations, &key_id.to_owned(), policy));
        self.everywhere(here, || key_id.to_owned(), NonZeroU32::MIN).await
    }

    /// A user changes preferences.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn choose(&self, user: &UserRef) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("preferences", CHOICES_A_SECOND);
        let here = self.count(|limiters| limiters.check(&limiters.choices, user, policy));
        self.everywhere(here, || of_user(user), NonZeroU32::MIN).await
    }

    /// A backend changes templates, categories, topics or webhooks, has one of these called, or withdraws a
    /// notification.
    ///
    /// # Errors
    /// If that is too often.
    pub async fn declare(&self, key_id: &str) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("declarations", DECLARATIONS_A_SECOND);
        let here = self.count(|limiters| limiters.check(&limiters.declarations, &key_id.to_owned(), policy));
        self.everywhere(here, || key_id.to_owned(), NonZeroU32::MIN).await
    }

    /// A backend sends a batch, or names users by the thousand. What it takes is given back when the turn is dropped. `None`:
    /// the quotas are switched off.
    ///
    /// # Errors
    /// If as many of these requests as may be are under way with its key.
    pub fn large(&self, key_id: &str) -> Result<Option<Turn>, UsedUp> {
        let policy = Policy { name: "large-requests", quota: LARGE_AT_A_TIME, window_seconds: None };
        // When one of them ends is not known.
        let used_up = UsedUp { policy, retry_after_seconds: 1 };
        let turn = || self.turns.take(key_id, LARGE_AT_A_TIME).ok_or(used_up);
        self.limiters.as_ref().map(|_| turn()).transpose()
    }

    /// Drops what is remembered of those who have gone, until it is dropped itself.
    pub async fn forget(&self) {
        let Some(limiters) = &self.limiters else { return std::future::pending().await };
        loop {
            tokio::time::sleep(FORGET_EVERY).await;
            limiters.sessions.retain_recent();
            limiters.failures.retain_recent();
            limiters.sends.retain_recent();
            limiters.batched.retain_recent();
            limiters.revocations.retain_recent();
            limiters.choices.retain_recent();
            limiters.declarations.retain_recent();
        }
    }

    /// What this server lets through is counted with what the others do. While nobody can say how much that is, it stays.
    async fn everywhere(
        &self,
        here: Result<Option<Left>, UsedUp>,
        key: impl FnOnce() -> String + Send,
        number: NonZeroU32,
    ) -> Result<Option<Left>, UsedUp> {
        let (Some(left), Some(shared)) = (here?, &self.shared) else { return here };
        let policy = left.policy;
        let window = Duration::from_secs(policy.window_seconds.unwrap_or(1).into());
        match shared.take(policy.name, &key(), number, (policy.quota, window)).await {
            Some(Taken::Left(remaining)) => {
                Ok(Some(Left { policy, remaining: remaining.min(left.remaining) }))
            }
            // Whole seconds, and never none at all.
            Some(Taken::UsedUp(wait)) => Err(UsedUp { policy, retry_after_seconds: wait.as_secs() + 1 }),
            None => Ok(Some(left)),
        }
    }

    fn count(
        &self,
        check: impl FnOnce(&Limiters<C>) -> Result<Left, UsedUp>,
    ) -> Result<Option<Left>, UsedUp> {
        self.limiters.as_ref().map(check).transpose()
    }
}

impl<C: Clock> Limiters<C> {
    fn check<K: Clone + Eq + Hash>(
        &self,
        limiter: &Limiter<K, C>,
        key: &K,
        policy: Policy,
    ) -> Result<Left, UsedUp> {
        self.check_many(limiter, key, policy, NonZeroU32::MIN)
    }

    fn check_many<K: Clone + Eq + Hash>(
        &self,
        limiter: &Limiter<K, C>,
        key: &K,
        policy: Policy,
        number: NonZeroU32,
    ) -> Result<Left, UsedUp> {
        match limiter.check_key_n(key, number) {
            Ok(Ok(snapshot)) => Ok(Left { policy, remaining: snapshot.remaining_burst_capacity() }),
            Err(_) => Err(UsedUp { policy, retry_after_seconds: 1 }),
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(self.clock.now());
                // Whole seconds, and never none at all.
                Err(UsedUp { policy, retry_after_seconds: wait.as_secs() + 1 })
            }
        }
    }
}

fn limiter<K: Clone + Eq + Hash, C: Clock + Clone>(quota: Quota, clock: &C) -> Limiter<K, C> {
    RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())
}

fn of_user(user: &UserRef) -> String {
    format!("{} {}", user.project.0, user.user.as_str())
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests;

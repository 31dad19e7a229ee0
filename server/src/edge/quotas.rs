//! How often is too often: sessions and choices of a user, failed proofs from an address, sends with a key; and how the answers
//! say so (draft-ietf-httpapi-ratelimit-headers).
//!
//! The counting is `governor`'s (GCRA, which is a token bucket without a timer); what is counted, and what is said
//! when there is no more, is here.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};

use super::client::ClientAddress;
use crate::store::{ProjectKey, UserRef};

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
/// A backend's key sends so many notifications a second.
const SENDS_A_SECOND: NonZeroU32 = NonZeroU32::new(100).expect("it is not zero");
/// A backend's key sends so many notifications a second in batches, which cost less than as many requests.
const BATCHED_A_SECOND: NonZeroU32 = NonZeroU32::new(1_000).expect("it is not zero");
/// How often what is remembered of those who have gone is dropped.
const FORGET_EVERY: Duration = Duration::from_mins(1);

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, StateInformationMiddleware>;

/// How much of something there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What is counted.
    pub name: &'static str,
    /// How many there are.
    pub quota: u32,
    /// In how many seconds; `None` if they are counted at one time.
    pub window_seconds: Option<u32>,
}

/// A quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedUp {
    /// Which one.
    pub policy: Policy,
    /// When there is one again.
    pub retry_after_seconds: u64,
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Of which one.
    pub policy: Policy,
    /// How many.
    pub remaining: u32,
}

impl Policy {
    const fn a_second(name: &'static str, quota: NonZeroU32) -> Self {
        Self { name, quota: quota.get(), window_seconds: Some(1) }
    }

    const fn a_minute(name: &'static str, quota: NonZeroU32) -> Self {
        Self { name, quota: quota.get(), window_seconds: Some(60) }
    }

    fn write(self, headers: &mut HeaderMap, remaining: u32, reset_seconds: Option<u64>) {
        let parameter = |name: &str, value: Option<u64>| {
            value.map_or_else(String::new, |value| format!(";{name}={value}"))
        };
        let Self { name, quota, window_seconds } = self;
        let policy = format!("\"{name}\";q={quota}{}", parameter("w", window_seconds.map(u64::from)));
        let limit = format!("\"{name}\";r={remaining}{}", parameter("t", reset_seconds));
        for (name, text) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
            // The names of quotas are ours, and are text that a header may have.
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

impl UsedUp {
    /// Says it in an answer.
    pub fn write(self, headers: &mut HeaderMap) {
        self.policy.write(headers, 0, Some(self.retry_after_seconds));
    }
}

impl Left {
    /// Says it in an answer.
    pub fn write(self, headers: &mut HeaderMap) {
        self.policy.write(headers, self.remaining, None);
    }
}

/// The quotas of a server; none, if they are switched off.
pub struct Quotas<C: Clock + Clone = DefaultClock>(Option<Limiters<C>>);

struct Limiters<C: Clock> {
    clock: C,
    sessions: Limiter<UserRef, C>,
    failures: Limiter<(IpAddr, Option<ProjectKey>), C>,
    sends: Limiter<String, C>,
    batched: Limiter<String, C>,
    revocations: Limiter<String, C>,
    choices: Limiter<UserRef, C>,
    declarations: Limiter<String, C>,
}

impl Quotas {
    /// The quotas, switched on or off.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self::with_clock(on, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Quotas<C> {
    fn with_clock(on: bool, clock: C) -> Self {
        Self(on.then(|| Limiters {
            sessions: limiter(Quota::per_second(SESSIONS_A_SECOND), &clock),
            failures: limiter(Quota::per_minute(FAILURES_A_MINUTE), &clock),
            sends: limiter(Quota::per_second(SENDS_A_SECOND), &clock),
            batched: limiter(Quota::per_second(BATCHED_A_SECOND), &clock),
            revocations: limiter(Quota::per_second(REVOCATIONS_A_SECOND), &clock),
            choices: limiter(Quota::per_second(CHOICES_A_SECOND), &clock),
            declarations: limiter(Quota::per_second(DECLARATIONS_A_SECOND), &clock),
            clock,
        }))
    }

    /// A user, who has been proved to be one, opens a session. `None`: the quotas are switched off.
    ///
    /// # Errors
    /// If that is too often.
    pub fn session(&self, user: &UserRef) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("sessions", SESSIONS_A_SECOND);
        self.count(|limiters| limiters.check(&limiters.sessions, user, policy))
    }

    /// A proof failed, or a key that no project has was presented. A right proof is served all the same: behind one
    /// address there may be many people.
    ///
    /// # Errors
    /// If that is too often.
    pub fn failure(
        &self,
        client: ClientAddress,
        project: Option<ProjectKey>,
    ) -> Result<Option<Left>, UsedUp> {
        let key = (network(client.0), project);
        let policy = Policy::a_minute("failures", FAILURES_A_MINUTE);
        self.count(|limiters| limiters.check(&limiters.failures, &key, policy))
    }

    /// A backend sends, with an API key or a provider of this id.
    ///
    /// # Errors
    /// If that is too often.
    pub fn send(&self, key_id: &str) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("sends", SENDS_A_SECOND);
        self.count(|limiters| limiters.check(&limiters.sends, &key_id.to_owned(), policy))
    }

    /// A backend sends so many notifications at once. One that asks for more than the whole quota is never let through.
    ///
    /// # Errors
    /// If that is too often.
    pub fn batch(&self, key_id: &str, entries: NonZeroU32) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("batched-sends", BATCHED_A_SECOND);
        self.count(|limiters| limiters.check_many(&limiters.batched, &key_id.to_owned(), policy, entries))
    }

    /// A backend cuts somebody off.
    ///
    /// # Errors
    /// If that is too often.
    pub fn revoke(&self, key_id: &str) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("revocations", REVOCATIONS_A_SECOND);
        self.count(|limiters| limiters.check(&limiters.revocations, &key_id.to_owned(), policy))
    }

    /// A user changes preferences.
    ///
    /// # Errors
    /// If that is too often.
    pub fn choose(&self, user: &UserRef) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("preferences", CHOICES_A_SECOND);
        self.count(|limiters| limiters.check(&limiters.choices, user, policy))
    }

    /// A backend changes templates, categories, topics or webhooks, has one of these called, or withdraws a
    /// notification.
    ///
    /// # Errors
    /// If that is too often.
    pub fn declare(&self, key_id: &str) -> Result<Option<Left>, UsedUp> {
        let policy = Policy::a_second("declarations", DECLARATIONS_A_SECOND);
        self.count(|limiters| limiters.check(&limiters.declarations, &key_id.to_owned(), policy))
    }

    /// Drops what is remembered of those who have gone, until it is dropped itself.
    pub async fn forget(&self) {
        let Some(limiters) = &self.0 else { return std::future::pending().await };
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

    fn count(
        &self,
        check: impl FnOnce(&Limiters<C>) -> Result<Left, UsedUp>,
    ) -> Result<Option<Left>, UsedUp> {
        self.0.as_ref().map(check).transpose()
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

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::{Quotas, network};
    use crate::{edge::client::ClientAddress, store::ProjectKey};

    fn client(address: &str) -> ClientAddress {
        ClientAddress(address.parse().unwrap())
    }

    #[test]
    fn a_quota_is_of_one_key_and_comes_back_with_time() {
        let clock = FakeRelativeClock::default();
        let quotas = Quotas::with_clock(true, clock.clone());
        let left: Vec<u32> = (0..100).map(|_| quotas.send("one").unwrap().unwrap().remaining).collect();
        assert_eq!((left[0], left[99]), (99, 0));
        let used_up = quotas.send("one").unwrap_err();
        assert_eq!(
            (used_up.policy.name, used_up.policy.quota, used_up.retry_after_seconds),
            ("sends", 100, 1)
        );
        assert!(quotas.send("another").is_ok());
        clock.advance(Duration::from_secs(1));
        assert!((0..100).all(|_| quotas.send("one").is_ok()));
    }

    #[test]
    fn failures_are_counted_by_address_and_project() {
        let quotas = Quotas::with_clock(true, FakeRelativeClock::default());
        let (here, there) = (client("192.0.2.1"), client("192.0.2.2"));
        assert!((0..60).all(|_| quotas.failure(here, Some(ProjectKey(1))).is_ok()));
        assert!(quotas.failure(here, Some(ProjectKey(1))).is_err());
        assert!(quotas.failure(there, Some(ProjectKey(1))).is_ok());
        assert!(quotas.failure(here, Some(ProjectKey(2))).is_ok());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(), "2001:db8:1:2::");
    }

    #[test]
    fn switched_off_there_is_no_end() {
        let quotas = Quotas::new(false);
        assert!((0..1_000).all(|_| quotas.send("one").is_ok()));
    }
}

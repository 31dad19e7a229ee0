//! How much each quota lets through, and whom it counts.

use std::{num::NonZeroU32, time::Duration};

use futures_util::FutureExt;
use governor::clock::FakeRelativeClock;

use super::{Quotas, SendRates, network};
use crate::{edge::client::ClientAddress, store::ProjectKey};

const RATES: SendRates = SendRates {
    sends_per_second: NonZeroU32::new(100).unwrap(),
    batched_sends_per_second: NonZeroU32::new(1_000).unwrap(),
};

fn client(address: &str) -> ClientAddress {
    ClientAddress(address.parse().unwrap())
}

/// No other server is asked.
fn now<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().unwrap()
}

#[test]
fn a_quota_is_of_one_key_and_comes_back_with_time() {
    let clock = FakeRelativeClock::default();
    let quotas = Quotas::with_clock(Some(RATES), clock.clone());
    let left: Vec<u32> = (0..100).map(|_| now(quotas.send("one")).unwrap().unwrap().remaining).collect();
    assert_eq!((left[0], left[99]), (99, 0));
    let used_up = now(quotas.send("one")).unwrap_err();
    assert_eq!((used_up.policy.name, used_up.policy.quota, used_up.retry_after_seconds), ("sends", 100, 1));
    assert!(now(quotas.send("another")).is_ok());
    clock.advance(Duration::from_secs(1));
    assert!((0..100).all(|_| now(quotas.send("one")).is_ok()));
}

#[test]
fn failures_are_counted_by_address_and_project() {
    let quotas = Quotas::with_clock(Some(RATES), FakeRelativeClock::default());
    let (here, there) = (client("192.0.2.1"), client("192.0.2.2"));
    assert!((0..60).all(|_| now(quotas.failure(here, Some(ProjectKey(1)))).is_ok()));
    assert!(now(quotas.failure(here, Some(ProjectKey(1)))).is_err());
    assert!(now(quotas.failure(there, Some(ProjectKey(1)))).is_ok());
    assert!(now(quotas.failure(here, Some(ProjectKey(2)))).is_ok());
}

#[test]
fn the_addresses_of_one_ipv6_network_are_one() {
    assert_eq!(network("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(), "2001:db8:1:2::");
}

#[test]
fn a_key_has_so_many_large_requests_at_a_time() {
    let quotas = Quotas::with_clock(Some(RATES), FakeRelativeClock::default());
    let (first, second) = (quotas.large("one").unwrap(), quotas.large("one").unwrap());
    let used_up = quotas.large("one").err().unwrap();
    assert_eq!((used_up.policy.name, used_up.policy.window_seconds), ("large-requests", None));
    assert!(quotas.large("another").is_ok());
    drop(first);
    assert!(quotas.large("one").is_ok());
    drop(second);
    assert!(quotas.turns.is_empty());
}

#[test]
fn switched_off_there_is_no_end() {
    let quotas = Quotas::new(None, None);
    assert!((0..1_000).all(|_| now(quotas.send("one")).is_ok()));
    let turns: Vec<_> = (0..100).map(|_| quotas.large("one").unwrap()).collect();
    assert_eq!(turns.len(), 100);
}

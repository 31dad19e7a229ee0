//! Two processes and one lease.

use std::{path::Path, sync::Arc, time::Duration};

use futures_util::poll;
use prometheus_client::metrics::gauge::Gauge;
use tokio::time::{Instant, advance};

use super::{ASK_EVERY, Lease};
use crate::{randomness::test::CountedRandomness, store::sqlite::SqliteStore};

fn process(database: &Path) -> (Lease, Gauge) {
    let store = SqliteStore::open_or_create(database, &CountedRandomness::default(), Box::new(|_, _| ()));
    let held = Gauge::default();
    (Lease::new(Arc::new(store.unwrap()), held.clone(), false), held)
}

#[tokio::test(start_paused = true)]
async fn the_next_process_has_it_soon_after_it_was_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("bell.db");
    let ((first, first_gauge), (second, second_gauge)) = (process(&database), process(&database));
    let mut keeping = Box::pin(async { tokio::join!(first.keep(), second.keep()) });
    assert!(poll!(&mut keeping).is_pending());
    assert!(first.is_held() && !second.is_held());
    assert_eq!((first_gauge.get(), second_gauge.get()), (1, 0));
    drop(first.held().await);
    let began_at = Instant::now();
    tokio::select! {
        _ = &mut keeping => panic!("it is kept for good"),
        () = async { first.give_back().await; drop(second.held().await) } => {}
    }
    assert!(began_at.elapsed() <= ASK_EVERY);
    assert!(!first.is_held() && second.is_held());
    assert_eq!((first_gauge.get(), second_gauge.get()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn it_is_not_given_back_while_something_is_being_done() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("bell.db");
    let ((first, _), (second, _)) = (process(&database), process(&database));
    let mut keeping = Box::pin(first.keep());
    assert!(poll!(&mut keeping).is_pending());
    let step = first.held().await;
    let mut giving = Box::pin(first.give_back());
    assert!(poll!(&mut giving).is_pending());
    let mut next_step = Box::pin(first.held());
    assert!(poll!(&mut next_step).is_pending(), "nothing more is begun");
    assert!(!second.store.take_lease().await.unwrap());
    drop(step);
    giving.await;
    assert!(second.store.take_lease().await.unwrap());
    assert!(poll!(&mut next_step).is_pending());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_could_not_ask_for_long_does_not_count_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let (lease, _) = process(&folder.path().join("bell.db"));
    let mut keeping = Box::pin(lease.keep());
    assert!(poll!(&mut keeping).is_pending());
    assert!(lease.is_held());
    // As if the machine had been busy with something else: it is not polled meanwhile.
    advance(super::LEASE_LASTS + Duration::from_millis(1)).await;
    assert!(!lease.is_held());
    assert!(poll!(&mut keeping).is_pending());
    assert!(lease.is_held(), "it is renewed");
}

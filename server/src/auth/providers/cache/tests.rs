//! Each rule of the cache, with a provider that counts, on a clock that stands still.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::{sync::Semaphore, task::JoinSet, time};
use url::Url;

use super::{KeySetCache, KeySetSource, KeySetUnavailable, lock};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

#[derive(Debug, thiserror::Error)]
#[error("fetch {0} failed")]
struct Down(u64);

type Cache = KeySetCache<u64, Down>;
type Fetching = Pin<Box<dyn Future<Output = Result<(u64, Option<u64>), Down>> + Send>>;

/// A provider whose key set is the number of the fetch.
struct Provider {
    fetches: AtomicU64,
    is_down: AtomicBool,
    panics: AtomicBool,
    max_age_seconds: Option<u64>,
    /// A fetch ends when there is a permit for it.
    permits: Semaphore,
}

impl Provider {
    fn new(max_age_seconds: Option<u64>, permits: usize) -> Arc<Self> {
        Arc::new(Self {
            fetches: AtomicU64::new(0),
            is_down: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            max_age_seconds,
            permits: Semaphore::new(permits),
        })
    }

    /// One that answers at once.
    fn quick() -> Arc<Self> {
        Self::new(None, Semaphore::MAX_PERMITS)
    }

    fn fetch(self: &Arc<Self>) -> impl FnOnce() -> Fetching + Send + use<> {
        let provider = Arc::clone(self);
        move || {
            Box::pin(async move {
                let number = provider.fetches.fetch_add(1, SeqCst) + 1;
                assert!(!provider.panics.load(SeqCst), "fetch {number}");
                provider.permits.acquire().await.unwrap().forget();
                if provider.is_down.load(SeqCst) {
                    Err(Down(number))
                } else {
                    Ok((number, provider.max_age_seconds))
                }
            })
        }
    }

    fn fetches(&self) -> u64 {
        self.fetches.load(SeqCst)
    }

    fn goes_down(&self) {
        self.is_down.store(true, SeqCst);
    }
}

fn source(url: &str) -> KeySetSource {
    KeySetSource { provider_id: "idp_1".to_owned(), url: Url::parse(url).unwrap() }
}

fn a() -> KeySetSource {
    source("https://a.example/jwks")
}

async fn get(cache: &Cache, provider: &Arc<Provider>) -> Result<u64, KeySetUnavailable<Down>> {
    let value = cache.get(&a(), provider.fetch()).await.map(|value| *value);
    idle().await;
    value
}

async fn unknown_key(cache: &Cache, provider: &Arc<Provider>) -> Result<u64, KeySetUnavailable<Down>> {
    cache.refetch_for_unknown_key(&a(), provider.fetch()).await.map(|value| *value)
}

/// The clock of these tests stands still until no task can go on.
async fn idle() {
    time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_cold_requests_fetch_once() {
    let (cache, provider) = (Arc::new(Cache::default()), Provider::new(None, 0));
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let (cache, provider) = (Arc::clone(&cache), Arc::clone(&provider));
        requests.spawn(async move { get(&cache, &provider).await.unwrap() });
    }
    idle().await;
    provider.permits.add_permits(100);
    assert_eq!(requests.join_all().await, [1; 100]);
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_cold_requests_share_a_failure() {
    let (cache, provider) = (Arc::new(Cache::default()), Provider::new(None, 0));
    provider.goes_down();
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let (cache, provider) = (Arc::clone(&cache), Arc::clone(&provider));
        requests.spawn(async move { get(&cache, &provider).await.unwrap_err().to_string() });
    }
    idle().await;
    provider.permits.add_permits(100);
    assert!(requests.join_all().await.iter().all(|error| error == "fetch 1 failed"));
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_request_does_not_cancel_the_fetch_of_the_others() {
    let (cache, provider) = (Arc::new(Cache::default()), Provider::new(None, 0));
    let request = |cache: &Arc<Cache>| {
        let (cache, provider) = (Arc::clone(cache), Arc::clone(&provider));
        tokio::spawn(async move { get(&cache, &provider).await.unwrap() })
    };
    let first = request(&cache);
    idle().await;
    let second = request(&cache);
    idle().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    provider.permits.add_permits(1);
    assert_eq!(second.await.unwrap(), 1);
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_value_is_fresh_for_ten_minutes_then_served_old_while_one_refresh_runs() {
    let (cache, provider) = (Cache::default(), Provider::new(None, 1));
    assert_eq!(get(&cache, &provider).await.unwrap(), 1);
    time::advance(9 * MINUTE).await;
    assert_eq!((get(&cache, &provider).await.unwrap(), provider.fetches()), (1, 1));
    time::advance(MINUTE).await;
    for _ in 0..100 {
        assert_eq!(get(&cache, &provider).await.unwrap(), 1, "nobody waits");
    }
    assert_eq!(provider.fetches(), 2, "one refresh");
    provider.permits.add_permits(1);
    idle().await;
    assert_eq!((get(&cache, &provider).await.unwrap(), provider.fetches()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn the_senders_max_age_counts_between_a_minute_and_a_day() {
    for (max_age_seconds, fresh_seconds) in [(0, 60), (3_600, 3_600), (u64::MAX, 86_400)] {
        let (cache, provider) = (Cache::default(), Provider::new(Some(max_age_seconds), 9));
        get(&cache, &provider).await.unwrap();
        time::advance(SECOND * (fresh_seconds - 1)).await;
        get(&cache, &provider).await.unwrap();
        assert_eq!(provider.fetches(), 1, "{max_age_seconds}");
        time::advance(SECOND).await;
        get(&cache, &provider).await.unwrap();
        assert_eq!(provider.fetches(), 2, "{max_age_seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_old_keys_are_kept_while_the_provider_is_down() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    get(&cache, &provider).await.unwrap();
    provider.goes_down();
    for _ in 0..23 {
        time::advance(HOUR).await;
        assert_eq!(get(&cache, &provider).await.unwrap(), 1);
        assert_eq!(unknown_key(&cache, &provider).await.unwrap(), 1, "a failed refetch loses nothing");
    }
    time::advance(HOUR).await;
    let fetches = provider.fetches();
    assert!(get(&cache, &provider).await.is_err(), "a failure does not lengthen a life");
    assert_eq!(provider.fetches(), fetches + 1);
    provider.is_down.store(false, SeqCst);
    time::advance(2 * SECOND).await;
    assert_eq!(get(&cache, &provider).await.unwrap(), fetches + 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_refuses_at_once_is_not_called_with_every_request() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    get(&cache, &provider).await.unwrap();
    provider.goes_down();
    time::advance(10 * MINUTE).await;
    for _ in 0..290 {
        time::advance(SECOND / 10).await;
        get(&cache, &provider).await.unwrap();
    }
    assert_eq!(provider.fetches(), 2);
    time::advance(SECOND).await;
    get(&cache, &provider).await.unwrap();
    assert_eq!(provider.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_the_answer_for_two_seconds() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    provider.goes_down();
    for _ in 0..100 {
        assert_eq!(get(&cache, &provider).await.unwrap_err().to_string(), "fetch 1 failed");
        let unknown = cache.refetch_for_unknown_key(&a(), provider.fetch()).await;
        assert_eq!(unknown.unwrap_err().to_string(), "fetch 1 failed");
    }
    time::advance(2 * SECOND).await;
    assert_eq!(get(&cache, &provider).await.unwrap_err().to_string(), "fetch 2 failed");
}

#[tokio::test(start_paused = true)]
async fn a_rotated_key_is_fetched_at_once() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    assert_eq!(get(&cache, &provider).await.unwrap(), 1);
    assert_eq!(unknown_key(&cache, &provider).await.unwrap(), 2);
    assert_eq!(get(&cache, &provider).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn all_who_met_a_rotated_key_share_the_refetch() {
    let (cache, provider) = (Arc::new(Cache::default()), Provider::new(None, 1));
    get(&cache, &provider).await.unwrap();
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let (cache, provider) = (Arc::clone(&cache), Arc::clone(&provider));
        requests.spawn(async move { unknown_key(&cache, &provider).await.unwrap() });
    }
    idle().await;
    provider.permits.add_permits(100);
    assert_eq!(requests.join_all().await, [2; 100]);
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_random_kids_in_a_minute_cause_at_most_three_fetches() {
    for is_down_later in [false, true] {
        let (cache, provider) = (Cache::default(), Provider::quick());
        get(&cache, &provider).await.unwrap();
        if is_down_later {
            provider.goes_down();
        }
        for _ in 0..10_000 {
            unknown_key(&cache, &provider).await.unwrap();
            time::advance(Duration::from_micros(5_900)).await;
        }
        assert_eq!(provider.fetches(), 3, "the first, one for the first kid, and one half a minute later");
    }
}

#[tokio::test(start_paused = true)]
async fn another_url_of_a_provider_is_another_entry() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    assert_eq!(get(&cache, &provider).await.unwrap(), 1);
    let moved = source("https://b.example/jwks");
    assert_eq!(*cache.get(&moved, provider.fetch()).await.unwrap(), 2);
    assert_eq!(get(&cache, &provider).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_nobody_asks_for_is_dropped_after_a_day() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    let other = source("https://b.example/jwks");
    get(&cache, &provider).await.unwrap();
    cache.get(&other, provider.fetch()).await.unwrap();
    time::advance(23 * HOUR).await;
    cache.get(&other, provider.fetch()).await.unwrap();
    idle().await;
    assert_eq!(lock(&cache.entries).len(), 2);
    time::advance(HOUR).await;
    cache.get(&other, provider.fetch()).await.unwrap();
    idle().await;
    assert_eq!(lock(&cache.entries).keys().collect::<Vec<_>>(), [&other]);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_panics_does_not_stop_the_next_one() {
    let (cache, provider) = (Cache::default(), Provider::quick());
    provider.panics.store(true, SeqCst);
    assert!(matches!(get(&cache, &provider).await, Err(KeySetUnavailable::Ended)));
    provider.panics.store(false, SeqCst);
    assert_eq!(get(&cache, &provider).await.unwrap(), 2);
}

//! The looks of streams into the store: those that wait are taken together.
//!
//! When thousands of streams are woken by one change, a look of its own for each would be thousands of tasks and
//! transactions, and requests would wait behind them. So there are a few at work, each with many looks at a time.
//! What comes out is often the same for many: then it is made into a frame once.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use notification_bell_protocol::{Counts, Revision, Sync};
use tokio::{
    sync::{Semaphore, oneshot},
    time::sleep,
};

use super::frame;
use crate::{
    randomness::Randomness,
    store::{Changes, Look, StoreError, StreamStore},
};

/// Fewer than the store has readers, so that requests find one free.
const AT_WORK: usize = 2;
/// So many in one transaction: some hundred microseconds.
const AT_A_TIME: usize = 128;
/// So many that are looked for one by one, beside those.
const ALONE_AT_A_TIME: usize = 32;
const OVERLOAD_WAIT_MAX_MS: u64 = 500;
/// A client that has this much to catch up with loads the list instead, page by page.
const MAX_FRAME_BYTES: usize = 256 * 1_024;

/// What a look has found.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) frame: Bytes,
    /// Woken by a change that an earlier look had already seen, or that this user has turned off: none.
    pub(super) has_news: bool,
    /// It says that the list is to be loaded again.
    pub(super) is_reset: bool,
    pub(super) revision: Revision,
    /// The numbers at that revision.
    pub(super) counts: Arc<Counts>,
}

/// Those that wait, and those at work.
pub(super) struct Looks {
    waiting: Mutex<Waiting>,
    alone: Semaphore,
}

#[derive(Default)]
struct Waiting {
    looks: Vec<(Look, Answer)>,
    at_work: usize,
}

type Answer = oneshot::Sender<Option<Seen>>;

impl Default for Looks {
    fn default() -> Self {
        Self { waiting: Mutex::default(), alone: Semaphore::new(ALONE_AT_A_TIME) }
    }
}

impl Looks {
    /// What changed since a revision; nothing if the store fails.
    pub(super) async fn look(
        self: &Arc<Self>,
        look: Look,
        store: &Arc<dyn StreamStore>,
        randomness: &Arc<dyn Randomness>,
    ) -> Option<Seen> {
        let (sender, seen) = oneshot::channel();
        let needs_worker = {
            let mut waiting = self.lock();
            waiting.looks.push((look, sender));
            let needs_worker = waiting.at_work < AT_WORK;
            waiting.at_work += usize::from(needs_worker);
            needs_worker
        };
        if needs_worker {
            let (looks, store, randomness) = (Arc::clone(self), Arc::clone(store), Arc::clone(randomness));
            tokio::spawn(async move { looks.work(AtWork(&looks), &store, &randomness).await });
        }
        seen.await.ok().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks until nobody waits any more.
    async fn work(
        self: &Arc<Self>,
        at_work: AtWork<'_>,
        store: &Arc<dyn StreamStore>,
        randomness: &Arc<dyn Randomness>,
    ) {
        let mut frames = Frames::default();
        loop {
            let (looks, answers): (Vec<Look>, Vec<_>) = {
                let mut waiting = self.lock();
                if waiting.looks.is_empty() {
                    // Under the same lock: whoever comes now begins anew.
                    return at_work.end(&mut waiting);
                }
                let first = waiting.looks.len().min(AT_A_TIME);
                waiting.looks.drain(..first).unzip()
            };
            let looks: Arc<[Look]> = looks.into();
            let found = loop {
                match store.changes_of_many(Arc::clone(&looks)).await {
                    Err(StoreError::Overloaded) => wait_for_requests(&**randomness).await,
                    found => break found,
                }
            };
            // If all of them failed, one may be the reason: the others should not pay for it.
            let found = found.unwrap_or_else(|_| looks.iter().map(|_| Ok(None)).collect());
            for ((look, answer), changes) in looks.iter().zip(answers).zip(found) {
                match changes.transpose() {
                    // Whoever asked may have gone.
                    Some(changes) => {
                        let _ = answer.send(changes.map(|changes| frames.of(changes)).map_err(failed).ok());
                    }
                    None => self.look_alone(look.clone(), answer, store, randomness),
                }
            }
        }
    }

    /// Looks for one, and keeps nobody waiting with it but others like it.
    fn look_alone(
        self: &Arc<Self>,
        look: Look,
        answer: Answer,
        store: &Arc<dyn StreamStore>,
        randomness: &Arc<dyn Randomness>,
    ) {
        let (looks, store, randomness) = (Arc::clone(self), Arc::clone(store), Arc::clone(randomness));
        tokio::spawn(async move {
            // Nobody closes it.
            let Ok(_turn) = looks.alone.acquire().await else { return };
            while !answer.is_closed() {
                match store.changes(&look.user, &look.since, &look.languages).await {
                    Err(StoreError::Overloaded) => wait_for_requests(&*randomness).await,
                    changes => {
                        let _ = answer.send(changes.map(|changes| seen(&changes)).map_err(failed).ok());
                        return;
                    }
                }
            }
        });
    }
}

/// Requests come first, when there is more to do than the store can.
async fn wait_for_requests(randomness: &dyn Randomness) {
    sleep(Duration::from_millis(randomness.below(OVERLOAD_WAIT_MAX_MS))).await;
}

/// One of those at work. Should the last one panic, those that wait for it are told that there is nothing.
struct AtWork<'a>(&'a Looks);

impl AtWork<'_> {
    fn end(self, waiting: &mut Waiting) {
        waiting.at_work -= 1;
        mem::forget(self);
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.at_work -= 1;
        if waiting.at_work == 0 {
            waiting.looks.clear();
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to `map_err`")]
pub(super) fn failed(error: StoreError) {
    tracing::warn!(%error, "a stream ends because its inbox cannot be read");
}

/// The frame that was made last, for those to whom the same is to be said: after a broadcast, most.
#[derive(Default)]
struct Frames(Option<(Changes, Seen)>);

impl Frames {
    fn of(&mut self, changes: Changes) -> Seen {
        if let Some((of, seen)) = &self.0
            && *of == changes
        {
            return seen.clone();
        }
        let seen = seen(&changes);
        self.0 = Some((changes, seen.clone()));
        seen
    }
}

/// What is said of changes.
pub(super) fn seen(changes: &Changes) -> Seen {
    let (sync, frame, has_news, is_reset) = match changes {
        Changes::Since(sync) => {
            (sync, frame::sync(sync), !(sync.changed.is_empty() && sync.removed.is_empty()), false)
        }
        Changes::Reset(sync) => (sync, frame::reset(sync), true, true),
    };
    let is_too_large = frame.len() > MAX_FRAME_BYTES;
    let frame = if is_too_large {
        frame::reset(&Sync { changed: Vec::new(), removed: Vec::new(), ..sync.clone() })
    } else {
        frame
    };
    Seen {
        frame,
        has_news,
        is_reset: is_reset || is_too_large,
        revision: sync.revision.clone(),
        counts: Arc::new(sync.counts.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::future::join_all;

    use super::{AT_A_TIME, AtWork, Looks};
    use crate::{
        auth::user_id::UserId,
        languages::Languages,
        randomness::{Randomness, test::CountedRandomness},
        store::{Look, ProjectKey, StreamStore, UserRef, sqlite::SqliteStore},
    };

    fn look(number: usize) -> Look {
        let user = UserRef { project: ProjectKey(1), user: UserId::trusted(&format!("user-{number}")) };
        Look { user, since: "nonsense".to_owned(), languages: Languages::ANY }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn whoever_looks_is_answered_and_nobody_stays_at_work() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bell.db");
        let store =
            SqliteStore::open_or_create(&path, &CountedRandomness::default(), Box::new(|_, _| ())).unwrap();
        let store: Arc<dyn StreamStore> = Arc::new(store);
        let randomness: Arc<dyn Randomness> = Arc::new(CountedRandomness::default());
        let looks = Arc::new(Looks::default());
        for number in [1, 2, 3, AT_A_TIME, 20 * AT_A_TIME] {
            let tasks = (0..number).map(|number| {
                let (looks, store, randomness) =
                    (Arc::clone(&looks), Arc::clone(&store), Arc::clone(&randomness));
                tokio::spawn(async move { looks.look(look(number), &store, &randomness).await })
            });
            let seen = join_all(tasks).await;
            assert!(seen.into_iter().all(|seen| seen.unwrap().is_some_and(|seen| seen.has_news)));
        }
        // One that panicked is replaced.
        looks.lock().at_work += 1;
        drop(AtWork(&looks));
        assert!(looks.look(look(0), &store, &randomness).await.is_some());
        assert!(looks.lock().looks.is_empty());
        // The last one may still be on its way to its end.
        while looks.lock().at_work > 0 {
            tokio::task::yield_now().await;
        }
    }
}

//! How the ring of session keys is renewed: a new key every month, or when somebody asks for one.

use std::time::Duration;

use notification_bell_protocol::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use super::session_keys::{SessionKeys, SessionKeysError};
use crate::{
    clock::Clock,
    randomness::Randomness,
    store::{Actor, AuditAction, AuditEntry},
};

const HOUR_MS: i64 = 3_600_000;
/// A key makes tokens for so long.
const MAKES_TOKENS_FOR_MS: i64 = 30 * 24 * HOUR_MS;
/// No token lives longer.
const LONGEST_TOKEN_MS: i64 = HOUR_MS;
/// A process that missed the news goes on with the old key until it looks again, and clocks differ.
const MARGIN_MS: i64 = 2 * HOUR_MS;
/// How often it is looked whether something is due.
const LOOK_EVERY: Duration = Duration::from_hours(1);

/// Until when a key may have to verify a token, if its successor was made at this time.
#[must_use]
pub const fn verifies_until(successor_created_at: Timestamp) -> Timestamp {
    successor_created_at.plus_ms(LONGEST_TOKEN_MS + MARGIN_MS)
}

impl SessionKeys {
    /// Makes a key if there is none, or the newest has made tokens for a month: of several processes, one makes it.
    ///
    /// # Errors
    /// A store that fails, or a master key that does not open what is kept.
    pub async fn keep_one(
        &self,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
    ) -> Result<(), SessionKeysError> {
        let now = clock.now();
        let key = self.fresh(now, randomness)?;
        let due_before = now.plus_ms(-MAKES_TOKENS_FOR_MS);
        let audit = AuditEntry::new(now, Actor::Server, AuditAction::SessionKeyRotated).about(&key.id);
        self.store().add_session_key_if_newest_is_older_than(due_before, key, audit).await?;
        self.reload().await
    }

    /// Removes the keys that no living token can have been made with.
    ///
    /// # Errors
    /// As for [`keep_one`](Self::keep_one).
    pub async fn remove_outlived(&self, clock: &dyn Clock) -> Result<(), SessionKeysError> {
        let succeeded_before = clock.now().plus_ms(-LONGEST_TOKEN_MS - MARGIN_MS);
        let removed = self.store().remove_session_keys_succeeded_before(succeeded_before).await?;
        if removed > 0 {
            tracing::info!(removed, "old session keys were removed");
        }
        self.reload().await
    }

    /// Makes a new key now; `end_sessions` removes all the others, and with them every session. Gives its `kid`.
    ///
    /// # Errors
    /// As for [`keep_one`](Self::keep_one).
    pub async fn rotate(
        &self,
        end_sessions: bool,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
        actor: Actor,
    ) -> Result<String, SessionKeysError> {
        let now = clock.now();
        let key = self.fresh(now, randomness)?;
        let id = key.id.clone();
        let audit = AuditEntry::new(now, actor, AuditAction::SessionKeyRotated)
            .about(&id)
            .with("endSessions", end_sessions);
        self.store().add_session_key(key, end_sessions, audit).await?;
        self.reload().await?;
        Ok(id)
    }

    /// Does what is due, now and every hour, until it is dropped.
    pub async fn keep_fresh(&self, clock: &dyn Clock, randomness: &dyn Randomness) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let done = async {
                self.keep_one(clock, randomness).await?;
                self.remove_outlived(clock).await
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "the session keys could not be renewed");
            }
        }
    }
}

#[cfg(test)]
pub(super) mod test {
    use std::sync::Arc;

    use super::{HOUR_MS, LONGEST_TOKEN_MS, MAKES_TOKENS_FOR_MS, MARGIN_MS};
    use crate::{
        auth::{master_key::MasterKey, session_keys::SessionKeys},
        clock::test::SetClock,
        randomness::test::CountedRandomness,
        store::{Actor, Store, sqlite::SqliteStore},
    };

    /// A database that several processes work on.
    pub(crate) struct Bench {
        _folder: tempfile::TempDir,
        store: Arc<dyn Store>,
        clock: SetClock,
        randomness: CountedRandomness,
    }

    impl Bench {
        pub(crate) fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let randomness = CountedRandomness::default();
            let store =
                SqliteStore::open_or_create(&folder.path().join("bell.db"), &randomness, Box::new(|_, _| ()))
                    .unwrap();
            Self {
                _folder: folder,
                store: Arc::new(store),
                clock: SetClock::at(1_800_000_000_000),
                randomness,
            }
        }

        /// A process that has started.
        pub(crate) async fn server(&self) -> SessionKeys {
            let keys = self.stranger().await;
            keys.keep_one(&self.clock, &self.randomness).await.unwrap();
            keys
        }

        /// Another process makes a new key; its `kid`.
        pub(crate) async fn rotate(&self, end_sessions: bool) -> String {
            self.stranger()
                .await
                .rotate(end_sessions, &self.clock, &self.randomness, Actor::CommandLine)
                .await
                .unwrap()
        }

        async fn stranger(&self) -> SessionKeys {
            let master_key = MasterKey::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
            SessionKeys::load(Arc::clone(&self.store), Arc::new(master_key)).await.unwrap()
        }

        async fn kept(&self) -> Vec<String> {
            self.store.session_keys().await.unwrap().into_iter().map(|key| key.id).collect()
        }
    }

    #[tokio::test]
    async fn a_key_makes_tokens_for_a_month_and_verifies_until_they_have_ended() {
        let bench = Bench::new();
        let keys = bench.server().await;
        let first = keys.newest().unwrap().id.clone();
        bench.clock.advance(MAKES_TOKENS_FOR_MS);
        keys.keep_one(&bench.clock, &bench.randomness).await.unwrap();
        assert_eq!(keys.newest().unwrap().id, first, "a month to the millisecond is not over yet");
        bench.clock.advance(1);
        keys.keep_one(&bench.clock, &bench.randomness).await.unwrap();
        let second = keys.newest().unwrap().id.clone();
        assert_ne!(second, first);

        bench.clock.advance(LONGEST_TOKEN_MS + MARGIN_MS);
        keys.remove_outlived(&bench.clock).await.unwrap();
        assert!(keys.has(&first));
        bench.clock.advance(1);
        keys.remove_outlived(&bench.clock).await.unwrap();
        assert!(!keys.has(&first));
        assert_eq!(bench.kept().await, [second]);
    }

    #[tokio::test]
    async fn of_processes_that_find_a_key_due_one_makes_it() {
        let bench = Bench::new();
        let servers = futures_util::future::join_all((0..5).map(|_| bench.server())).await;
        assert_eq!(bench.kept().await.len(), 1);
        bench.clock.advance(MAKES_TOKENS_FOR_MS + HOUR_MS);
        let renewed = servers.iter().map(|keys| keys.keep_one(&bench.clock, &bench.randomness));
        futures_util::future::join_all(renewed).await;
        let kept = bench.kept().await;
        assert_eq!(kept.len(), 2);
        assert!(servers.iter().all(|keys| keys.newest().unwrap().id == kept[0]));
    }

    #[tokio::test]
    async fn a_rotated_key_still_verifies_unless_the_sessions_are_to_end() {
        let bench = Bench::new();
        let keys = bench.server().await;
        let first = keys.newest().unwrap().id.clone();
        let second = bench.rotate(false).await;
        keys.reload().await.unwrap();
        assert!(keys.has(&first) && keys.newest().unwrap().id == second);
        let third = bench.rotate(true).await;
        assert_eq!(bench.kept().await, [third]);
    }
}

//! What simulated processes share: how often each inbox has changed and which sessions have ended, and when.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};

use super::{World, reader::Reader};
use crate::store::{CUT_OFF_LASTS, CutOffStore, StoreError, UserRef};

/// How many changes of an inbox, and of what all inboxes share, are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    own: usize,
    shared: usize,
}

#[derive(Default)]
struct State {
    /// Of each inbox, how old the database was when it changed, or when streams could first be expected to see it.
    own: HashMap<UserRef, Vec<Duration>>,
    shared: Vec<Duration>,
    sessions: HashMap<String, (UserRef, Option<Duration>)>,
    /// Who says that it is cut off, and until when that counts.
    cut_off: HashMap<u64, Instant>,
    /// How long it has answered.
    age: Duration,
    paused_until: Option<Instant>,
}

#[derive(Default)]
pub(super) struct Database {
    state: Mutex<State>,
    looks: AtomicU64,
}

impl Database {
    pub(super) async fn change(&self, world: &World, user: &UserRef, late: Duration) {
        self.answer(world).await;
        let mut state = self.lock();
        let age = state.age + late;
        state.own.entry(user.clone()).or_default().push(age);
    }

    pub(super) async fn change_all(&self, world: &World, late: Duration) {
        self.answer(world).await;
        let mut state = self.lock();
        let age = state.age + late;
        state.shared.push(age);
    }

    pub(super) async fn begin_session(&self, world: &World, user: &UserRef) -> String {
        self.answer(world).await;
        let mut state = self.lock();
        let session_id = format!("s{}", state.sessions.len());
        state.sessions.insert(session_id.clone(), (user.clone(), None));
        session_id
    }

    /// Ends one of the user's; none if there is none.
    pub(super) async fn end_a_session(
        &self,
        world: &World,
        user: &UserRef,
        late: Duration,
    ) -> Option<String> {
        self.answer(world).await;
        let mut state = self.lock();
        let age = state.age + late;
        let mut of_user: Vec<_> =
            state.sessions.iter_mut().filter(|(_, (of, ended))| of == user && ended.is_none()).collect();
        of_user.sort_by_key(|(session_id, _)| *session_id);
        let (session_id, (_, ended)) = of_user.into_iter().next()?;
        *ended = Some(age);
        Some(session_id.clone())
    }

    pub(super) async fn is_valid(&self, world: &World, session_id: &str) -> bool {
        self.answer(world).await;
        self.lock().sessions[session_id].1.is_none()
    }

    /// What has changed so far. What comes meanwhile may be in it or not.
    pub(super) async fn look(&self, world: &World, user: &UserRef) -> Seen {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.answer(world).await;
        let seen = {
            let state = self.lock();
            Seen { own: state.own.get(user).map_or(0, Vec::len), shared: state.shared.len() }
        };
        world.take_up_to(10).await;
        seen
    }

    /// Whether a process's word that it is cut off counts for so long.
    pub(super) fn says_cut_off(&self, process: u64, for_another: Duration) -> bool {
        self.lock().cut_off.get(&process).is_some_and(|until| *until >= Instant::now() + for_another)
    }

    /// Answers nobody for a while.
    pub(super) fn pause(&self, time: Duration) {
        self.lock().paused_until = Some(Instant::now() + time);
    }

    pub(super) fn grow_older(&self, time: Duration) {
        let mut state = self.lock();
        if state.paused_until.is_none_or(|until| until <= Instant::now()) {
            state.age += time;
        }
    }

    pub(super) fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }

    /// How long there has been something that a stream has not seen.
    pub(super) fn behind(&self, reader: &Reader) -> Option<Duration> {
        let (seen, opened_at) = reader.seen()?;
        let state = self.lock();
        let own = state.own.get(&reader.user).and_then(|changes| changes.get(seen.own));
        let since = own.into_iter().chain(state.shared.get(seen.shared)).min()?;
        // One that was opened later could not have seen it before.
        Some(state.age.saturating_sub((*since).max(opened_at)))
    }

    /// How long ago the session of a stream was ended.
    pub(super) fn ended_for(&self, reader: &Reader) -> Option<Duration> {
        let (session_id, opened_at) = reader.session()?;
        let state = self.lock();
        let ended_at = state.sessions[&session_id].1?;
        Some(state.age.saturating_sub(ended_at.max(opened_at)))
    }

    pub(super) fn age(&self) -> Duration {
        self.lock().age
    }

    /// Waits until it answers, and as long as that takes.
    async fn answer(&self, world: &World) {
        world.take_up_to(10).await;
        loop {
            let paused_until = self.lock().paused_until;
            match paused_until.filter(|until| *until > Instant::now()) {
                Some(until) => sleep_until(until).await,
                None => return,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// The database as a process asks it who is cut off. It may outlive the world by what is under way.
pub(super) struct Words(pub(super) Weak<World>);

#[async_trait]
impl CutOffStore for Words {
    async fn say_cut_off(&self, process: u64, is_cut_off: bool) -> Result<(), StoreError> {
        let world = self.0.upgrade().ok_or(StoreError::Closed)?;
        world.database.answer(&world).await;
        let words = &mut world.database.lock().cut_off;
        if is_cut_off {
            words.insert(process, Instant::now() + CUT_OFF_LASTS);
        } else {
            words.remove(&process);
        }
        Ok(())
    }

    async fn is_one_cut_off(&self, but: u64) -> Result<bool, StoreError> {
        let world = self.0.upgrade().ok_or(StoreError::Closed)?;
        world.database.answer(&world).await;
        let words = &world.database.lock().cut_off;
        Ok(words.iter().any(|(process, until)| *process != but && *until > Instant::now()))
    }
}

//! What simulated processes share: the inboxes, and which sessions have ended, and when.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use notification_bell_protocol::Revision;
use tokio::time::{Instant, sleep_until};

use super::{
    PROJECT, World,
    inbox::{Content, Deed, Inbox, notification},
    reader::Reader,
};
use crate::{
    hub::{Wake, exchange::words::Words},
    store::{Changes, Step, StoreError, UserRef, revision::Incarnation, step::Raised},
};

struct State {
    incarnation: Incarnation,
    inboxes: HashMap<UserRef, Inbox>,
    /// How old the database was when what all inboxes share changed, as in [`Inbox::ages`].
    shared: Vec<Duration>,
    notifications: u64,
    sessions: HashMap<String, (UserRef, Option<Duration>)>,
    /// How long it has answered.
    age: Duration,
    paused_until: Option<Instant>,
    /// Whoever asks meanwhile is refused, and does not wait.
    refuses: bool,
}

pub(super) struct Database {
    state: Mutex<State>,
    looks: AtomicU64,
    pub(super) words: Words,
}

/// It does not answer now.
fn refusal() -> StoreError {
    StoreError::Database("it refuses".into())
}

impl Database {
    pub(super) fn new(users: impl Iterator<Item = UserRef>) -> Self {
        let incarnation = Incarnation::from_random(1);
        let inboxes = users.map(|user| (user, Inbox::new(&incarnation))).collect();
        let state = State {
            incarnation,
            inboxes,
            shared: Vec::new(),
            notifications: 0,
            sessions: HashMap::new(),
            age: Duration::ZERO,
            paused_until: None,
            refuses: false,
        };
        Self { state: Mutex::new(state), looks: AtomicU64::new(0), words: Words::default() }
    }

    /// A notification for a user; what wakes those it concerns.
    pub(super) async fn send(
        &self,
        world: &World,
        user: &UserRef,
        late: Duration,
    ) -> Result<Wake, StoreError> {
        self.answer(world).await?;
        let mut state = self.lock();
        state.notifications += 1;
        let (age, new) = (state.age + late, notification(state.notifications, world.now()));
        let incarnation = state.incarnation.clone();
        let own = state.inbox(user).receive(&new, age);
        Ok(Wake::Received(user.clone(), Step::new(incarnation, Raised::Own(own), new)))
    }

    /// One for everybody.
    pub(super) async fn send_to_all(&self, world: &World, late: Duration) -> Result<Wake, StoreError> {
        self.answer(world).await?;
        let mut state = self.lock();
        state.notifications += 1;
        let (age, new) = (state.age + late, notification(state.notifications, world.now()));
        state.shared.push(age);
        let shared = i64::try_from(state.shared.len()).unwrap();
        state.inboxes.values_mut().for_each(|inbox| inbox.share(&new, shared));
        let step = Step::new(state.incarnation.clone(), Raised::Shared(shared), new);
        Ok(Wake::ReceivedByAll(PROJECT, step))
    }

    /// A user does something to some item; nothing if that changes nothing.
    pub(super) async fn act(
        &self,
        world: &World,
        user: &UserRef,
        deed: Deed,
        late: Duration,
    ) -> Result<Option<Wake>, StoreError> {
        self.answer(world).await?;
        let (number, now) = (world.below(1 << 30), world.now());
        let mut state = self.lock();
        let age = state.age + late;
        Ok(state.inbox(user).act(deed, number, now, age).then(|| Wake::Changed(user.clone())))
    }

    pub(super) async fn begin_session(&self, world: &World, user: &UserRef) -> Result<String, StoreError> {
        self.answer(world).await?;
        let mut state = self.lock();
        let session_id = format!("s{}", state.sessions.len());
        state.sessions.insert(session_id.clone(), (user.clone(), None));
        Ok(session_id)
    }

    /// Ends one of the user's; none if there is none.
    pub(super) async fn end_a_session(
        &self,
        world: &World,
        user: &UserRef,
        late: Duration,
    ) -> Result<Option<Wake>, StoreError> {
        self.answer(world).await?;
        let mut state = self.lock();
        let age = state.age + late;
        let mut of_user: Vec<_> =
            state.sessions.iter_mut().filter(|(_, (of, ended))| of == user && ended.is_none()).collect();
        of_user.sort_by_key(|(session_id, _)| *session_id);
        let Some((session_id, (_, ended))) = of_user.into_iter().next() else { return Ok(None) };
        *ended = Some(age);
        Ok(Some(Wake::SessionEnded { user: user.clone(), session_id: session_id.clone() }))
    }

    pub(super) async fn is_valid(&self, world: &World, session_id: &str) -> Result<bool, StoreError> {
        self.answer(world).await?;
        Ok(self.lock().sessions[session_id].1.is_none())
    }

    /// The list, and the state that it is of.
    pub(super) async fn list(
        &self,
        world: &World,
        user: &UserRef,
    ) -> Result<(Content, Revision), StoreError> {
        self.answer(world).await?;
        let listed = {
            let mut state = self.lock();
            let inbox = state.inbox(user);
            (inbox.content().clone(), inbox.revision())
        };
        world.take_up_to(10).await;
        Ok(listed)
    }

    /// What has changed in an inbox, read at this moment.
    pub(super) fn changes(&self, user: &UserRef, since: &str) -> Changes {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.lock().inbox(user).changes(since)
    }

    /// What is there now.
    pub(super) fn content(&self, user: &UserRef) -> Content {
        self.lock().inbox(user).content().clone()
    }

    /// What is there at a revision.
    pub(super) fn content_at(&self, user: &UserRef, revision: &Revision) -> Content {
        self.lock().inbox(user).at(revision)
    }

    /// Answers nobody for a while: whoever asks waits, or is refused.
    pub(super) fn pause(&self, time: Duration, refuses: bool) {
        let mut state = self.lock();
        state.paused_until = Some(Instant::now() + time);
        state.refuses = refuses;
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

    /// How long there has been something that a client has not heard.
    pub(super) fn behind(&self, reader: &Reader) -> Option<Duration> {
        let (revision, opened_at) = reader.heard()?;
        let mut state = self.lock();
        let heard = state.incarnation.state_numbers(&revision).expect("it was heard of this database");
        let next = |number: i64| usize::try_from(number).unwrap();
        let shared = state.shared.get(next(heard.shared)).copied();
        let own = state.inbox(&reader.user).ages.get(next(heard.own)).copied();
        let since = own.into_iter().chain(shared).min()?;
        // One that was opened later could not have heard it before.
        Some(state.age.saturating_sub(since.max(opened_at)))
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
    pub(super) async fn answer(&self, world: &World) -> Result<(), StoreError> {
        world.take_up_to(10).await;
        loop {
            let (paused_until, refuses) = {
                let state = self.lock();
                (state.paused_until.filter(|until| *until > Instant::now()), state.refuses)
            };
            match paused_until {
                Some(_) if refuses => return Err(refusal()),
                Some(until) => sleep_until(until).await,
                None => return Ok(()),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn inbox(&mut self, user: &UserRef) -> &mut Inbox {
        self.inboxes.get_mut(user).expect("the users are known from the beginning")
    }
}

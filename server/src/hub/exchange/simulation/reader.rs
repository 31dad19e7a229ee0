//! A simulated reader: follows a stream at one process after the other, and in one session after the other, from where
//! it was. It is cut at times, and at times slow.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use notification_bell_protocol::Revision;
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, sleep, timeout_at},
};

use super::{
    World,
    client::{Client, Heard},
    inbox::Content,
    node::Refusal,
};
use crate::store::UserRef;

/// The lives of tokens, while things go wrong.
const TOKEN_LIVES_MIN_S: u64 = 30;
const TOKEN_LIVES_MAX_S: u64 = 300;
/// Later, none ends any more.
const TOKEN_LIVES_ON_S: u64 = 3_600;
/// A stream is cut sooner than that, or not at all.
const CUT_WITHIN_MS: u64 = 180_000;
const NEVER: Duration = Duration::from_hours(1);

pub(super) struct Reader {
    pub(super) user: UserRef,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    client: Client,
    /// While a stream is open and read: since when, as the database counts.
    opened_at: Option<Duration>,
    session_id: Option<String>,
    counted: Counted,
}

/// How often something happened to a reader.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    pub(super) streams: u64,
    /// Events of a stream that began where another one had ended.
    pub(super) replays: u64,
    pub(super) events: u64,
    pub(super) resets: u64,
}

impl Counted {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            streams: self.streams + other.streams,
            replays: self.replays + other.replays,
            events: self.events + other.events,
            resets: self.resets + other.resets,
        }
    }
}

impl Reader {
    pub(super) fn open(world: &Arc<World>) -> Arc<Self> {
        let reader = Arc::new(Self { user: world.any_user(), state: Mutex::default() });
        let (world, reading) = (Arc::clone(world), Arc::clone(&reader));
        tokio::spawn(async move { reading.read(&world).await });
        reader
    }

    /// The revision that was heard last by the open stream, and since when it is open; none while there is no stream.
    pub(super) fn heard(&self) -> Option<(Revision, Duration)> {
        let state = self.lock();
        Some((state.client.revision.clone()?, state.opened_at?))
    }

    /// The session of the open stream, and since when it is open.
    pub(super) fn session(&self) -> Option<(String, Duration)> {
        let state = self.lock();
        Some((state.session_id.clone()?, state.opened_at?))
    }

    /// What it shows, if it has an open stream.
    pub(super) fn content(&self) -> Option<Content> {
        let state = self.lock();
        state.opened_at.map(|_| state.client.content.clone())
    }

    pub(super) fn counted(&self) -> Counted {
        self.lock().counted
    }

    async fn read(&self, world: &Arc<World>) {
        loop {
            let Ok(session_id) = world.database.begin_session(world, &self.user).await else {
                world.take_up_to(1_000).await;
                continue;
            };
            self.lock().session_id = Some(session_id.clone());
            let lives_s = if world.is_calm() {
                TOKEN_LIVES_ON_S
            } else {
                TOKEN_LIVES_MIN_S + world.below(TOKEN_LIVES_MAX_S - TOKEN_LIVES_MIN_S)
            };
            let ends_at = world.now().plus_ms(i64::try_from(lives_s * 1_000).unwrap());
            loop {
                self.stay_away(world).await;
                if self.lock().client.revision.is_none() {
                    let Ok((content, revision)) = world.database.list(world, &self.user).await else {
                        continue;
                    };
                    self.lock().client.load(content, revision);
                }
                let Some(node) = world.any_node() else { continue };
                let since = self.lock().client.revision.clone();
                let opening = node.open(world, &self.user, &session_id, since, ends_at);
                drop::<Arc<_>>(node);
                match opening.await {
                    Ok(frames) => self.follow(world, frames).await,
                    Err(Refusal::Session) => break,
                    Err(Refusal::Failure) => {}
                }
            }
        }
    }

    /// As long as the stream that ended has asked for, or for a while.
    async fn stay_away(&self, world: &World) {
        let asked_ms = self.lock().client.retry_ms.take();
        match asked_ms {
            Some(asked_ms) => sleep(Duration::from_millis(asked_ms)).await,
            None => world.take_up_to(1_000).await,
        }
    }

    /// Takes what the stream says until it ends, is cut, or asks for the list to be loaded again.
    async fn follow(&self, world: &World, mut frames: Receiver<Bytes>) {
        let is_cut = !world.is_calm() && world.below(2) == 0;
        let lasts = if is_cut { Duration::from_millis(world.below(CUT_WITHIN_MS)) } else { NEVER };
        let ends_at = Instant::now() + lasts;
        self.lock().opened_at = Some(world.database.age());
        self.lock().counted.streams += 1;
        let mut is_first = true;
        while let Ok(Some(frame)) = timeout_at(ends_at, frames.recv()).await {
            if self.take(world, &frame, &mut is_first) == Heard::Reset {
                break;
            }
            if !world.is_calm() && world.below(30) == 0 {
                // What was not taken in this time could not have been heard.
                self.lock().opened_at = None;
                world.take_up_to(10_000).await;
                self.lock().opened_at = Some(world.database.age());
            }
        }
        self.lock().opened_at = None;
    }

    /// Whatever it is told, it shows what the database had at that revision: all of it, and the numbers of it.
    fn take(&self, world: &World, frame: &[u8], is_first: &mut bool) -> Heard {
        let mut state = self.lock();
        let heard = state.client.take(frame);
        match heard {
            Heard::State => {
                let State { client, counted, .. } = &mut *state;
                let revision = client.revision.as_ref().unwrap();
                let there = world.database.content_at(&self.user, revision);
                assert_eq!(client.content, there, "seed {}: at {revision}", world.seed);
                counted.events += 1;
                counted.replays += u64::from(std::mem::take(is_first));
            }
            Heard::Reset => state.counted.resets += 1,
            Heard::Other => {}
        }
        heard
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

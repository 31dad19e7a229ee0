//! A simulated client: a stream at one process after the other, and in one session after the other.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

use super::{World, database::Seen, node::Node};
use crate::{
    hub::{Subscription, signal::Woken},
    store::UserRef,
};

/// As a stream does.
const HEARD_WITHIN: Duration = Duration::from_millis(100);

pub(super) struct Reader {
    pub(super) user: UserRef,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Seen,
    /// While a stream is open: since when, as the database counts.
    opened_at: Option<Duration>,
    session_id: Option<String>,
}

/// Why a stream is open no more.
enum End {
    Process,
    Session,
}

impl Reader {
    pub(super) fn open(world: &Arc<World>) -> Arc<Self> {
        let reader = Arc::new(Self { user: world.any_user(), state: Mutex::default() });
        let (world, reading) = (Arc::clone(world), Arc::clone(&reader));
        tokio::spawn(async move { reading.read(&world).await });
        reader
    }

    /// What the open stream has seen, and since when it is open; none while there is no stream.
    pub(super) fn seen(&self) -> Option<(Seen, Duration)> {
        let state = self.state.lock().unwrap();
        Some((state.seen, state.opened_at?))
    }

    /// The session of the open stream, and since when it is open.
    pub(super) fn session(&self) -> Option<(String, Duration)> {
        let state = self.state.lock().unwrap();
        Some((state.session_id.clone()?, state.opened_at?))
    }

    async fn read(&self, world: &World) {
        loop {
            let session_id = world.database.begin_session(world, &self.user).await;
            self.state.lock().unwrap().session_id = Some(session_id.clone());
            loop {
                world.take_up_to(1_000).await;
                let Some(node) = world.any_node() else { continue };
                let Ok(subscription) = node.hub.subscribe(&self.user, &session_id) else { continue };
                let life = node.life();
                self.state.lock().unwrap().opened_at = Some(world.database.age());
                drop::<Arc<Node>>(node);
                let end = self.follow(world, &subscription, life, &session_id).await;
                self.state.lock().unwrap().opened_at = None;
                if matches!(end, End::Session) {
                    break;
                }
            }
        }
    }

    async fn follow(
        &self,
        world: &World,
        subscription: &Subscription,
        mut life: watch::Receiver<()>,
        session_id: &str,
    ) -> End {
        tokio::select! {
            biased;
            _ = life.changed() => End::Process,
            end = self.stream(world, subscription, session_id) => end,
        }
    }

    async fn stream(&self, world: &World, subscription: &Subscription, session_id: &str) -> End {
        if subscription.is_unheard() {
            let _ = timeout(HEARD_WITHIN, subscription.troubled()).await;
        }
        if !world.database.is_valid(world, session_id).await {
            return End::Session;
        }
        loop {
            let seen = world.database.look(world, &self.user).await;
            self.state.lock().unwrap().seen = seen;
            match subscription.woken().await {
                Woken::Changed => {}
                Woken::Doubted if world.database.is_valid(world, session_id).await => {}
                Woken::Doubted | Woken::Ended => return End::Session,
                Woken::Draining => return End::Process,
            }
        }
    }
}

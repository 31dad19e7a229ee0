//! The bus lived through: a few processes over a database, on a network with whims, in simulated time.
//!
//! Processes are killed and come back, stop in order, lose their network, hang on it or go deaf, and the database pauses.
//! What is simulated is everything around the bus: the hub, the exchange and its channels are the real ones, and a
//! stream is reduced to what it does with them. All along, nobody may be behind for longer than the bus promises, and at
//! the end nobody may look without a reason.
//!
//! Chance comes from a seed that is said when something is wrong. Only the order in which a map is walked is left to
//! the system. `BELL_SIMULATION_SEEDS` is how many lives are lived through, one after the other.

mod broker;
mod database;
mod node;
mod reader;

use std::{
    env, ptr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{broker::Broker, database::Database, node::Node, reader::Reader};
use super::{LOOK_ANYWAY, weather::Weather};
use crate::{
    auth::user_id::UserId,
    hub::Wake,
    randomness::{Randomness, test::CountedRandomness},
    store::{ProjectKey, UserRef},
};

const PROJECT: ProjectKey = ProjectKey(1);
const NODES: usize = 3;
const USERS: u64 = 5;
const READERS: usize = 9;
/// How long things go wrong; then they are mended, and calm down.
const TROUBLED: Duration = Duration::from_mins(10);
/// Longer than one that was killed is missed, or its word counts that it is cut off, and than the longest trouble.
const CALMING: Duration = Duration::from_mins(6);
const CALM: Duration = Duration::from_secs(30);
/// Behind a change for no longer, counting only while the database answers: seven seconds until a process that says
/// nothing is missed, one until that is seen, three for everybody to look, and what the looks and the network take.
const BEHIND_MAX: Duration = Duration::from_secs(13);
/// So much later, if the others look because they have read that the process is cut off: fifteen seconds until they do.
const READ_WITHIN: Duration = Duration::from_secs(18);
/// In a session that was ended for no longer: then, each fifth time only looks at sessions too.
const ENDED_MAX: Duration = Duration::from_secs(26);

/// All there is, and chance.
struct World {
    randomness: CountedRandomness,
    broker: Broker,
    database: Database,
    nodes: Mutex<Vec<Option<Arc<Node>>>>,
}

impl World {
    fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            randomness: CountedRandomness::seeded(seed),
            broker: Broker::new(seed),
            database: Database::default(),
            nodes: Mutex::new((0..NODES).map(|_| None).collect()),
        })
    }

    fn below(&self, bound: u64) -> u64 {
        (&self.randomness as &dyn Randomness).below(bound)
    }

    /// Something that takes a while, and no two times the same.
    async fn take_up_to(&self, most_ms: u64) {
        sleep(Duration::from_millis(self.below(most_ms))).await;
    }

    fn any_user(&self) -> UserRef {
        UserRef { project: PROJECT, user: UserId::trusted(&format!("u{}", self.below(USERS))) }
    }

    /// A process that runs; none if the one that chance has named is down.
    fn any_node(&self) -> Option<Arc<Node>> {
        let place = usize::try_from(self.below(NODES as u64)).unwrap();
        self.nodes.lock().unwrap()[place].clone()
    }

    async fn start(self: &Arc<Self>, place: usize) {
        let node = Node::start(self, place);
        // Most come when the network is there. One that comes without is unknown to the others.
        if self.below(4) > 0 {
            node.connected().await;
        }
        self.nodes.lock().unwrap()[place] = Some(node);
    }

    /// How much later than usual others may see what a process changes without telling them: nobody misses one that was
    /// cut off before they began, until they have read that it is. If it is killed before it could say so, they never do.
    fn late(&self, node: &Node) -> Duration {
        let nodes = self.nodes.lock().unwrap();
        let mut others = nodes.iter().flatten().filter(|other| !ptr::eq(Arc::as_ptr(other), node));
        if others.all(|other| other.knows(node)) {
            Duration::ZERO
        } else if self.database.says_cut_off(node.id(), READ_WITHIN) {
            READ_WITHIN
        } else {
            LOOK_ANYWAY
        }
    }

    fn take_out(&self, place: usize) -> Option<Arc<Node>> {
        self.nodes.lock().unwrap()[place].take()
    }

    /// Changes something, at any process, again and again.
    async fn change_things(self: Arc<Self>) {
        loop {
            // Seldom enough that one change does not make up for another that was missed.
            self.take_up_to(8_000).await;
            let Some(node) = self.any_node() else { continue };
            let world = Arc::clone(&self);
            let user = self.any_user();
            let late = self.late(&node);
            // Which may be killed in the middle of it.
            node.work(async move |node| {
                let wake = match world.below(20) {
                    0 => {
                        world.database.change_all(&world, late).await;
                        Wake::Project(PROJECT)
                    }
                    1 => match world.database.end_a_session(&world, &user, late).await {
                        Some(session_id) => Wake::SessionEnded { user, session_id },
                        None => return,
                    },
                    _ => {
                        world.database.change(&world, &user, late).await;
                        Wake::Changed(user)
                    }
                };
                world.take_up_to(20).await;
                node.publish(wake).await;
            });
        }
    }

    /// Has things go wrong, one after the other and at times together.
    async fn make_trouble(self: Arc<Self>) {
        loop {
            self.take_up_to(15_000).await;
            let place = usize::try_from(self.below(NODES as u64)).unwrap();
            let world = Arc::clone(&self);
            let lasts_ms = 200 + self.below(12_000);
            let trouble = self.below(8);
            tokio::spawn(async move {
                match trouble {
                    0 => {
                        if let Some(node) = world.take_out(place) {
                            // The worst moment: something has changed, and nobody has been told.
                            let late = world.late(&node);
                            world.database.change(&world, &world.any_user(), late).await;
                        }
                        world.take_up_to(8_000).await;
                        world.start(place).await;
                    }
                    1 => {
                        if let Some(node) = world.take_out(place) {
                            node.stop().await;
                        }
                        world.take_up_to(2_000).await;
                        world.start(place).await;
                    }
                    2 => world.database.pause(Duration::from_millis(lasts_ms)),
                    3 => world.broker.turn(None, Weather::Down, lasts_ms).await,
                    4 => world.broker.turn(Some(place), Weather::Down, lasts_ms).await,
                    5 => world.broker.turn(Some(place), Weather::Hanging, lasts_ms).await,
                    // Longer than one is missed that only falls silent.
                    6 => world.broker.turn(Some(place), Weather::Hanging, 15 * lasts_ms).await,
                    _ => world.broker.turn(Some(place), Weather::Deaf, lasts_ms).await,
                }
            });
        }
    }
}

/// One life, from its beginning to its end.
async fn live(seed: u64) {
    let world = World::new(seed);
    for place in 0..NODES {
        world.start(place).await;
    }
    let readers: Vec<_> = (0..READERS).map(|_| Reader::open(&world)).collect();
    let mut going_on = JoinSet::new();
    going_on.spawn(Arc::clone(&world).make_trouble());
    going_on.spawn(Arc::clone(&world).change_things());
    watch(&world, &readers, TROUBLED, seed).await;
    // No trouble and no change from here on. What is under way comes to its end.
    going_on.shutdown().await;
    watch(&world, &readers, CALMING, seed).await;
    let looks = world.database.looks();
    sleep(CALM).await;
    for reader in &readers {
        let behind = world.database.behind(reader);
        assert!(behind.is_none(), "seed {seed}: a stream has never heard of a change: {behind:?}");
    }
    let looks = world.database.looks() - looks;
    assert!(looks <= READERS as u64, "seed {seed}: {looks} looks where nothing has changed");
}

/// Sees to it that nobody is behind for too long.
async fn watch(world: &World, readers: &[Arc<Reader>], time: Duration, seed: u64) {
    let ends_at = Instant::now() + time;
    while Instant::now() < ends_at {
        sleep(Duration::from_millis(100)).await;
        world.database.grow_older(Duration::from_millis(100));
        for reader in readers {
            if let Some(behind) = world.database.behind(reader) {
                assert!(behind <= BEHIND_MAX, "seed {seed}: a stream is {behind:?} behind");
            }
            if let Some(ended) = world.database.ended_for(reader) {
                assert!(ended <= ENDED_MAX, "seed {seed}: a session was ended {ended:?} ago");
            }
        }
    }
}

#[test]
fn nobody_is_behind_for_long_whatever_happens_to_processes_network_and_database() {
    let seeds =
        env::var("BELL_SIMULATION_SEEDS").map_or(5, |seeds| seeds.parse().expect("a number of seeds"));
    for seed in 0..seeds {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(live(seed));
    }
}

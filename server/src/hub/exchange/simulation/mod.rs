//! The bus lived through: a few processes over a database, on a network with whims, in simulated time.
//!
//! Processes are killed and come back, stop in order, lose their network, hang on it or go deaf, and the database pauses.
//! What is simulated is everything around the bus and the streams, which are the real ones: the database, the network,
//! and the clients. A client keeps what it is told, comes back from the revision that it heard last, to whichever
//! process, is cut, is slow, and outlives its sessions. Whatever it hears, it then shows what the database had at that
//! revision, every item and every number of it; all along, nobody may be behind for longer than the bus promises; and in the
//! end everybody shows what is there, and nobody looks without a reason.
//!
//! Chance comes from a seed that is said when something is wrong. Only the order in which a map is walked is left to
//! the system. `BELL_SIMULATION_SEEDS` is how many lives are lived through, one after the other, from the seed
//! `BELL_SIMULATION_FIRST` on.

mod access;
mod broker;
mod changes;
mod client;
mod database;
mod inbox;
mod node;
mod reader;
mod troubles;

use std::{
    env,
    path::Path,
    ptr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use notification_bell_protocol::Timestamp;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{
    broker::Broker,
    database::Database,
    node::Node,
    reader::{Counted, Reader},
};
use super::LOOK_ANYWAY;
use crate::{
    auth::{master_key::MasterKey, session_keys::SessionKeys, user_id::UserId},
    clock::{Clock, test::SetClock},
    randomness::{Randomness, test::CountedRandomness},
    store::{ProjectKey, Store, UserRef, sqlite::SqliteStore},
};

const PROJECT: ProjectKey = ProjectKey(1);
const PROJECT_ID: &str = "project";
const NOW: i64 = 1_800_000_000_000;
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

/// The time of day, in simulated time.
#[derive(Clone, Copy)]
struct WorldClock {
    began: Instant,
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(NOW).plus_ms(i64::try_from(self.began.elapsed().as_millis()).unwrap())
    }
}

/// All there is, and chance.
struct World {
    seed: u64,
    randomness: CountedRandomness,
    clock: WorldClock,
    /// The ring of all processes.
    keys: Arc<SessionKeys>,
    /// Nothing goes wrong any more.
    calm: AtomicBool,
    broker: Broker,
    database: Database,
    nodes: Mutex<Vec<Option<Arc<Node>>>>,
}

impl World {
    fn new(seed: u64, keys: &Arc<SessionKeys>) -> Arc<Self> {
        Arc::new(Self {
            seed,
            randomness: CountedRandomness::seeded(seed),
            clock: WorldClock { began: Instant::now() },
            keys: Arc::clone(keys),
            calm: AtomicBool::new(false),
            broker: Broker::new(seed),
            database: Database::new((0..USERS).map(user)),
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

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    fn any_user(&self) -> UserRef {
        user(self.below(USERS))
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
        } else if self.database.words.count_for(node.id(), READ_WITHIN) {
            READ_WITHIN
        } else {
            LOOK_ANYWAY
        }
    }

    fn take_out(&self, place: usize) -> Option<Arc<Node>> {
        self.nodes.lock().unwrap()[place].take()
    }
}

fn user(number: u64) -> UserRef {
    UserRef { project: PROJECT, user: UserId::trusted(&format!("u{number}")) }
}

/// One life, from its beginning to its end.
async fn live(seed: u64, keys: &Arc<SessionKeys>) -> Counted {
    let world = World::new(seed, keys);
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
    world.calm.store(true, Ordering::Relaxed);
    watch(&world, &readers, CALMING, seed).await;
    let looks = world.database.looks();
    sleep(CALM).await;
    for reader in &readers {
        let behind = world.database.behind(reader);
        assert!(behind.is_none(), "seed {seed}: a stream has never heard of a change: {behind:?}");
        let there = world.database.content(&reader.user);
        assert_eq!(reader.content(), Some(there), "seed {seed}: a client shows what is not there");
    }
    let looks = world.database.looks() - looks;
    assert!(looks <= READERS as u64, "seed {seed}: {looks} looks where nothing has changed");
    readers.iter().fold(Counted::default(), |sum, reader| sum.and(reader.counted()))
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

/// A ring with a key, as all processes of all lives have it.
async fn ring(folder: &Path) -> Arc<SessionKeys> {
    let (clock, randomness) = (SetClock::at(NOW), CountedRandomness::default());
    let opened = SqliteStore::open_or_create(&folder.join("bell.db"), &randomness, Box::new(|_, _| ()));
    let store: Arc<dyn Store> = Arc::new(opened.unwrap());
    let master_key = MasterKey::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
    let keys = SessionKeys::load(store, Arc::new(master_key)).await.unwrap();
    keys.keep_one(&clock, &randomness).await.unwrap();
    Arc::new(keys)
}

#[test]
fn everybody_is_told_everything_once_and_soon_whatever_happens_to_processes_network_and_database() {
    let lives =
        env::var("BELL_SIMULATION_SEEDS").map_or(5, |seeds| seeds.parse().expect("a number of seeds"));
    let first = env::var("BELL_SIMULATION_FIRST").map_or(0, |seed| seed.parse().expect("a seed"));
    let folder = tempfile::tempdir().unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build();
    let keys = runtime().unwrap().block_on(ring(folder.path()));
    let mut sum = Counted::default();
    for seed in first..first + lives {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        sum = sum.and(runtime.unwrap().block_on(live(seed, &keys)));
    }
    println!("{lives} lives: {sum:?}");
    let Counted { streams, replays, events, resets } = sum;
    assert!([streams, replays, events, resets].iter().all(|number| *number >= lives), "{sum:?}");
}

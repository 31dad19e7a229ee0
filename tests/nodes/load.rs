//! Senders, readers and users that go on whatever happens, and a check of every acknowledged send, every answered deed and
//! every stream to its end.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notification_bell_tests::{Api, Ledger, Project, Reply, Server, Session, eventually, within};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{interval, timeout},
};

use crate::{
    model::Model,
    reader::{Interruption, Known, Manner, Reader},
    sender::Sender,
    shown::{Shown, Told},
    user::User,
};

pub(crate) const USERS: [&str; 4] = ["a@example.com", "b@example.com", "c@example.com", "d@example.com"];
/// Some of each user's are at each server.
const STREAMS_OF_A_USER: usize = 3;
const READERS: u32 = 12;
const SENDERS: usize = 4;
/// Slow enough that nobody who is away for fifteen seconds has to load the list again.
const PACE: Duration = Duration::from_millis(100);
/// For those who come back when they were asked to, which may be later.
const SLOW_PACE: Duration = Duration::from_millis(200);
/// How soon somebody who was refused comes again.
pub(crate) const AGAIN: Duration = Duration::from_millis(50);
/// To think of something to do, and to do it, takes so much longer than to send.
const DEED_TAKES: f64 = 1.5;
/// Every user has done more, however much was broken.
const DEEDS_MIN: usize = 10;
/// For whatever is broken to be noticed and to heal. Far more than it needs.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What senders and users do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Going,
    Resting,
    Over,
}

/// A load through a balancer.
pub(crate) struct Load {
    project: Project,
    ledger: Arc<Mutex<Ledger>>,
    told: Told,
    acknowledged: watch::Receiver<usize>,
    pace: watch::Sender<Pace>,
    known: Vec<(&'static str, watch::Receiver<Known>)>,
    over: watch::Sender<()>,
    senders: JoinSet<()>,
    users: JoinSet<(&'static str, Model)>,
    readers: JoinSet<Vec<Interruption>>,
}

impl Load {
    /// Opens the streams, and begins to send. Whoever loses a stream comes back at once.
    pub(crate) async fn start(api: &Api, project: &Project) -> Self {
        Self::paced(api, project, PACE, |_| Manner::AtOnce).await
    }

    /// The same, with readers that come back as the element does.
    pub(crate) async fn with_patient_readers(api: &Api, project: &Project) -> Self {
        Self::paced(api, project, SLOW_PACE, Manner::AsTheElement).await
    }

    async fn paced(api: &Api, project: &Project, every: Duration, manner: fn(f64) -> Manner) -> Self {
        let (ledger, told) = (Arc::<Mutex<Ledger>>::default(), Told::default());
        let (ready, mut opened) = mpsc::channel(1);
        let (over, pace) = (watch::Sender::new(()), watch::Sender::new(Pace::Going));
        let (mut readers, mut known) = (JoinSet::new(), Vec::new());
        let streams = USERS.iter().flat_map(|user| [*user; STREAMS_OF_A_USER]);
        for (number, user) in (0_u32..).zip(streams) {
            let session = open(api, project, user).await;
            // Each has its own chance, and none another in the next run.
            let manner = manner(f64::from(number) / f64::from(READERS));
            let shows = watch::Sender::default();
            known.push((user, shows.subscribe()));
            let (told, over, ready) = (told.clone(), over.subscribe(), Some(ready.clone()));
            readers.spawn(Reader { session, user, manner, known: shows, told, over, ready }.read());
        }
        drop(ready);
        within(PATIENCE, "opening all streams", async { while opened.recv().await.is_some() {} }).await;
        let mut users = JoinSet::new();
        for (user, known) in known.iter().step_by(STREAMS_OF_A_USER) {
            let session = open(api, project, user).await;
            let (known, told, pace) = (known.clone(), told.clone(), pace.subscribe());
            users.spawn(
                User { session, name: user, known, told, pace, returned: Vec::new() }
                    .act(every.mul_f64(DEED_TAKES)),
            );
        }
        let (counter, acknowledged) = watch::channel(0);
        let mut senders = JoinSet::new();
        for number in 0..SENDERS {
            let (api, project, ledger) = (api.clone(), project.clone(), Arc::clone(&ledger));
            let sender = Sender { api, project, ledger, counter: counter.clone(), pace: pace.subscribe() };
            senders.spawn(sender.send(number, every));
        }
        Self {
            project: project.clone(),
            ledger,
            told,
            acknowledged,
            pace,
            known,
            over,
            senders,
            users,
            readers,
        }
    }

    /// Waits until so many more sends were acknowledged.
    pub(crate) async fn acknowledged(&self, more: usize) {
        let mut acknowledged = self.acknowledged.clone();
        let number = *acknowledged.borrow_and_update() + more;
        within(PATIENCE, "sending", acknowledged.wait_for(|now| *now >= number))
            .await
            .expect("somebody still sends");
    }

    /// Has senders rest, so that what somebody misses who is away for long is bounded, or go on.
    pub(crate) fn rest(&self, rests: bool) {
        self.pace.send_replace(if rests { Pace::Resting } else { Pace::Going });
    }

    /// Sends and does no more, waits until every stream and every server shows the same, and compares it with what was
    /// acknowledged. Gives the times that each reader was without a stream.
    pub(crate) async fn finish(mut self, nodes: &[Server]) -> Vec<Vec<Interruption>> {
        self.pace.send_replace(Pace::Over);
        within(PATIENCE, "the last answers to senders", all(&mut self.senders)).await;
        let models = within(PATIENCE, "the last answers to users", all(&mut self.users)).await;
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (user, model) in models {
            assert!(model.answered >= DEEDS_MIN, "{user} has done {} things", model.answered);
            let there = self.agreed(user, nodes).await;
            model.assert_holds(&ledger.of(user), &there, user);
        }
        drop(self.over);
        within(PATIENCE, "the readers", all(&mut self.readers)).await
    }

    /// What every server lists and every stream of a user has shown.
    async fn agreed(&self, user: &str, nodes: &[Server]) -> Shown {
        let mut sessions = Vec::new();
        for node in nodes {
            sessions.push(open(node.api(), &self.project, user).await);
        }
        let mut difference = String::new();
        let agreed = timeout(PATIENCE, async {
            let mut again = interval(AGAIN);
            loop {
                again.tick().await;
                let mut shown = Vec::new();
                for session in &sessions {
                    shown.push(self.listed(user, session).await);
                }
                let of_user = self.known.iter().filter(|(of, _)| *of == user);
                shown.extend(of_user.map(|(_, known)| known.borrow().shown.clone()));
                let there = shown.swap_remove(0);
                match shown.iter().find(|shown| **shown != there) {
                    Some(other) => difference = other.difference(&there),
                    None => return there,
                }
            }
        });
        agreed
            .await
            .unwrap_or_else(|_| panic!("servers and streams do not show the same to {user}: {difference}"))
    }

    /// What a server lists. Nothing changes any more, so each page tells the numbers of all items.
    async fn listed(&self, user: &str, session: &Session) -> Shown {
        let page = session.inbox("").await;
        self.told.hear(user, &page);
        let mut shown = Shown { counts: page["counts"].clone(), ..Shown::default() };
        for view in ["all", "archived", "snoozed"] {
            let items = session.all_items(view).await;
            for item in items {
                let id = item["id"].as_str().unwrap();
                // So that it differs from what others show, as long as it does.
                let is_there = shown.items.contains_key(id);
                let id = if is_there { format!("{id}, listed twice") } else { id.to_owned() };
                shown.items.insert(id, item);
            }
        }
        shown
    }
}

async fn all<T: 'static>(tasks: &mut JoinSet<T>) -> Vec<T> {
    let mut outcomes = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        outcomes.push(ended.unwrap());
    }
    outcomes
}

async fn open(api: &Api, project: &Project, user: &str) -> Session {
    let body =
        serde_json::json!({"apiKey": project.api_key, "userId": user, "userHmac": project.proof(user)});
    let grant = eventually(PATIENCE, "a session", async || {
        let request = api.v1(reqwest::Method::POST, "/session").json(&body);
        Reply::attempt(request).await.ok().filter(|reply| reply.status == 200)
    });
    Session::with(api, grant.await.json())
}

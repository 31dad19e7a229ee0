//! Senders and readers that go on whatever happens, and a check of every acknowledged send and every stream to its end.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notification_bell_tests::{Api, Ledger, Project, Reply, Server, Session, eventually, within};
use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::interval,
};

use crate::reader::{Interruption, Manner, Reader};

const USERS: [&str; 4] = ["a@example.com", "b@example.com", "c@example.com", "d@example.com"];
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
/// Each so many sends, one is to everybody.
const EVERYBODY_EACH: usize = 10;
/// For whatever is broken to be noticed and to heal. Far more than it needs.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What senders do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    Going,
    Resting,
    Over,
}

/// How far it has come.
#[derive(Clone)]
pub(crate) enum Phase {
    Sending,
    /// Nothing more is sent: this is all.
    Done(Arc<Ledger>),
}

/// A load through a balancer.
pub(crate) struct Load {
    project: Project,
    ledger: Arc<Mutex<Ledger>>,
    acknowledged: watch::Receiver<usize>,
    pace: watch::Sender<Pace>,
    phase: watch::Sender<Phase>,
    senders: JoinSet<()>,
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

    async fn paced(api: &Api, project: &Project, pace: Duration, manner: fn(f64) -> Manner) -> Self {
        let (phase, ledger) = (watch::Sender::new(Phase::Sending), Arc::<Mutex<Ledger>>::default());
        let (ready, mut opened) = mpsc::channel(1);
        let mut readers = JoinSet::new();
        let users: Vec<&str> = USERS.iter().flat_map(|user| [*user; STREAMS_OF_A_USER]).collect();
        for (number, user) in (0_u32..).zip(&users) {
            let session = open(api, project, user).await;
            // Each has its own chance, and none another in the next run.
            let manner = manner(f64::from(number) / f64::from(READERS));
            let (phase, ready) = (phase.subscribe(), Some(ready.clone()));
            readers.spawn(Reader { session, user, manner, phase, ready }.read());
        }
        drop(ready);
        within(PATIENCE, "opening all streams", async { while opened.recv().await.is_some() {} }).await;
        let (counter, acknowledged) = watch::channel(0);
        let (ticks, pace) = (pace, watch::Sender::new(Pace::Going));
        let mut senders = JoinSet::new();
        for number in 0..SENDERS {
            let (api, project, ledger) = (api.clone(), project.clone(), Arc::clone(&ledger));
            let sender = Sender { api, project, ledger, counter: counter.clone(), pace: pace.subscribe() };
            senders.spawn(sender.send(number, ticks));
        }
        Self { project: project.clone(), ledger, acknowledged, pace, phase, senders, readers }
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

    /// Sends no more, waits until every stream has shown everything once, and compares with what each server says. Gives the
    /// times that each reader was without a stream.
    pub(crate) async fn finish(mut self, nodes: &[Server]) -> Vec<Vec<Interruption>> {
        self.pace.send_replace(Pace::Over);
        within(PATIENCE, "the last answers", all(&mut self.senders)).await;
        let ledger = Arc::new(self.ledger.lock().unwrap_or_else(PoisonError::into_inner).clone());
        self.phase.send_replace(Phase::Done(Arc::clone(&ledger)));
        let readers =
            within(PATIENCE, "the streams that have not shown everything", all(&mut self.readers)).await;
        for node in nodes {
            for user in USERS {
                let session = open(node.api(), &self.project, user).await;
                ledger.assert_shown(user, &session, format_args!("for {user}")).await;
            }
        }
        readers
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

struct Sender {
    api: Api,
    project: Project,
    ledger: Arc<Mutex<Ledger>>,
    counter: watch::Sender<usize>,
    pace: watch::Receiver<Pace>,
}

impl Sender {
    /// One after the other, each as often as it takes to be acknowledged.
    async fn send(mut self, sender: usize, every: Duration) {
        let mut ticks = interval(every);
        for number in 0.. {
            ticks.tick().await;
            let pace =
                self.pace.wait_for(|pace| *pace != Pace::Resting).await.map_or(Pace::Over, |pace| *pace);
            if pace == Pace::Over {
                break;
            }
            let to_everybody = number % EVERYBODY_EACH == sender;
            let user = (!to_everybody).then_some(USERS[(sender + number) % USERS.len()]);
            let key = format!("{sender}-{number}");
            let answer = self.acknowledgement(user, &key).await;
            self.ledger.lock().unwrap_or_else(PoisonError::into_inner).acknowledge(user, key, &answer);
            self.counter.send_modify(|counter| *counter += 1);
        }
    }

    async fn acknowledgement(&self, user: Option<&str>, key: &str) -> Value {
        let mut again = interval(AGAIN);
        loop {
            again.tick().await;
            let request = Ledger::request(&self.api, &self.project, user, key);
            // Nobody was there, somebody has gone in the middle, or the send before is still under way.
            match Reply::attempt(request).await {
                Ok(reply) if !matches!(reply.status, 409 | 502..=504) => return reply.expect(201),
                _ => {}
            }
        }
    }
}

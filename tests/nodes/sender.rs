//! Who sends whatever happens, under a key, until it is acknowledged.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use notification_bell_tests::{Api, Ledger, Project, Reply};
use serde_json::Value;
use tokio::{sync::watch, time::interval};

use crate::load::{AGAIN, Pace, USERS};

/// Each so many sends, one is to everybody.
const EVERYBODY_EACH: usize = 10;

pub(crate) struct Sender {
    pub(crate) api: Api,
    pub(crate) project: Project,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) counter: watch::Sender<usize>,
    pub(crate) pace: watch::Receiver<Pace>,
}

impl Sender {
    /// One after the other, each as often as it takes to be acknowledged.
    pub(crate) async fn send(mut self, sender: usize, every: Duration) {
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

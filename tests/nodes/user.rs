//! Who does things to their items whatever happens, as the element does: one after the other, each as often as it takes to
//! be answered, and at times leaves in the middle of it.

use std::time::Duration;

use notification_bell_tests::{Reply, Session, after};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{interval, timeout},
};

use crate::{
    balancer::is_repeated,
    load::{AGAIN, Pace},
    model::{Deed, Model},
    reader::Known,
    shown::Told,
};

/// What users do, in turn.
const DEEDS: [Step; 12] = [
    Step::One(Deed::Read),
    Step::One(Deed::Archive),
    Step::All,
    Step::One(Deed::Snooze),
    Step::One(Deed::Read),
    Step::Leaving(Deed::Archive, 3),
    Step::One(Deed::TakeBack),
    Step::One(Deed::Unread),
    Step::All,
    Step::One(Deed::Remove),
    Step::Leaving(Deed::Remove, 1),
    Step::One(Deed::WakeUp),
];
/// Whoever leaves has gone before that, in milliseconds: some before their request was read, and some after it was done.
const LEFT_WITHIN_MS: usize = 12;

#[derive(Clone, Copy)]
enum Step {
    /// To one item.
    One(Deed),
    /// Everything that is shown is read.
    All,
    /// To so many that are read, and nobody waits for the answer.
    Leaving(Deed, usize),
}

pub(crate) struct User {
    pub(crate) session: Session,
    pub(crate) name: &'static str,
    /// What one of the user's streams has shown.
    pub(crate) known: watch::Receiver<Known>,
    pub(crate) told: Told,
    pub(crate) pace: watch::Receiver<Pace>,
    /// What was put aside and is new in the inbox again, at these revisions. Until it is shown there, nobody can say whether
    /// it is among everything that is shown.
    pub(crate) returned: Vec<(String, Value)>,
}

impl User {
    /// Goes on until it is over; gives what has to be there then.
    pub(crate) async fn act(mut self, every: Duration) -> (&'static str, Model) {
        let (mut ticks, mut model) = (interval(every), Model::default());
        for number in 0.. {
            ticks.tick().await;
            let pace =
                self.pace.wait_for(|pace| *pace != Pace::Resting).await.map_or(Pace::Over, |pace| *pace);
            if pace == Pace::Over {
                break;
            }
            match DEEDS[number % DEEDS.len()] {
                Step::One(deed) => self.act_on_one(&mut model, deed, number).await,
                Step::All => self.read_all(&mut model).await,
                Step::Leaving(deed, items) => self.leave(&mut model, deed, items, number).await,
            }
        }
        (self.name, model)
    }

    async fn act_on_one(&mut self, model: &mut Model, deed: Deed, number: usize) {
        let known = self.known.borrow().clone();
        let candidates = model.candidates(deed, known.shown.items.keys());
        let Some(place) = number.checked_rem(candidates.len()) else { return };
        let ids = [candidates[place].clone()];
        let next_day = next_day(&known, &ids[0]);
        let (answer, requests) = self.answer(|session| request(session, deed, &ids, &next_day)).await;
        model.done(deed, &ids, requests);
        if deed == Deed::WakeUp {
            model.leave_alone(&ids[0]);
            let [id] = ids;
            self.returned.push((id, answer["item"]["revision"].clone()));
        }
    }

    async fn read_all(&mut self, model: &mut Model) {
        let known = self.known.borrow().clone();
        let is_shown = |id: &String, revision: &Value| {
            known.shown.items.get(id).is_some_and(|item| item["revision"] == *revision)
        };
        self.returned.retain(|(id, revision)| !is_shown(id, revision));
        if !self.returned.is_empty() {
            return;
        }
        let Some(up_to) = known.revision else { return };
        let reached = model.in_inbox(known.shown.items.keys());
        let body = json!({"set": {"read": true}, "upTo": up_to});
        let mark = |session: &Session| session.call(Method::POST, "/inbox/mark").json(&body);
        let (_, requests) = self.answer(mark).await;
        model.done(Deed::Read, &reached, requests);
    }

    /// The page goes away while the request is under way. What is read stays so whenever that is done, so nothing that is
    /// done later has another outcome after it than before it.
    async fn leave(&self, model: &mut Model, deed: Deed, items: usize, number: usize) {
        let known = self.known.borrow().clone();
        let candidates = model.candidates(Deed::Unread, known.shown.items.keys());
        let ids: Vec<_> = candidates.into_iter().take(items).cloned().collect();
        if ids.len() < items {
            return;
        }
        let stays = Duration::from_millis(u64::try_from(number % LEFT_WITHIN_MS).unwrap());
        let request = request(&self.session, deed, &ids, &next_day(&known, &ids[0]));
        match timeout(stays, Reply::attempt(request)).await {
            Ok(Ok(reply)) if reply.status == 200 => {
                self.told.hear(self.name, &reply.json());
                model.done(deed, &ids, 1);
            }
            _ => model.doubt(deed, ids),
        }
    }

    /// The answer, and how many requests it took.
    async fn answer(&self, request: impl Fn(&Session) -> RequestBuilder) -> (Value, usize) {
        let (mut again, mut requests) = (interval(AGAIN), 0);
        loop {
            again.tick().await;
            requests += 1;
            match Reply::attempt(request(&self.session)).await {
                // As `may_pass` of the element has it, `component/src/inbox/changes.rs`.
                Ok(reply) if matches!(reply.status, 408 | 425 | 429 | 502..=504) => {}
                // What was removed by a request that was not answered is not there for the next, whoever made that.
                Ok(reply) if reply.status == 404 && (requests > 1 || is_repeated(&reply)) => {
                    return (Value::Null, requests.max(2));
                }
                Ok(reply) => {
                    let answer = reply.expect(200);
                    self.told.hear(self.name, &answer);
                    return (answer, requests);
                }
                Err(_) => {}
            }
        }
    }
}

/// Late enough that nothing comes back by itself.
fn next_day(known: &Known, id: &str) -> String {
    after(&known.shown.items[id]["createdAt"], 24 * 60 * 60)
}

/// One item has a call of its own; several are marked.
fn request(session: &Session, deed: Deed, ids: &[String], next_day: &str) -> RequestBuilder {
    match (deed, ids) {
        (Deed::Remove, [id]) => session.call(Method::DELETE, &format!("/inbox/{id}")),
        (_, [id]) => session.call(Method::PATCH, &format!("/inbox/{id}")).json(&deed.set(next_day)),
        _ => session.call(Method::POST, "/inbox/mark").json(&json!({"set": deed.set(next_day), "ids": ids})),
    }
}

//! Sending many notifications in one request: each is answered for itself, in the order they came in.
//!
//! A part of at most [`ITEMS_IN_A_PART`] items, or one notification, is a transaction, and is rendered when the one before
//! it has been sent. A key is kept with the first part, what was sent with each, and the answer at the end: who sends the
//! same again after a crash gets what is there already and has the rest sent.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use notification_bell_protocol::{ItemId, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Inbox, SendRequest, send::Sending, templates::cabinet::Cabinet};
use crate::{
    error::Error,
    store::{Audience, BatchEntry, BatchStanding, Idempotency, Project, ProjectKey, SentEntry, Texts},
};

const ITEMS_IN_A_PART: usize = 1_000;
/// Of texts in several languages: so much of them is held at a time.
const BYTES_IN_A_PART: usize = 2 * 1_024 * 1_024;

/// The answer to a batch.
#[derive(Clone, Debug)]
pub struct BatchAnswer {
    /// Its JSON: as it was given first, if it was.
    pub json: String,
    /// How many notifications this request has sent.
    pub sent: u64,
    /// Whether this is the answer to an earlier request with the same key.
    pub repeated: bool,
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResults {
    /// A result for each entry, in their order.
    results: Vec<EntryResult>,
}

/// What became of one entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryResult {
    /// As the status of an answer of its own would be: 201, or that of the error.
    status: u16,
    /// The notification's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid", nullable = false)]
    id: Option<ItemId>,
    /// How many users received it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    recipients: Option<u64>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<Problem>,
}

impl EntryResult {
    fn sent(entry: &SentEntry) -> Self {
        Self { status: 201, id: Some(entry.id.to_string()), recipients: Some(entry.recipients), error: None }
    }

    fn refused(problem: Problem) -> Self {
        Self { status: problem.status, id: None, recipients: None, error: Some(problem) }
    }
}

/// The keys of the batches that this process is sending.
#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<HashSet<(ProjectKey, String)>>>);

/// One of them; dropped, it is no longer.
struct Turn {
    keys: UnderWay,
    key: (ProjectKey, String),
}

impl UnderWay {
    fn begin(&self, project: ProjectKey, key: &str) -> Option<Turn> {
        let key = (project, key.to_owned());
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        is_free.then(|| Turn { keys: self.clone(), key })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Inbox {
    /// Sends the notifications of a batch. When this returns, each that was not refused is on disk.
    ///
    /// # Errors
    /// A key that was used for another request, or whose request is still running; or a store that fails before
    /// anything is sent. Whatever fails later is the result of the entries that it concerns.
    pub async fn send_batch(
        &self,
        project: &Project,
        entries: Vec<Result<SendRequest, Error>>,
        idempotency: Option<Idempotency>,
    ) -> Result<BatchAnswer, Error> {
        let mut results: Vec<Option<EntryResult>> = vec![None; entries.len()];
        let _turn = match &idempotency {
            None => None,
            Some(key) => {
                // Other processes are not looked at: with one of them, the store sends nothing twice all the same.
                let turn = self.batches.begin(project.key, &key.key).ok_or(Error::IdempotencyInProgress)?;
                match self.store.batch_standing(project.key, key).await? {
                    BatchStanding::Sent(sent) => note(&mut results, &sent),
                    ended => return repeated(ended),
                }
                Some(turn)
            }
        };
        // What an earlier request with the same key has sent is not looked at again.
        let is_open: Vec<bool> = results.iter().map(Option::is_none).collect();
        let mut sent_now = 0;
        let mut cabinet = Cabinet::default();
        let mut part = Part::default();
        let mut entries =
            entries.into_iter().enumerate().filter(|(position, _)| is_open[*position]).peekable();
        while let Some((position, entry)) = entries.next() {
            // Not earlier: what is rendered is many times what it is made from.
            match self.prepare_entry(project, position, entry, &mut cabinet).await {
                Ok(sending) => part.add(position, sending),
                Err(error) => results[position] = Some(EntryResult::refused(error.report())),
            }
            if part.is_empty() || (entries.peek().is_some() && !part.is_full()) {
                continue;
            }
            let part = std::mem::take(&mut part);
            let positions: Vec<usize> = part.entries.iter().map(|entry| entry.position).collect();
            match self.send_part(project, part, idempotency.clone()).await {
                Ok(BatchStanding::Sent(sent)) => {
                    sent_now += sent.iter().map(|entry| u64::from(entry.is_new)).sum::<u64>();
                    note(&mut results, &sent);
                }
                Ok(ended) => return repeated(ended),
                Err(error) if sent_now == 0 => return Err(error),
                Err(error) => {
                    let problem = error.report();
                    // What comes after it would fail as well, and wait for that.
                    let rest = positions.into_iter().chain(entries.by_ref().map(|(position, _)| position));
                    rest.for_each(|position| results[position] = Some(EntryResult::refused(problem.clone())));
                }
            }
        }
        let results: Vec<EntryResult> = results.into_iter().flatten().collect();
        let failed = results.iter().any(|result| result.status >= 500);
        let json = serde_json::to_string(&BatchResults { results }).unwrap_or_default();
        // The answer to a batch that failed half-way is not the one to repeat.
        let Some(idempotency) = idempotency.filter(|_| !failed) else {
            return Ok(BatchAnswer { json, sent: sent_now, repeated: false });
        };
        match self.store.answer_batch(project.key, idempotency, json, self.clock.now()).await? {
            BatchStanding::Answered(json) => Ok(BatchAnswer { json, sent: sent_now, repeated: false }),
            ended => repeated(ended),
        }
    }

    async fn prepare_entry(
        &self,
        project: &Project,
        position: usize,
        entry: Result<SendRequest, Error>,
        cabinet: &mut Cabinet,
    ) -> Result<Sending, Error> {
        let prepared = match entry {
            Ok(request) => self.prepare(project, request, cabinet).await,
            Err(error) => Err(error),
        };
        prepared.map_err(|error| error.within(&format!("/notifications/{position}")))
    }

    async fn send_part(
        &self,
        project: &Project,
        part: Part,
        idempotency: Option<Idempotency>,
    ) -> Result<BatchStanding, Error> {
        let announced: HashMap<usize, _> = part
            .entries
            .iter()
            .map(|entry| (entry.position, Sending::announcement(&entry.notification, &entry.audience)))
            .collect();
        let now = self.clock.now();
        let standing = self.store.send_entries(project.key, part.entries, idempotency, now).await?;
        if let BatchStanding::Sent(sent) = &standing {
            let new = sent.iter().filter(|entry| entry.is_new);
            let announced = new.filter_map(|entry| announced.get(&entry.position));
            self.announce(project.key, announced).await;
        }
        Ok(standing)
    }
}

/// What is sent in one transaction.
#[derive(Default)]
struct Part {
    entries: Vec<BatchEntry>,
    items: usize,
    bytes: usize,
}

impl Part {
    fn add(&mut self, position: usize, sending: Sending) {
        let Sending { notification, audience } = sending;
        self.items += match &audience {
            Audience::Users(users) => users.len(),
            Audience::Topic(_) | Audience::Everyone => 1,
        };
        self.bytes += notification.texts.values().map(bytes_of).sum::<usize>();
        self.entries.push(BatchEntry { position, notification, audience });
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn is_full(&self) -> bool {
        self.items >= ITEMS_IN_A_PART || self.bytes >= BYTES_IN_A_PART
    }
}

fn bytes_of(texts: &Texts) -> usize {
    let of_actions = texts.actions.values().map(String::len).sum::<usize>();
    texts.title.len() + texts.body.as_ref().map_or(0, String::len) + of_actions
}

fn note(results: &mut [Option<EntryResult>], sent: &[SentEntry]) {
    for entry in sent {
        results[entry.position] = Some(if entry.is_refused {
            EntryResult::refused(Error::TooManyShared.report())
        } else {
            EntryResult::sent(entry)
        });
    }
}

/// The answer where the key has been used up.
fn repeated(standing: BatchStanding) -> Result<BatchAnswer, Error> {
    match standing {
        BatchStanding::Answered(json) => Ok(BatchAnswer { json, sent: 0, repeated: true }),
        BatchStanding::KeyReused | BatchStanding::Sent(_) => Err(Error::IdempotencyKeyReused),
    }
}

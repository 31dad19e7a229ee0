//! Sends to users by name, written together.
//!
//! What waits while a transaction is written to disk goes into the next one together: a hundred sends cost a few
//! statements and one commit. Each has an outcome of its own. Where something stands against one of them, all are
//! written one by one, so that it takes nothing of the others with it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinHandle,
};

use super::{connection::Connections, gathered, transaction::writing};
use crate::{
    auth::user_id::UserId,
    store::{Audience, Edition, Idempotency, NewNotification, ProjectKey, SendOutcome, StoreError},
    traces,
};

/// How many sends may wait.
const MAX_WAITING: usize = 16_384;
/// How many are written together.
const MAX_BATCH: usize = 256;
/// How many transactions are under way at once: while they are, the next one grows.
const AT_ONCE: usize = 3;
/// A send to more users than this is written by itself.
const LARGE_SEND: usize = 50;

/// A send on its way.
struct Waiting {
    send: NamedSend,
    answer: oneshot::Sender<Result<SendOutcome, StoreError>>,
}

/// What is sent, to whom.
pub(super) struct NamedSend {
    /// If it is named, the one that has to be that of the transaction.
    pub(super) edition: Option<Edition>,
    pub(super) project: ProjectKey,
    pub(super) notification: NewNotification,
    pub(super) users: Vec<UserId>,
    pub(super) idempotency: Option<Idempotency>,
}

impl NamedSend {
    /// Whether it can be written with others: to few users, now, and without anything that it might repeat.
    pub(super) fn can_be_gathered(notification: &NewNotification, audience: &Audience) -> bool {
        let is_small = matches!(audience, Audience::Users(users) if users.len() <= LARGE_SEND);
        is_small && notification.send_at.is_none() && notification.group_key.is_none()
    }

    /// Whether it names another edition than the present one.
    pub(super) fn is_outdated(&self, now: Option<Edition>) -> bool {
        self.edition.is_some() && self.edition != now
    }
}

/// Where sends wait.
pub(super) struct Gathering {
    waiting: Mutex<Option<mpsc::Sender<Waiting>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Gathering {
    pub(super) fn start(connections: Arc<Connections>) -> Self {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        let task = tokio::spawn(gather(connections, receiver));
        Self { waiting: Mutex::new(Some(sender)), task: Mutex::new(Some(task)) }
    }

    /// Writes a send with others; returns after the commit.
    pub(super) async fn send(&self, send: NamedSend) -> Result<SendOutcome, StoreError> {
        let (answer, answered) = oneshot::channel();
        {
            let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let waiting = waiting.as_ref().ok_or(StoreError::Closed)?;
            waiting.try_send(Waiting { send, answer }).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
            })?;
        }
        let span = traces::of_store("postgresql", "postgresql write");
        let outcome = answered.await.unwrap_or(Err(StoreError::Closed));
        span.stored(&outcome);
        outcome
    }

    /// Takes no more, and waits until what waits is written.
    pub(super) async fn close(&self) {
        drop(self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // It only ends early by a panic, of which the log says more.
            let _ = task.await;
        }
    }
}

async fn gather(connections: Arc<Connections>, mut receiver: mpsc::Receiver<Waiting>) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        // Before anything is taken out of the line, so that it goes on gathering until it can be written.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let mut batch = Vec::new();
        if receiver.recv_many(&mut batch, MAX_BATCH).await == 0 {
            break;
        }
        let writer = Writer { connections: Arc::clone(&connections) };
        tokio::spawn(async move {
            writer.write(batch).await;
            drop(permit);
        });
    }
    // What is under way is finished.
    let _ = permits.acquire_many(u32::try_from(AT_ONCE).unwrap_or(1)).await;
}

struct Writer {
    connections: Arc<Connections>,
}

impl Writer {
    async fn write(&self, batch: Vec<Waiting>) {
        let sends: Vec<&NamedSend> = batch.iter().map(|waiting| &waiting.send).collect();
        let written = writing!(self, db => gathered::write(db, &self.connections, &sends).await);
        match written {
            Ok(outcomes) => {
                for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                    // Whoever asked may have gone away meanwhile.
                    let _ = waiting.answer.send(Ok(outcome));
                }
            }
            Err(error) if batch.len() > 1 && stands_against_one(&error) => {
                for waiting in batch {
                    let outcome =
                        writing!(self, db => gathered::write(db, &self.connections, &[&waiting.send]).await);
                    let _ = waiting.answer.send(outcome.map(|mut outcomes| outcomes.remove(0)));
                }
            }
            Err(error) => {
                for waiting in batch {
                    let _ = waiting.answer.send(Err(again(&error)));
                }
            }
        }
    }
}

/// Whether an error is about what is in one of the sends, and not that the database cannot do anything now: their values,
/// what is unique and is not, or how much there is of something.
fn stands_against_one(error: &StoreError) -> bool {
    let StoreError::Database(error) = error else { return false };
    let Some(error) = error.downcast_ref::<tokio_postgres::Error>() else { return true };
    error.code().is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.code().starts_with(class)))
}

/// The same error for somebody else.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Overloaded => StoreError::Overloaded,
        StoreError::Closed => StoreError::Closed,
        error => StoreError::Database(error.to_string().into()),
    }
}

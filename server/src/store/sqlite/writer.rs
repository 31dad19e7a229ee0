//! The one connection that writes, on a thread of its own, with group commit.
//!
//! Whatever waits while a transaction is written to disk goes into the next one together: a thousand sends cost
//! one fsync. Each piece of work has a savepoint, so that one that fails takes nothing of the others with it, and
//! is answered only after the commit.

use std::{
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::CommitObserver;
use crate::store::StoreError;

const MAX_WAITING: usize = 16_384;
const MAX_BATCH: usize = 1_024;
/// How often to look whether another process has written. An own commit does not count: SQLite's `data_version`
/// changes only for the commits of other connections, and all of ours go through this one.
const FOREIGN_CHECK: Duration = Duration::from_millis(200);

pub(super) struct Writer {
    work: Sender<Box<dyn Work>>,
    foreign_changes: watch::Receiver<u64>,
}

/// A piece of work on its way through a batch.
trait Work: Send {
    /// Does it, within a savepoint.
    fn run(&mut self, connection: &mut Connection);
    /// Says how it ended, now that the commit has succeeded or failed.
    fn answer(self: Box<Self>, committed: Result<(), &rusqlite::Error>);
}

struct Task<T, F> {
    run: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Work for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, connection: &mut Connection) {
        let Some(run) = self.run.take() else { return };
        self.outcome = Some(within_savepoint(connection, run));
    }

    fn answer(self: Box<Self>, committed: Result<(), &rusqlite::Error>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(StoreError::Database(error.to_string().into())),
            (Some(outcome), Ok(())) => outcome,
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // Whoever asked may have gone away meanwhile.
        let _ = self.answer.send(outcome);
    }
}

fn within_savepoint<T>(
    connection: &mut Connection,
    run: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let savepoint = connection.savepoint()?;
    // Dropped without a commit, a savepoint is rolled back.
    let value = run(&savepoint)?;
    savepoint.commit()?;
    Ok(value)
}

impl Writer {
    pub(super) fn start(connection: Connection, observer: CommitObserver) -> Result<Self, StoreError> {
        let (work, waiting) = bounded(MAX_WAITING);
        let (foreign_sender, foreign_changes) = watch::channel(0);
        let mut thread_state =
            WriterThread { connection, waiting, observer, foreign: foreign_sender, seen_version: 0 };
        thread_state.seen_version = thread_state.data_version()?;
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || thread_state.run())
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        Ok(Self { work, foreign_changes })
    }

    /// Runs a piece of work in the next transaction; returns after its commit.
    pub(super) async fn run<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Box::new(Task { run: Some(run), outcome: None, answer });
        self.work.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(super) fn foreign_changes(&self) -> watch::Receiver<u64> {
        self.foreign_changes.clone()
    }
}

struct WriterThread {
    connection: Connection,
    waiting: Receiver<Box<dyn Work>>,
    observer: CommitObserver,
    foreign: watch::Sender<u64>,
    seen_version: i64,
}

impl WriterThread {
    fn run(mut self) {
        let mut checked_at = Instant::now();
        loop {
            match self.waiting.recv_timeout(FOREIGN_CHECK) {
                Ok(first) => self.commit_batch(first),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if checked_at.elapsed() >= FOREIGN_CHECK {
                checked_at = Instant::now();
                self.check_for_foreign_changes();
            }
        }
    }

    fn commit_batch(&mut self, first: Box<dyn Work>) {
        let mut batch = vec![first];
        batch.extend(self.waiting.try_iter().take(MAX_BATCH - 1));
        let started_at = Instant::now();
        let rows_before = self.connection.total_changes();
        let committed = transact(&mut self.connection, &mut batch);
        let rows = self.connection.total_changes() - rows_before;
        if committed.is_ok() && rows > 0 {
            (self.observer)(rows, started_at.elapsed());
        }
        for work in batch {
            work.answer(committed.as_ref().copied());
        }
    }

    fn check_for_foreign_changes(&mut self) {
        match self.data_version() {
            Ok(version) if version != self.seen_version => {
                self.seen_version = version;
                self.foreign.send_modify(|count| *count += 1);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot look whether another process changed the database"),
        }
    }

    fn data_version(&self) -> Result<i64, rusqlite::Error> {
        self.connection.pragma_query_value(None, "data_version", |row| row.get(0))
    }
}

fn transact(connection: &mut Connection, batch: &mut [Box<dyn Work>]) -> Result<(), rusqlite::Error> {
    // By hand, because rusqlite's transaction would keep the connection from its savepoints.
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for work in batch.iter_mut() {
        work.run(connection);
    }
    let committed = connection.execute_batch("COMMIT");
    if committed.is_err() && !connection.is_autocommit() {
        // The disk is full, or fails: nothing of the batch is kept, and the next one can try again.
        connection.execute_batch("ROLLBACK")?;
    }
    committed
}

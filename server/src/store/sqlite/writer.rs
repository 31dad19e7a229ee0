//! The one connection that writes, on a thread of its own, with group commit.
//!
//! Whatever waits while a transaction is written to disk goes into the next one together: a thousand sends cost
//! one fsync. Each piece of work has a savepoint, so that one that fails takes nothing of the others with it, and
//! is answered only after the commit.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::CommitObserver;
use crate::store::StoreError;

const MAX_WAITING: usize = 16_384;
const MAX_BATCH: usize = 1_024;
/// How long work is added to a transaction. What comes later waits at most for this, one large piece, and the fsync.
const BATCH_TIME: Duration = Duration::from_millis(50);
/// How often to look whether another process has written. An own commit does not count: SQLite's `data_version`
/// changes only for the commits of other connections, and all of ours go through this one.
const FOREIGN_CHECK: Duration = Duration::from_millis(200);

pub(super) struct Writer {
    small: Sender<Message>,
    large: Sender<Message>,
    foreign_changes: watch::Receiver<u64>,
}

enum Message {
    Work(Box<dyn Work>),
    Close(oneshot::Sender<()>),
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
        // A bug in one piece of work must not end the thread that all others need; its savepoint is rolled back.
        let outcome = catch_unwind(AssertUnwindSafe(|| within_savepoint(connection, run)));
        self.outcome =
            Some(outcome.unwrap_or_else(|_| Err(StoreError::Database("the work panicked".into()))));
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
        let (small, small_waiting) = bounded(MAX_WAITING);
        let (large, large_waiting) = bounded(MAX_WAITING);
        let (foreign_sender, foreign_changes) = watch::channel(0);
        let mut thread_state = WriterThread {
            connection,
            small: small_waiting,
            large: large_waiting,
            observer,
            foreign: foreign_sender,
            seen_version: 0,
        };
        thread_state.seen_version = thread_state.data_version()?;
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || thread_state.run())
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        Ok(Self { small, large, foreign_changes })
    }

    /// Runs a piece of work in one of the next transactions; returns after its commit.
    pub(super) async fn run<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(&self.small, run).await
    }

    /// The same for work that changes many rows: it waits in a line of its own, so that others need not wait behind it.
    pub(super) async fn run_large<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(&self.large, run).await
    }

    async fn queue<T, F>(&self, line: &Sender<Message>, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Box::new(Task { run: Some(run), outcome: None, answer });
        line.try_send(Message::Work(task)).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Ends the thread when what waits is done, with everything in the database file and nothing beside it.
    pub(super) async fn close(&self) {
        let (closed, closing) = oneshot::channel();
        if self.small.try_send(Message::Close(closed)).is_ok() {
            // It cannot be answered if the thread has ended already.
            let _ = closing.await;
        }
    }

    pub(super) fn foreign_changes(&self) -> watch::Receiver<u64> {
        self.foreign_changes.clone()
    }
}

struct WriterThread {
    connection: Connection,
    small: Receiver<Message>,
    large: Receiver<Message>,
    observer: CommitObserver,
    foreign: watch::Sender<u64>,
    seen_version: i64,
}

impl WriterThread {
    fn run(mut self) {
        let mut checked_at = Instant::now();
        loop {
            // A batch begins with small work if there is any: it has one large piece in it in any case.
            let received = self.small.try_recv().map_or_else(
                |_| {
                    select! {
                        recv(self.small) -> message => Some(message),
                        recv(self.large) -> message => Some(message),
                        default(FOREIGN_CHECK) => None,
                    }
                },
                |message| Some(Ok(message)),
            );
            match received {
                Some(Ok(Message::Work(first))) => {
                    if let Some(closed) = self.commit_batch(first) {
                        return self.close(closed);
                    }
                }
                Some(Ok(Message::Close(closed))) => return self.close(closed),
                Some(Err(_)) => return,
                None => {}
            }
            if checked_at.elapsed() >= FOREIGN_CHECK {
                checked_at = Instant::now();
                self.check_for_foreign_changes();
            }
        }
    }

    /// Does what waits, until the batch has taken its time, and commits it. Gives the wish to close, if it came.
    fn commit_batch(&mut self, first: Box<dyn Work>) -> Option<oneshot::Sender<()>> {
        let started_at = Instant::now();
        let rows_before = self.connection.total_changes();
        let mut batch = vec![first];
        let mut closed = None;
        let committed = self.transact(&mut batch, started_at, &mut closed);
        let rows = self.connection.total_changes() - rows_before;
        if committed.is_ok() && rows > 0 {
            (self.observer)(rows, started_at.elapsed());
        }
        for work in batch {
            work.answer(committed.as_ref().copied());
        }
        closed
    }

    fn transact(
        &mut self,
        batch: &mut Vec<Box<dyn Work>>,
        started_at: Instant,
        closed: &mut Option<oneshot::Sender<()>>,
    ) -> Result<(), rusqlite::Error> {
        // By hand, because rusqlite's transaction would keep the connection from its savepoints.
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        for work in batch.iter_mut() {
            work.run(&mut self.connection);
        }
        // One large piece of work in each batch, so that neither line starves the other.
        let mut next = self.large.try_recv().or_else(|_| self.small.try_recv()).ok();
        while let Some(message) = next {
            match message {
                Message::Close(wish) => {
                    *closed = Some(wish);
                    break;
                }
                Message::Work(mut work) => {
                    // A full disk makes SQLite roll back everything by itself: what came now would stand alone.
                    if !self.connection.is_autocommit() {
                        work.run(&mut self.connection);
                    }
                    batch.push(work);
                }
            }
            next = (started_at.elapsed() < BATCH_TIME && batch.len() < MAX_BATCH)
                .then(|| self.small.try_recv().or_else(|_| self.large.try_recv()).ok())
                .flatten();
        }
        let committed = self.connection.execute_batch("COMMIT");
        if committed.is_err() && !self.connection.is_autocommit() {
            // Nothing of the batch is kept, and the next one can try again.
            self.connection.execute_batch("ROLLBACK")?;
        }
        committed
    }

    fn close(self, closed: oneshot::Sender<()>) {
        let checkpoint = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        match checkpoint {
            Ok(false) => {}
            Ok(true) => tracing::debug!("another process uses the database: its log stays beside it"),
            Err(error) => tracing::warn!(%error, "the last changes stay in the log beside the database"),
        }
        drop(self.connection);
        let _ = closed.send(());
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

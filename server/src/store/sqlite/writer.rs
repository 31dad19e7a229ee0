//! The one connection that writes, on a thread of its own, with group commit.
//!
//! Whatever waits while a transaction is written to disk goes into the next one together: a thousand sends cost
//! one fsync. A piece of work that fails takes nothing of the others with it, and each is answered only after the
//! commit.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvError, Sender, TrySendError, bounded, select};
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::{
    CommitObserver,
    checkpoints::Checkpoints,
    others::Others,
    phases::Phases,
    work::{Act, Batch, Next, Once, Repeatable, Task, Work},
};
use crate::{
    store::{Edition, StoreError},
    traces,
};

const MAX_WAITING: usize = 16_384;
const MAX_BATCH: usize = 1_024;
/// How long work is added to a transaction. What comes later waits at most for this, one large piece, and the fsync.
const BATCH_TIME: Duration = Duration::from_millis(20);
/// How often to look whether another process has written. An own commit does not count: SQLite's `data_version`
/// changes only for the commits of other connections, and all of ours go through this one.
const FOREIGN_CHECK: Duration = Duration::from_millis(200);

pub(super) struct Writer {
    small: Sender<Message>,
    large: Sender<Message>,
    foreign_changes: watch::Receiver<u64>,
    edition: Arc<AtomicU64>,
}

enum Message {
    Work(Box<dyn Work>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    pub(super) fn start(
        path: &Path,
        mut connection: Connection,
        observer: CommitObserver,
    ) -> Result<Self, StoreError> {
        let checkpoints = Checkpoints::start(path, &mut connection)?;
        let edition = Arc::<AtomicU64>::default();
        let (small, small_waiting) = bounded(MAX_WAITING);
        let (large, large_waiting) = bounded(MAX_WAITING);
        let (others, foreign_changes) = Others::known(&connection, Arc::clone(&edition))?;
        let thread_state = WriterThread {
            connection,
            small: small_waiting,
            large: large_waiting,
            checkpoints,
            observer,
            others,
        };
        thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || thread_state.run())
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        Ok(Self { small, large, foreign_changes, edition })
    }

    /// Runs a piece of work in one of the next transactions; returns after its commit.
    pub(super) async fn run<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(&self.small, Once::new(run), false).await
    }

    /// The same for work that can be done again if it was undone, which takes less time.
    pub(super) async fn run_repeatable<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(&self.small, Repeatable(run), false).await
    }

    /// The same for work that may change keys and projects.
    pub(super) async fn run_on_keys<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(&self.small, Once::new(run), true).await
    }

    /// The same for work that changes many rows: it waits in a line of its own, so that others need not wait behind it.
    pub(super) async fn run_large<T, F>(&self, run: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.queue(&self.large, Once::new(run), false).await
    }

    async fn queue<T, A>(&self, line: &Sender<Message>, act: A, changes_keys: bool) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Act<T> + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Box::new(Task { act, outcome: None, answer, changes_keys });
        line.try_send(Message::Work(task)).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        let span = traces::of_store("sqlite", "sqlite write");
        let outcome = answered.await.unwrap_or(Err(StoreError::Closed));
        span.stored(&outcome);
        outcome
    }

    /// The edition of keys and projects. Asked on the writer's thread, it is that of the transaction.
    pub(super) fn edition(&self) -> Edition {
        Edition(self.edition.load(Ordering::Acquire))
    }

    /// Asks the same later, from a piece of work.
    pub(super) fn editions(&self) -> impl Fn() -> Edition + Send + Sync + 'static {
        let edition = Arc::clone(&self.edition);
        move || Edition(edition.load(Ordering::Acquire))
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
    checkpoints: Checkpoints,
    observer: CommitObserver,
    others: Others,
}

impl WriterThread {
    fn run(mut self) {
        let mut checked_at = Instant::now();
        loop {
            match self.wait() {
                Some(Ok(Message::Work(first))) => {
                    if let Some(closed) = self.commit_batch(first) {
                        return self.close(closed);
                    }
                }
                Some(Ok(Message::Close(closed))) => return self.close(closed),
                Some(Err(_)) => return,
                None => self.checkpoints.while_idle(),
            }
            if checked_at.elapsed() >= FOREIGN_CHECK {
                checked_at = Instant::now();
                self.others.look(&self.connection);
            }
        }
    }

    /// The work that a batch begins with: small if there is any, as it has one large piece in it in any case. `None` is
    /// that it is time for something else.
    fn wait(&mut self) -> Option<Result<Message, RecvError>> {
        if let Ok(message) = self.small.try_recv() {
            return Some(Ok(message));
        }
        while self.checkpoints.is_catching_up() {
            select! {
                recv(self.small) -> message => return Some(message),
                recv(self.checkpoints.answers()) -> moved => self.checkpoints.answered(moved.ok()),
                default(FOREIGN_CHECK) => return None,
            }
        }
        select! {
            recv(self.small) -> message => Some(message),
            recv(self.large) -> message => Some(message),
            default(FOREIGN_CHECK) => None,
        }
    }

    /// Does what waits, until the batch has taken its time, and commits it. Gives the wish to close, if it came.
    fn commit_batch(&mut self, first: Box<dyn Work>) -> Option<oneshot::Sender<()>> {
        let mut phases = Phases::begin();
        let moved = self.checkpoints.before_transaction(&self.connection);
        let started_at = phases.log_is_moved(moved);
        let rows_before = self.connection.total_changes();
        let mut batch = Batch::default();
        let mut closed = None;
        let committed = self.transact(&mut batch, first, &mut phases, &mut closed);
        phases.end(batch.len());
        let rows = self.connection.total_changes() - rows_before;
        if committed.is_ok() && rows > 0 {
            (self.observer)(rows, started_at.elapsed());
        }
        if batch.changes_keys() {
            self.others.change_edition();
        }
        batch.answer(committed.as_ref().copied());
        self.checkpoints.after_transaction();
        closed
    }

    fn transact(
        &mut self,
        batch: &mut Batch,
        first: Box<dyn Work>,
        phases: &mut Phases,
        closed: &mut Option<oneshot::Sender<()>>,
    ) -> Result<(), rusqlite::Error> {
        let begun = self.begin();
        // Without a transaction it is not done, and is answered with the others.
        self.add(batch, first)?;
        begun?;
        // One large piece of work in each batch, so that neither line starves the other.
        let line = (!self.checkpoints.is_catching_up()).then(|| self.large.clone());
        let large = || line.as_ref().and_then(|line| line.try_recv().ok());
        let mut next = large().or_else(|| self.small.try_recv().ok());
        while let Some(message) = next {
            match message {
                Message::Close(wish) => {
                    *closed = Some(wish);
                    break;
                }
                Message::Work(work) => self.add(batch, work)?,
            }
            next = (phases.filling_for() < BATCH_TIME && batch.len() < MAX_BATCH)
                .then(|| self.small.try_recv().ok().or_else(large))
                .flatten();
        }
        phases.is_filled();
        let committed = self.execute("COMMIT");
        if committed.is_err() && !self.connection.is_autocommit() {
            // Nothing of the batch is kept, and the next one can try again.
            self.execute("ROLLBACK")?;
        }
        committed
    }

    fn add(&mut self, batch: &mut Batch, work: Box<dyn Work>) -> Result<(), rusqlite::Error> {
        if batch.add(&self.connection, work) == Next::BeginAgain {
            self.execute("ROLLBACK")?;
            self.begin()?;
            batch.repeat(&self.connection);
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), rusqlite::Error> {
        // By hand, because rusqlite's transaction would keep the connection from its savepoints.
        self.execute("BEGIN IMMEDIATE")?;
        // From here to the commit nobody else writes: what others have changed before counts for all of it.
        self.others.look(&self.connection);
        Ok(())
    }

    fn execute(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn close(mut self, closed: oneshot::Sender<()>) {
        let file = self.checkpoints.end();
        let checkpoint = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        match checkpoint {
            Ok(false) => {}
            Ok(true) => tracing::debug!("another process uses the database: its log stays beside it"),
            Err(error) => tracing::warn!(%error, "the last changes stay in the log beside the database"),
        }
        drop(self.connection);
        drop(file);
        let _ = closed.send(());
    }
}

//! A piece of work on its way through a batch, and how the failure of one is kept from the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::store::StoreError;

/// Something to be done in a transaction that others share.
pub(super) trait Work: Send {
    /// Whether it may be done again after it was undone.
    fn is_repeatable(&self) -> bool;
    /// Whether what is known of keys and projects may have another [edition](crate::store::Edition) after it.
    fn changes_keys(&self) -> bool;
    /// Does it; `false` if it failed.
    fn run(&mut self, connection: &Connection) -> bool;
    /// It failed, whatever it did itself.
    fn fail(&mut self, error: StoreError);
    /// Says how it ended, now that the commit has succeeded or failed.
    fn answer(self: Box<Self>, committed: Result<(), &rusqlite::Error>);
}

/// How it is done.
pub(super) trait Act<T>: Send {
    /// Whether it can be done more than once.
    const IS_REPEATABLE: bool;
    /// Does it; `None` if it was done before and cannot be done again.
    fn act(&mut self, connection: &Connection) -> Option<Result<T, StoreError>>;
}

/// What is done once.
pub(super) struct Once<F>(Option<F>);

impl<F> Once<F> {
    pub(super) const fn new(run: F) -> Self {
        Self(Some(run))
    }
}

impl<T, F: FnOnce(&Connection) -> Result<T, StoreError> + Send> Act<T> for Once<F> {
    const IS_REPEATABLE: bool = false;

    fn act(&mut self, connection: &Connection) -> Option<Result<T, StoreError>> {
        self.0.take().map(|run| run(connection))
    }
}

/// What can be done again, with the same result on the same database.
pub(super) struct Repeatable<F>(pub(super) F);

impl<T, F: Fn(&Connection) -> Result<T, StoreError> + Send> Act<T> for Repeatable<F> {
    const IS_REPEATABLE: bool = true;

    fn act(&mut self, connection: &Connection) -> Option<Result<T, StoreError>> {
        Some((self.0)(connection))
    }
}

/// Work that somebody waits for.
pub(super) struct Task<T, A> {
    pub(super) act: A,
    pub(super) outcome: Option<Result<T, StoreError>>,
    pub(super) answer: oneshot::Sender<Result<T, StoreError>>,
    pub(super) changes_keys: bool,
}

impl<T: Send, A: Act<T>> Work for Task<T, A> {
    fn is_repeatable(&self) -> bool {
        A::IS_REPEATABLE
    }

    fn changes_keys(&self) -> bool {
        self.changes_keys
    }

    fn run(&mut self, connection: &Connection) -> bool {
        // A bug in one piece of work must not end the thread that all others need.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.act.act(connection)));
        let outcome = outcome.unwrap_or_else(|_| Some(Err(StoreError::Database("the work panicked".into()))));
        self.outcome = outcome.or(self.outcome.take());
        matches!(self.outcome, Some(Ok(_)))
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error));
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

/// What is done in one transaction.
///
/// A savepoint for each piece would copy every page that it changes, which costs more than the change itself, and
/// almost nothing ever has to be undone. So work that can be repeated is done without: if a piece fails after it has
/// written, all of it is undone and done again with savepoints. From the first piece that cannot be repeated on,
/// each has a savepoint in any case.
#[derive(Default)]
pub(super) struct Batch {
    pieces: Vec<Box<dyn Work>>,
    has_savepoints: bool,
}

/// What is to come after a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next piece.
    GoOn,
    /// The transaction has to be begun again, and [`Batch::repeat`] called.
    BeginAgain,
}

impl Batch {
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Does one more piece of work.
    pub(super) fn add(&mut self, connection: &Connection, mut work: Box<dyn Work>) -> Next {
        let mut next = Next::GoOn;
        self.has_savepoints |= !work.is_repeatable();
        if self.has_savepoints {
            run_alone(connection, &mut *work);
        } else if !connection.is_autocommit() {
            let changes_before = connection.total_changes();
            let is_done = work.run(connection);
            let is_partly_done = !is_done && connection.total_changes() != changes_before;
            // If SQLite has undone everything by itself, there is nothing to go on from.
            if is_partly_done && !connection.is_autocommit() {
                next = Next::BeginAgain;
            }
        }
        self.pieces.push(work);
        next
    }

    /// Does everything again in a new transaction, each piece with a savepoint.
    pub(super) fn repeat(&mut self, connection: &Connection) {
        self.has_savepoints = true;
        for work in &mut self.pieces {
            run_alone(connection, &mut **work);
        }
    }

    pub(super) fn changes_keys(&self) -> bool {
        self.pieces.iter().any(|work| work.changes_keys())
    }

    pub(super) fn answer(self, committed: Result<(), &rusqlite::Error>) {
        for work in self.pieces {
            work.answer(committed);
        }
    }
}

/// Does a piece of work within a savepoint: if it fails, nothing of it is left.
fn run_alone(connection: &Connection, work: &mut dyn Work) {
    let execute = |sql| connection.prepare_cached(sql)?.execute([]).map(drop);
    // A full disk makes SQLite undo everything by itself: what came now would stand alone.
    if connection.is_autocommit() {
        return;
    }
    let ended = execute("SAVEPOINT piece").and_then(|()| {
        if !work.run(connection) && !connection.is_autocommit() {
            execute("ROLLBACK TO piece")?;
        }
        if connection.is_autocommit() { Ok(()) } else { execute("RELEASE piece") }
    });
    if let Err(error) = ended {
        work.fail(error.into());
    }
}

//! The connections that only read: a few threads that take work from one queue.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
};

use crossbeam_channel::{Sender, TrySendError, bounded};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::schema;
use crate::{store::StoreError, traces};

const READERS: usize = 4;
const MAX_WAITING: usize = 16_384;

type Task = Box<dyn FnOnce(&mut Connection) + Send>;

pub(super) struct Readers {
    tasks: Sender<Task>,
}

impl Readers {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let (tasks, waiting) = bounded::<Task>(MAX_WAITING);
        for number in 0..READERS {
            let mut connection = schema::open_reader(path)?;
            let waiting = waiting.clone();
            thread::Builder::new()
                .name(format!("sqlite-reader-{number}"))
                .spawn(move || waiting.iter().for_each(|task| task(&mut connection)))
                .map_err(|error| StoreError::Database(Box::new(error)))?;
        }
        Ok(Self { tasks })
    }

    /// Reads within one transaction: all of it shows the same moment.
    pub(super) async fn run<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task: Task = Box::new(move |connection| {
            // A bug in one piece of work must not end the thread. Whoever asked may have gone away meanwhile.
            let outcome = catch_unwind(AssertUnwindSafe(|| within_snapshot(connection, read)));
            let panicked = || Err(StoreError::Database("the work panicked".into()));
            let _ = answer.send(outcome.unwrap_or_else(|_| panicked()));
        });
        self.tasks.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        let span = traces::of_store("sqlite", "sqlite read");
        let outcome = answered.await.unwrap_or(Err(StoreError::Closed));
        span.stored(&outcome);
        outcome
    }
}

fn within_snapshot<T>(
    connection: &mut Connection,
    read: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction()?;
    let value = read(&transaction)?;
    transaction.finish()?;
    Ok(value)
}

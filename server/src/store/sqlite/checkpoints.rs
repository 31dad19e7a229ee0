//! Moving what was committed from the log beside the database into its file.
//!
//! SQLite by itself does it within whichever commit makes the log long enough, and that send then waits for two more
//! fsyncs and all the pages. Here a thread with a connection of its own does it, beside the writer. While the writer
//! goes on, the log never is moved to its end, and so grows; when it is long, the writer moves the small rest itself
//! between two transactions, and the next one begins the log anew.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;

use super::schema;
use crate::store::StoreError;

/// So many pages are worth a checkpoint, and no more than that the writer moves itself: 4 MiB.
const STEP: u32 = 1_024;
/// From here on the log is begun anew as soon as that takes little: 64 MiB. The file is made no longer than that again.
const LONG: u32 = 16 * STEP;
/// And from here on whatever it takes.
const TOO_LONG: u32 = 4 * LONG;
const PAGE_BYTES: u32 = 4_096;

/// The writer's side of it.
pub(super) struct Checkpoints {
    /// Pages in the log after the last commit.
    pages: Arc<AtomicU32>,
    /// Of these, so many are in the file.
    moved: u32,
    is_under_way: bool,
    /// Dropped, it ends the thread.
    ask: Option<Sender<()>>,
    moved_now: Receiver<u32>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread; this connection, the writer's, makes no checkpoints of its own accord any more.
    pub(super) fn start(path: &Path, writer: &mut Connection) -> Result<Self, StoreError> {
        writer.pragma_update(None, "journal_size_limit", LONG * PAGE_BYTES)?;
        let pages = Arc::<AtomicU32>::default();
        let noted = Arc::clone(&pages);
        // It takes the place of SQLite's own checkpoints.
        writer.wal_hook(Some(move |_: &mut _, pages| {
            noted.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        let connection = schema::open_checkpointer(path)?;
        let (ask, asked) = bounded::<()>(1);
        let (answer, moved_now) = bounded(1);
        let thread = thread::Builder::new()
            .name("sqlite-log".into())
            .spawn(move || {
                for () in &asked {
                    if answer.send(checkpoint(&connection)).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        let (ask, thread) = (Some(ask), Some(thread));
        Ok(Self { pages, moved: 0, is_under_way: false, ask, moved_now, thread })
    }

    /// Begins the log anew if it is long, which is when this may take a moment.
    pub(super) fn before_transaction(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        let rest = pages.saturating_sub(self.moved);
        if self.is_under_way || pages < LONG || (rest > STEP && pages < TOO_LONG) {
            return;
        }
        self.moved = checkpoint(writer);
    }

    /// Has what came moved, if it is worth it.
    pub(super) fn after_transaction(&mut self) {
        self.look(STEP);
    }

    /// Has everything moved, while there is nothing else to do.
    pub(super) fn while_idle(&mut self) {
        self.look(1);
    }

    fn look(&mut self, least: u32) {
        let pages = self.pages.load(Ordering::Relaxed);
        if let Ok(moved) = self.moved_now.try_recv() {
            (self.moved, self.is_under_way) = (moved, false);
        }
        if pages < self.moved {
            // It was begun anew.
            self.moved = 0;
        }
        if !self.is_under_way && pages.saturating_sub(self.moved) >= least {
            self.is_under_way = self.ask.as_ref().is_some_and(|ask| ask.try_send(()).is_ok());
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.ask.take());
        // Its connection is closed then.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Moves as much as readers let it, waiting for nobody. Gives how many pages of the log are in the file.
fn checkpoint(connection: &Connection) -> u32 {
    let moved = connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
        .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(2)));
    match moved {
        Ok(moved) => u32::try_from(moved).unwrap_or(0),
        Err(error) => {
            tracing::warn!(%error, "what was committed stays in the log beside the database for now");
            0
        }
    }
}

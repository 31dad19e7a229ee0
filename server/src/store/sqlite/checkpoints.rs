//! Moving what was committed from the log beside the database into its file.
//!
//! SQLite by itself does it within whichever commit makes the log long enough, and that send then waits for two more
//! fsyncs and all the pages. Here a thread with a connection of its own does it, beside the writer, a little at a time:
//! what it has disk write at once, the writer's next commit waits behind. While the writer goes on, the log hardly ever is
//! moved to its end, and so grows; when it is long, the thread goes on until little is left, and that rest the writer moves
//! itself between two transactions, and the next one begins the log anew. Work that changes many rows waits for that: it
//! alone writes more, and quicker, than the thread can move, and the writer would have to move all of that itself.

use std::{
    fs::File,
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

/// So many pages are worth a checkpoint: 1 MiB.
const STEP: u32 = 256;
/// What the writer moves itself is no more than that, 1 MiB, as long as the log is not longer than it should be.
const REST: u32 = 256;
/// From here on the log is begun anew as soon as that takes little: 64 MiB.
const LONG: u32 = 16_384;
/// And from here on whatever it takes: 256 MiB.
const TOO_LONG: u32 = 4 * LONG;
/// A file that became longer than that is cut when it is begun anew. It has room for the rest that the thread moves
/// meanwhile: each time that it is cut, the system has to give up its space, and find other, while the writer waits.
const KEPT: u32 = 2 * LONG;
/// How often the thread looks for more before it answers. It comes close to the end in two or three: what is committed
/// while it moves something is a part of that.
const LOOKS: u32 = 8;
const PAGE_BYTES: u32 = 4_096;

/// The writer's side of it.
pub(super) struct Checkpoints {
    /// Pages in the log after the last commit.
    pages: Arc<AtomicU32>,
    /// Of these, so many are in the file.
    moved: u32,
    is_under_way: bool,
    /// Whether the thread gets on. Somebody who reads an old state keeps it from that, for as long as a backup takes.
    advances: bool,
    /// Dropped, it ends the thread.
    ask: Option<Sender<()>>,
    moved_now: Receiver<u32>,
    thread: Option<thread::JoinHandle<File>>,
}

impl Checkpoints {
    /// Starts the thread; this connection, the writer's, makes no checkpoints of its own accord any more.
    pub(super) fn start(path: &Path, writer: &mut Connection) -> Result<Self, StoreError> {
        writer.pragma_update(None, "journal_size_limit", KEPT * PAGE_BYTES)?;
        let pages = Arc::<AtomicU32>::default();
        let (noted, seen) = (Arc::clone(&pages), Arc::clone(&pages));
        // It takes the place of SQLite's own checkpoints.
        writer.wal_hook(Some(move |_: &mut _, pages| {
            noted.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        let connection = schema::open_checkpointer(path)?;
        let file = File::open(path).map_err(|error| StoreError::Database(Box::new(error)))?;
        let (ask, asked) = bounded::<()>(1);
        let (answer, moved_now) = bounded(1);
        let thread = thread::Builder::new()
            .name("sqlite-log".into())
            .spawn(move || {
                for () in &asked {
                    if answer.send(move_most(&connection, &file, &seen)).is_err() {
                        break;
                    }
                }
                drop(connection);
                file
            })
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        let (ask, thread) = (Some(ask), Some(thread));
        Ok(Self { pages, moved: 0, is_under_way: false, advances: true, ask, moved_now, thread })
    }

    /// Begins the log anew if it is long and little is left to be moved. Gives how many pages that was.
    pub(super) fn before_transaction(&mut self, writer: &Connection) -> u32 {
        self.hear();
        let pages = self.pages.load(Ordering::Relaxed);
        if self.is_under_way && self.advances && pages >= TOO_LONG {
            // Whoever writes as quickly waits, before the disk is full of what is written.
            let moved = self.moved_now.recv().ok();
            self.answered(moved);
        }
        let rest = pages.saturating_sub(self.moved);
        // Where the thread does not get on, the writer would not either, and lose time with each transaction.
        let is_due = rest <= allowed(pages) || (pages >= TOO_LONG && self.advances);
        if self.is_under_way || pages < LONG || !is_due {
            return 0;
        }
        self.moved = checkpoint(writer);
        rest
    }

    /// Whether the log is long and the thread is about to come to its end, if not much more is written meanwhile.
    pub(super) fn is_catching_up(&mut self) -> bool {
        self.hear();
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < LONG || !self.advances {
            return false;
        }
        let is_far = pages.saturating_sub(self.moved) > allowed(pages);
        if is_far {
            self.look(STEP);
        }
        is_far || self.is_under_way
    }

    /// Waits until the thread says what it has done, beside whatever else is waited for.
    pub(super) const fn answers(&self) -> &Receiver<u32> {
        &self.moved_now
    }

    /// Notes what it has said; nothing, if it has ended.
    pub(super) fn answered(&mut self, moved: Option<u32>) {
        self.advances =
            moved.is_some_and(|moved| moved > self.moved || moved >= self.pages.load(Ordering::Relaxed));
        if let Some(moved) = moved {
            (self.moved, self.is_under_way) = (moved, false);
        }
    }

    /// Has what came moved, if it is worth it.
    pub(super) fn after_transaction(&mut self) {
        self.look(STEP);
    }

    /// Has everything moved, while there is nothing else to do.
    pub(super) fn while_idle(&mut self) {
        self.look(1);
    }

    /// Ends the thread, whose connection is closed then. What it gives must stay open until all other connections are
    /// closed: with it go all locks that SQLite has on the file in this process
    /// (<https://sqlite.org/howtocorrupt.html>, section 2.2).
    pub(super) fn end(&mut self) -> Option<File> {
        drop(self.ask.take());
        self.thread.take().and_then(|thread| thread.join().ok())
    }

    fn look(&mut self, least: u32) {
        self.hear();
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.moved {
            // It was begun anew.
            self.moved = 0;
        }
        if !self.is_under_way && pages.saturating_sub(self.moved) >= least {
            self.is_under_way = self.ask.as_ref().is_some_and(|ask| ask.try_send(()).is_ok());
        }
    }

    /// Notes what the thread has done.
    fn hear(&mut self) {
        if let Ok(moved) = self.moved_now.try_recv() {
            self.answered(Some(moved));
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        // Dropped after the writer's connection.
        drop(self.end());
    }
}

/// How many pages the writer may move itself: the longer the log, the more. While everything is busy, one transaction has
/// more than would be welcome.
const fn allowed(pages: u32) -> u32 {
    REST + pages.saturating_sub(LONG) / 8
}

/// Moves what there is, and goes on if the log is long, until the writer can do the rest. Gives how many pages of the log
/// are in the file.
fn move_most(connection: &Connection, file: &File, pages: &AtomicU32) -> u32 {
    let mut moved = checkpoint_and_sync(connection, file);
    for _ in 1..LOOKS {
        let pages = pages.load(Ordering::Relaxed);
        if pages < LONG || pages.saturating_sub(moved) <= REST {
            break;
        }
        let before = moved;
        moved = checkpoint_and_sync(connection, file);
        if moved <= before {
            // A reader keeps it from more.
            break;
        }
    }
    moved
}

/// Moves it, and waits until the disk has it. SQLite waits for that only when it comes to the very end of the log, which
/// is the writer's part: the writer would wait for all that was ever moved before.
fn checkpoint_and_sync(connection: &Connection, file: &File) -> u32 {
    let moved = checkpoint(connection);
    if let Err(error) = file.sync_data() {
        // It counts as moved only for how much is left to do: SQLite itself goes by its own syncs.
        tracing::warn!(%error, "what was moved from the log is not known to be on disk yet");
    }
    moved
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

#[cfg(test)]
mod tests;

use super::{Checkpoints, Connection, LONG, Ordering, PAGE_BYTES, REST, TOO_LONG};
use futures_util::{StreamExt, stream};

use crate::{randomness::test::CountedRandomness, store::sqlite::SqliteStore};

struct Log {
    folder: tempfile::TempDir,
    writer: Connection,
    checkpoints: Checkpoints,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bell.db");
        let mut writer = Connection::open(&path).unwrap();
        let settings = "PRAGMA journal_mode = wal; PRAGMA synchronous = off; CREATE TABLE t (bytes BLOB);";
        writer.execute_batch(settings).unwrap();
        let checkpoints = Checkpoints::start(&path, &mut writer).unwrap();
        Self { folder, writer, checkpoints }
    }

    /// A transaction of some more pages than these.
    fn commit(&self, pages: u32) {
        self.writer.execute("INSERT INTO t VALUES (zeroblob(?1))", [pages * PAGE_BYTES]).unwrap();
    }

    /// The thread moves what there is, and nothing else happens meanwhile.
    fn is_moved(&mut self) {
        self.checkpoints.after_transaction();
        self.hear_the_thread();
    }

    fn hear_the_thread(&mut self) {
        let moved = self.checkpoints.answers().recv().unwrap();
        self.checkpoints.answered(Some(moved));
    }

    /// What is committed while the thread moves what was there before: somebody reads that state meanwhile.
    fn commit_behind_the_thread(&mut self, pages: u32) {
        let reader = Connection::open(self.folder.path().join("bell.db")).unwrap();
        reader.execute_batch("BEGIN; SELECT 1 FROM t").unwrap();
        self.commit(pages);
        self.is_moved();
    }

    fn pages(&self) -> u32 {
        self.checkpoints.pages.load(Ordering::Relaxed)
    }

    fn file_bytes(&self) -> u64 {
        self.folder.path().join("bell.db-wal").metadata().unwrap().len()
    }

    fn moved_by_the_writer(&mut self) -> u32 {
        self.checkpoints.before_transaction(&self.writer)
    }
}

#[test]
fn the_writer_itself_moves_only_a_small_rest_of_a_long_log() {
    let mut log = Log::new();
    log.commit(LONG);
    assert_eq!(log.moved_by_the_writer(), 0);
    log.commit_behind_the_thread(2 * REST);
    assert_eq!(log.moved_by_the_writer(), 0);
    log.commit_behind_the_thread(REST / 2);
    assert!((REST / 2..=REST).contains(&log.moved_by_the_writer()));
    log.commit(1);
    assert!(log.pages() < REST, "{}", log.pages());
}

#[test]
fn a_file_that_is_about_as_long_as_ever_is_not_cut() {
    let mut log = Log::new();
    log.commit(LONG + 2 * REST);
    let before = log.file_bytes();
    log.is_moved();
    log.moved_by_the_writer();
    log.commit(1);
    assert!(log.pages() < REST, "{}", log.pages());
    assert_eq!(log.file_bytes(), before);
}

#[test]
fn work_that_changes_many_rows_waits_until_a_long_log_is_moved() {
    let mut log = Log::new();
    log.commit(LONG / 2);
    assert!(!log.checkpoints.is_catching_up());
    log.commit(LONG);
    assert!(log.checkpoints.is_catching_up());
    log.hear_the_thread();
    assert!(!log.checkpoints.is_catching_up());
}

#[test]
fn no_work_waits_for_somebody_who_reads_an_old_state() {
    let mut log = Log::new();
    let reader = Connection::open(log.folder.path().join("bell.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT 1 FROM t").unwrap();
    log.commit(LONG);
    // It may have moved what that state has of the log.
    for _ in 0..2 {
        assert!(log.checkpoints.is_catching_up());
        log.hear_the_thread();
    }
    assert!(!log.checkpoints.is_catching_up());
    log.commit(TOO_LONG);
    assert!(!log.checkpoints.is_catching_up());
    assert_eq!(log.moved_by_the_writer(), 0);
    drop(reader);
    log.is_moved();
    log.moved_by_the_writer();
    log.commit(1);
    assert!(log.pages() < REST, "{}", log.pages());
}

#[test]
fn a_log_that_is_far_too_long_is_waited_for() {
    let mut log = Log::new();
    log.commit(TOO_LONG);
    log.checkpoints.after_transaction();
    log.commit(1);
    log.moved_by_the_writer();
    log.commit(1);
    assert!(log.pages() < REST, "{}", log.pages());
}

#[tokio::test]
async fn the_log_stays_short_however_much_is_sent_to_many() {
    const PIECE: u32 = 4_096;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bell.db");
    let store =
        SqliteStore::open_or_create(&path, &CountedRandomness::default(), Box::new(|_, _| ())).unwrap();
    let created = store.writer.run(|connection| Ok(connection.execute_batch("CREATE TABLE t (bytes BLOB)")?));
    created.await.unwrap();
    // Two at once: there is always one to go on with, and no more than these share a transaction.
    let sent: Vec<_> = stream::iter(0..24)
        .map(|_| {
            store.writer.run_large(|connection| {
                Ok(connection.execute("INSERT INTO t VALUES (zeroblob(?1))", [PIECE * PAGE_BYTES])?)
            })
        })
        .buffer_unordered(2)
        .collect()
        .await;
    assert!(sent.iter().all(Result::is_ok));
    let log_bytes = folder.path().join("bell.db-wal").metadata().unwrap().len();
    // A frame is a page and 24 bytes. What is begun right before the log is long makes it longer.
    assert!(log_bytes < u64::from(LONG + 3 * PIECE) * u64::from(PAGE_BYTES + 24), "{log_bytes}");
}

//! SQLite against what every database has to do, and what is its own.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::SqliteStore;
use crate::{
    randomness::test::CountedRandomness,
    store::{
        Actor, Audience, AuditAction, AuditEntry, InboxStore, KeyStore, LeaseStore, Revocation, SendOutcome,
        Store, StoreError, StreamStore,
        conformance::{self, Bench, NOW, notification},
    },
};

fn open(folder: &tempfile::TempDir) -> SqliteStore {
    let path = folder.path().join("bell.db");
    SqliteStore::open_or_create(&path, &CountedRandomness::default(), Box::new(|_, _| ())).unwrap()
}

async fn bench() -> (tempfile::TempDir, Bench) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    (folder, Bench::new(Arc::new(store)).await)
}

macro_rules! conforms {
    ($($part:ident: $($name:ident)+;)+) => {
        $($(
            #[tokio::test]
            async fn $name() {
                let (_folder, bench) = bench().await;
                conformance::$part::$name(bench).await;
            }
        )+)+
    };
}

conformance::cases!(conforms);

// A database need not know steps; one that does is held to them.
conforms! {
    steps:
        what_is_the_same_for_all_is_told_without_a_look
    ;
}

#[tokio::test]
async fn writes_that_wait_share_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let observer = Box::new(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let store =
        SqliteStore::open_or_create(&folder.path().join("bell.db"), &CountedRandomness::default(), observer)
            .unwrap();
    // The writer is busy until all the others wait behind it.
    let (release, released) = std::sync::mpsc::channel::<()>();
    let busy = store.writer.run(move |_| {
        let _ = released.recv();
        Ok(())
    });
    let others = futures_util::future::join_all((0..100).map(|number| {
        store.writer.run(move |connection| {
            let insert = "INSERT INTO ended_sessions (id, until) VALUES (?1, 0)";
            Ok(connection.execute(insert, [number.to_string()])?)
        })
    }));
    let all = futures_util::future::join(busy, others);
    let mut all = std::pin::pin!(all);
    // Polled once, every piece of work is in the queue.
    assert!(futures_util::poll!(all.as_mut()).is_pending());
    release.send(()).unwrap();
    let (first, rest) = all.await;
    assert!(first.is_ok() && rest.iter().all(Result::is_ok));
    assert_eq!(commits.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn small_work_does_not_wait_behind_all_of_the_large() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let done = Arc::new(Mutex::new(Vec::new()));
    let note = |name: &'static str| {
        let done = Arc::clone(&done);
        move |_: &rusqlite::Connection| {
            done.lock().unwrap().push(name);
            Ok(())
        }
    };
    let (release, released) = std::sync::mpsc::channel::<()>();
    let busy = store.writer.run(move |_| {
        let _ = released.recv();
        Ok(())
    });
    let large = futures_util::future::join3(
        store.writer.run_large(note("large 1")),
        store.writer.run_large(note("large 2")),
        store.writer.run_large(note("large 3")),
    );
    let all = futures_util::future::join3(busy, large, store.writer.run(note("small")));
    let mut all = std::pin::pin!(all);
    assert!(futures_util::poll!(all.as_mut()).is_pending());
    release.send(()).unwrap();
    let (first, (one, two, three), last) = all.await;
    assert!([first, one, two, three, last].iter().all(Result::is_ok));
    assert_eq!(*done.lock().unwrap(), ["large 1", "small", "large 2", "large 3"]);
}

#[tokio::test]
async fn work_that_panics_ends_neither_the_thread_nor_what_others_did() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let panicked = store.writer.run::<(), _>(|_| panic!("a bug")).await;
    assert!(matches!(panicked, Err(StoreError::Database(_))));
    for _ in 0..8 {
        let panicked = store.readers.run::<(), _>(|_| panic!("a bug")).await;
        assert!(matches!(panicked, Err(StoreError::Database(_))));
    }
    assert!(store.ping().await.is_ok());
}

#[tokio::test]
async fn work_that_fails_takes_nothing_of_the_others_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let insert = |id: &'static str| {
        store.writer.run(move |connection| {
            connection.execute("INSERT INTO ended_sessions (id, until) VALUES (?1, 0)", [id])?;
            if id == "bad" {
                connection.execute("INSERT INTO nowhere VALUES (1)", [])?;
            }
            Ok(())
        })
    };
    let (first, bad, last) = tokio::join!(insert("first"), insert("bad"), insert("last"));
    assert!(first.is_ok() && bad.is_err() && last.is_ok());
    let kept: i64 = store
        .readers
        .run(|connection| {
            Ok(connection.query_row("SELECT count(*) FROM ended_sessions", [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert_eq!(kept, 2);
    assert!(store.ping().await.is_ok());
}

#[tokio::test]
async fn the_commit_of_another_process_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (open(&folder), open(&folder));
    let mut changes = ours.foreign_changes();
    changes.mark_unchanged();
    theirs
        .writer
        .run(|connection| Ok(connection.execute("INSERT INTO ended_sessions VALUES ('x', 0)", [])?))
        .await
        .unwrap();
    changes.changed().await.unwrap();
}

#[tokio::test]
async fn repeatable_work_that_fails_in_the_middle_is_undone_alone_and_the_rest_is_done_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    // The writer is busy until all the others wait behind it: they share a transaction.
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Mutex::new(released);
    let busy = store.writer.run_repeatable(move |_| {
        let _ = released.lock().unwrap().recv();
        Ok(())
    });
    let insert = |id: &'static str| {
        store.writer.run_repeatable(move |connection| {
            connection.execute("INSERT INTO ended_sessions (id, until) VALUES (?1, 0)", [id])?;
            match id {
                "bad" => Err(connection.execute("INSERT INTO nowhere VALUES (1)", []).unwrap_err().into()),
                "bug" => panic!("a bug"),
                _ => Ok(connection.last_insert_rowid()),
            }
        })
    };
    let others = futures_util::future::join_all(["first", "bad", "middle", "bug", "last"].map(insert));
    let all = futures_util::future::join(busy, others);
    let mut all = std::pin::pin!(all);
    assert!(futures_util::poll!(all.as_mut()).is_pending());
    release.send(()).unwrap();
    drop(release);
    let (_, outcomes) = all.await;
    assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false, true]);
    let kept: Vec<String> = store
        .readers
        .run(|connection| {
            let mut statement = connection.prepare("SELECT id FROM ended_sessions ORDER BY id")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert_eq!(kept, ["first", "last", "middle"]);
}

#[tokio::test]
async fn what_another_process_changed_about_keys_outdates_a_send_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (open(&folder), open(&folder));
    let bench = Bench::new(Arc::new(theirs)).await;
    let send = async |edition, number| {
        let audience = Audience::Users(vec![bench.user("u").user]);
        let sent =
            ours.send_of_edition(edition, bench.project.key, notification(number), audience, None).await;
        sent.unwrap()
    };
    // Whatever was committed before counts for the first transaction that sees it.
    ours.ping().await.unwrap();
    let edition = ours.edition();
    assert!(matches!(send(edition, 1).await, SendOutcome::Stored(_)));
    let entry = AuditEntry::new(NOW, Actor::Server, AuditAction::ProjectChanged);
    bench.store.revoke_user(&bench.user("u"), Revocation::default(), entry).await.unwrap();
    // Nothing has been said to this process, and no time has passed.
    assert_eq!(send(edition, 3).await, SendOutcome::Outdated);
    assert!(matches!(send(ours.edition(), 4).await, SendOutcome::Stored(_)));
    let (counts, _) = ours.counts(&bench.user("u")).await.unwrap();
    assert_eq!(counts.total, 2);
}

#[tokio::test]
async fn what_is_in_the_log_comes_into_the_file_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let size = || folder.path().join("bell.db").metadata().unwrap().len();
    let before = size();
    let insert = "INSERT INTO ended_sessions (id, until) VALUES (hex(randomblob(4096)), 0)";
    for _ in 0..50 {
        store.writer.run(move |connection| Ok(connection.execute(insert, [])?)).await.unwrap();
    }
    let began = std::time::Instant::now();
    while size() < before + 50 * 8_192 {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{} of {before}", size());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_damaged_file_is_told_from_a_sound_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bell.db");
    SqliteStore::examine(&path).unwrap();
    let store = open(&folder);
    store.close().await;
    drop(store);
    SqliteStore::examine(&path).unwrap();
    let sound = std::fs::read(&path).unwrap();
    let mut overwritten = sound.clone();
    overwritten[4_096..40_960].fill(0x5A);
    let cut_off = sound[..sound.len() / 2].to_vec();
    for damaged in [overwritten, cut_off, b"This is a text, and not a short one at all. ".repeat(100)] {
        std::fs::write(&path, damaged).unwrap();
        let error = SqliteStore::examine(&path).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
}

#[tokio::test]
async fn one_of_several_processes_has_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (open(&folder), open(&folder));
    conformance::leases::one_process_has_it_until_it_gives_it_back(&first, &second).await;
    drop(second);
    assert!(first.take_lease().await.unwrap(), "it has gone with the process");
    first.return_lease().await.unwrap();
    conformance::leases::of_two_that_ask_at_once_one_has_it(&first, &open(&folder)).await;
}

//! SQLite against what every database has to do, and what is its own.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::SqliteStore;
use crate::{
    randomness::test::CountedRandomness,
    store::{
        Actor, Audience, AuditAction, AuditEntry, InboxStore, KeyStore, Revocation, SendOutcome, Store,
        StoreError,
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

conforms! {
    projects:
        names_and_public_keys_are_unique
        a_rotated_secret_has_a_previous_one
        a_secret_that_is_still_accepted_is_not_dropped_unless_forced
        a_user_is_cut_off_in_one_project_and_let_in_again
        a_project_changes_only_in_what_was_named
        a_project_is_revoked_wholly_or_up_to_a_moment
    ;
    providers:
        a_provider_is_one_projects_and_its_name_is_taken_there_alone
    ;
    audit:
        a_change_and_its_entry_are_made_together_or_not_at_all
        the_log_is_read_by_project_time_and_key
        what_changed_nothing_leaves_no_entry
    ;
    session_keys:
        a_key_is_added_only_if_the_newest_is_older
        a_key_that_is_added_is_the_newest_whatever_the_clock_says
        a_key_added_alone_takes_the_others_with_it
        keys_are_removed_with_the_age_of_their_successor
    ;
    inboxes:
        the_newest_is_listed_first_and_pages_join
        what_changed_is_told_once
        a_revision_that_cannot_be_resumed_is_a_reset
        a_change_that_changes_nothing_raises_no_revision
        the_same_ids_in_another_project_are_other_things
        a_mark_reaches_what_had_been_seen_and_no_more
        a_large_mark_is_made_in_steps_and_reaches_nothing_that_comes_meanwhile
        a_hundred_sends_with_one_key_are_one
        time_takes_away_and_brings_back
        a_forgotten_tombstone_makes_older_revisions_a_reset
        counts_are_always_those_of_the_items
    ;
    groups:
        a_repeat_takes_the_place_of_what_is_unread_and_counts
        what_was_read_or_put_away_or_removed_is_not_repeated
        a_group_is_of_one_inbox
        what_is_shared_takes_the_place_of_what_each_reader_has_not_read
        a_repeat_by_name_finds_what_it_repeats_among_much_that_is_shared
    ;
    texts:
        an_item_is_in_the_language_of_its_reader_wherever_it_is_read
    ;
    templates:
        a_template_is_put_replaced_and_removed_in_one_project
        no_more_templates_are_kept_than_may_be
    ;
    categories:
        a_declared_category_is_listed_as_its_reader_calls_it
        what_is_off_by_default_reaches_whoever_turns_it_on
        what_cannot_be_turned_off_reaches_whoever_had_turned_it_off
        a_declaration_that_reaches_others_cannot_be_resumed_across
        a_declaration_is_one_projects_and_there_are_no_more_than_may_be
    ;
    notifications:
        each_user_is_counted_once_whatever_they_take_back
        actions_are_counted_by_their_id
        what_was_sent_is_found_by_user_category_type_and_time
        what_was_sent_is_found_by_its_topic_and_says_whom_it_was_for
        pages_of_what_was_sent_join
        what_is_withdrawn_is_gone_from_every_inbox_and_streams_are_told
        a_project_withdraws_only_what_it_sent
        a_long_withdrawal_goes_on_where_it_was_left
    ;
    webhooks:
        a_webhook_is_one_projects_and_changes_only_in_what_is_named
        a_project_has_as_many_webhooks_as_it_may
        what_a_user_does_is_written_once_for_those_that_want_it
        another_projects_webhook_is_told_nothing
        what_is_claimed_is_nobody_elses_until_the_lease_ends
        no_two_claims_at_once_get_the_same
        what_failed_is_tried_again_at_its_moment_and_can_be_replayed
        deliveries_are_listed_by_status_and_page
        a_disabled_webhook_keeps_what_waits_and_a_removed_one_nothing
        old_deliveries_are_forgotten_and_those_that_are_tried_are_not
    ;
    batches:
        an_entry_is_sent_once_under_a_key_and_any_number_of_times_without
        the_first_answer_is_kept_and_given_to_everybody
        a_key_is_of_one_project_and_for_one_request
        a_key_is_forgotten_after_a_day_with_what_was_under_way
    ;
    schedule:
        what_is_sent_later_is_seen_from_its_moment_on_and_once
        whoever_looks_at_the_clock_at_once_sends_once
        what_has_expired_before_it_was_sent_reaches_nobody
        a_transaction_sends_no_more_than_it_should
    ;
    retention:
        what_is_older_is_gone_wherever_it_was_put
        one_project_does_not_decide_for_another
        a_transaction_removes_no_more_than_it_should
        what_is_still_to_be_sent_is_sent_first
    ;
    user_data:
        what_is_held_is_all_that_there_is_wherever_it_is
        what_is_shared_is_held_once_whether_its_user_has_acted_or_not
        an_erased_user_is_as_if_never_heard_of
        who_is_erased_may_come_back_and_be_erased_again
        whoever_has_seen_an_erased_inbox_misses_nothing_of_the_next
        an_inbox_that_had_only_topics_is_forgotten_too
        the_same_id_in_another_project_is_another_user
        a_large_inbox_is_removed_piece_by_piece
    ;
    preferences:
        what_is_turned_off_is_nowhere_and_comes_back_as_it_was
        what_comes_while_it_is_off_is_told_to_nobody_and_kept
        pages_join_where_something_is_turned_off
        a_mark_reaches_nothing_that_is_turned_off
        a_choice_cannot_be_resumed_across_and_the_same_one_changes_nothing
        a_category_is_one_while_something_has_it_or_after_it_was_turned_off
        no_more_choices_are_remembered_than_may_be
        a_choice_is_one_users_in_one_project
        time_goes_on_for_what_is_turned_off
    ;
    model:
        an_inbox_is_what_the_plainest_model_says
    ;
    audiences:
        a_revision_from_before_anything_was_shared_is_resumed_from
        inboxes_looked_at_together_are_told_what_each_is_told_alone
        a_forgotten_withdrawal_makes_older_revisions_a_reset
        what_was_deleted_long_ago_is_not_told_when_it_is_withdrawn
        no_more_is_shared_at_a_time_than_may_be
        a_project_has_no_more_topics_than_it_may_and_empty_ones_go
        what_came_while_somebody_was_in_a_topic_is_theirs
        what_is_off_by_default_is_off_for_whoever_has_nothing_of_it_yet
        what_is_sent_later_reaches_whoever_is_there_then
        what_is_too_old_is_removed_and_older_revisions_are_a_reset
    ;
    audience_model:
        inboxes_that_share_are_what_the_plainest_model_says
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

//! PostgreSQL against what every database has to do, and what is its own.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{
    PostgresStore, Role,
    test_server::{Database, SERVER_ROLE, bench, open},
};
use crate::{
    clock::{Clock, CommonClock, SystemClock, test::SetClock},
    randomness::test::CountedRandomness,
    store::{
        Actor, Audience, AuditAction, AuditEntry, CutOffStore, InboxStore, KeyStore, LEASE_LASTS, LeaseStore,
        Revocation, SendOutcome, Store, StreamStore,
        conformance::{self, Bench, NOW, notification},
    },
};

macro_rules! conforms {
    ($($part:ident: $($name:ident)+;)+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(database) = Database::new().await else { return };
                conformance::$part::$name(bench(&database).await).await;
                database.remove().await;
            }
        )+)+
    };
}

conformance::cases!(conforms);

#[tokio::test]
async fn opening_at_once_makes_the_tables_once_and_keeps_what_is_there() {
    let Some(database) = Database::new().await else { return };
    database.empty().await;
    let (first, second) = tokio::join!(database.open(), database.open());
    assert_eq!(first.incarnation, second.incarnation);
    assert!(first.ping().await.is_ok());
    first.close().await;
    assert!(first.ping().await.is_err());
    assert!(second.ping().await.is_ok());
    database.remove().await;
}

#[tokio::test]
async fn sends_that_wait_share_a_commit_and_one_that_fails_takes_nothing_of_the_others() {
    let Some(database) = Database::new().await else { return };
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let observer = Box::new(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let randomness = CountedRandomness::default();
    let store = PostgresStore::open(&database.address, SERVER_ROLE, &randomness, observer).await.unwrap();
    let bench = Bench::new(Arc::new(store)).await;
    let send = |number: u128| {
        let users = vec![bench.user("u").user, bench.user(&format!("user {number}")).user];
        bench.store.send(bench.project.key, notification(number), Audience::Users(users), None)
    };
    commits.store(0, Ordering::Relaxed);
    // Polled once, all of them wait before any is written.
    let outcomes = futures_util::future::join_all((1..=100).map(send)).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(commits.load(Ordering::Relaxed), 1);
    // One has the id of another.
    let outcomes = futures_util::future::join_all([101, 7, 102].map(send)).await;
    assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    let (counts, revision) = bench.store.counts(&bench.user("u")).await.unwrap();
    assert_eq!((counts.total, revision.ends_with("-102-0")), (102, true), "{revision}");
    database.remove().await;
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced() {
    let Some(database) = Database::new().await else { return };
    let bench = bench(&database).await;
    let user = bench.user("u");
    let send = |number| {
        let audience = Audience::Users(vec![user.user.clone()]);
        bench.store.send(bench.project.key, notification(number), audience, None)
    };
    // Several connections at once, none of which is there any more.
    let outcomes = futures_util::future::join_all((1..=3).map(send)).await;
    assert!(outcomes.iter().all(Result::is_ok));
    futures_util::future::join_all((0..8).map(|_| bench.store.counts(&user))).await;
    database.cut_connections().await;
    assert_eq!(bench.store.counts(&user).await.unwrap().0.total, 3);
    send(4).await.unwrap();
    assert!(bench.store.ping().await.is_ok());
    assert_eq!(bench.store.counts(&user).await.unwrap().0.total, 4);
    database.remove().await;
}

#[tokio::test]
async fn what_another_process_changed_about_keys_outdates_a_send_at_once() {
    let Some(database) = Database::new().await else { return };
    let (ours, bench) = (database.open().await, bench(&database).await);
    let (project, u) = (bench.project.key, bench.user("u"));
    let send = async |edition, number, audience| {
        ours.send_of_edition(edition, project, notification(number), audience, None).await.unwrap()
    };
    let by_name = || Audience::Users(vec![u.user.clone()]);
    // What was committed before counts for the first transaction that sees it.
    send(ours.edition(), 1, by_name()).await;
    let edition = ours.edition();
    assert!(matches!(send(edition, 2, by_name()).await, SendOutcome::Stored(_)));
    let entry = AuditEntry::new(NOW, Actor::Server, AuditAction::ProjectChanged);
    bench.store.revoke_user(&u, Revocation::default(), entry).await.unwrap();
    // Nothing has been said to this process, and no time has passed.
    assert_eq!(send(edition, 3, by_name()).await, SendOutcome::Outdated);
    assert_eq!(send(edition, 4, Audience::Everyone).await, SendOutcome::Outdated);
    assert!(matches!(send(ours.edition(), 5, by_name()).await, SendOutcome::Stored(_)));
    assert_eq!(ours.counts(&u).await.unwrap().0.total, 2);
    database.remove().await;
}

#[tokio::test]
async fn what_a_command_changes_is_heard_of() {
    let Some(database) = Database::new().await else { return };
    let server = database.open().await;
    let command = open(&database.address, Role::Command).await;
    let mut changes = server.foreign_changes();
    server.end_session("own", NOW).await.unwrap();
    changes.mark_unchanged();
    command.end_session("of the command", NOW).await.unwrap();
    changes.changed().await.unwrap();
    database.remove().await;
}

#[tokio::test]
async fn one_of_several_processes_has_the_lease_until_it_falls_silent() {
    let Some(database) = Database::new().await else { return };
    let (first, second) = (database.open().await, database.open().await);
    conformance::leases::of_two_that_ask_at_once_one_has_it(&first, &second).await;
    conformance::leases::one_process_has_it_until_it_gives_it_back(&first, &second).await;
    let client = database.connect().await;
    let left = "SELECT extract(epoch FROM until - clock_timestamp())::float8 FROM lease";
    let left: f64 = client.query_one(left, &[]).await.unwrap().get(0);
    assert!(left <= LEASE_LASTS.as_secs_f64(), "{left}");
    // By the database's clock: nobody else's is asked.
    client.batch_execute("UPDATE lease SET until = clock_timestamp()").await.unwrap();
    assert!(first.take_lease().await.unwrap());
    assert!(!second.take_lease().await.unwrap(), "it was not renewed in time, and has another turn now");
    // The database's clock is set back by an hour, and its holder ends.
    client.batch_execute("UPDATE lease SET until = until + interval '1 hour'").await.unwrap();
    assert!(second.take_lease().await.unwrap());
    database.remove().await;
}

#[tokio::test]
async fn a_process_that_is_cut_off_says_so_to_all_others_until_it_is_not_or_has_ended() {
    let Some(database) = Database::new().await else { return };
    let (first, second) = (database.open().await, database.open().await);
    // Any number is a name.
    let (one, other) = (u64::MAX, 1);
    assert!(!second.is_one_cut_off(other).await.unwrap());
    first.say_cut_off(one, true).await.unwrap();
    first.say_cut_off(one, true).await.unwrap();
    assert!(second.is_one_cut_off(other).await.unwrap());
    assert!(!first.is_one_cut_off(one).await.unwrap(), "of itself it knows");
    second.say_cut_off(other, false).await.unwrap();
    assert!(second.is_one_cut_off(other).await.unwrap(), "nobody takes back another's word");
    first.say_cut_off(one, false).await.unwrap();
    assert!(!second.is_one_cut_off(other).await.unwrap());
    // One that ends says nothing more. By the database's clock: nobody else's is asked.
    first.say_cut_off(one, true).await.unwrap();
    let client = database.connect().await;
    client.batch_execute("UPDATE cut_off SET until = clock_timestamp()").await.unwrap();
    assert!(!second.is_one_cut_off(other).await.unwrap());
    second.say_cut_off(other, true).await.unwrap();
    let kept: i64 = client.query_one("SELECT count(*) FROM cut_off", &[]).await.unwrap().get(0);
    assert_eq!(kept, 1, "and is forgotten");
    // The database's clock is set back by an hour.
    client.batch_execute("UPDATE cut_off SET until = until + interval '1 hour'").await.unwrap();
    assert!(!first.is_one_cut_off(one).await.unwrap());
    database.remove().await;
}

#[tokio::test]
async fn a_machine_whose_clock_is_wrong_goes_by_the_database_s() {
    let Some(database) = Database::new().await else { return };
    let store = database.open().await;
    let clock = CommonClock::new(Arc::new(SetClock::at(0)));
    let before = SystemClock.now();
    clock.compare(&store).await.unwrap();
    // Here, the database is on the same machine. What the answer took is not known to this clock, which stands.
    let tolerated_ms = 250 + (SystemClock.now().unix_ms() - before.unix_ms());
    assert!((clock.now().unix_ms() - before.unix_ms()).abs() <= tolerated_ms, "{before} {}", clock.now());
    database.remove().await;
}

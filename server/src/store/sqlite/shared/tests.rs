//! What is SQLite's own about sharing: how many rows it takes, and how long.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use notification_bell_protocol::View;
use rusqlite::Connection;

use super::UNSETTLED;
use crate::{
    randomness::test::CountedRandomness,
    store::{
        Audience, Changes, Idempotency, InboxStore, ListQuery, NewNotification, NotificationStore,
        SendOutcome, StreamStore, TopicStore,
        conformance::{ANY, Bench, NOW, id, notification, read, returned},
        sqlite::SqliteStore,
    },
};

const USERS: i64 = 1_000_000;
/// What a machine that does much else at the same time may take for what otherwise takes milliseconds. A row for each
/// user takes longer on every machine.
const AT_ONCE: Duration = Duration::from_millis(500);

/// A store, a project in it, and the number of rows that its last commit changed.
async fn open(path: &Path) -> (Arc<SqliteStore>, Bench, Arc<AtomicU64>) {
    let rows = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&rows);
    let observer = Box::new(move |rows, _| counted.store(rows, Ordering::Relaxed));
    let store = SqliteStore::open_or_create(path, &CountedRandomness::default(), observer).unwrap();
    let store = Arc::new(store);
    let bench = Bench::new(Arc::clone(&store) as _).await;
    (store, bench, rows)
}

async fn count(store: &SqliteStore, sql: &'static str) -> i64 {
    store.readers.run(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
}

#[tokio::test]
async fn a_broadcast_to_a_million_users_is_one_row_and_takes_milliseconds() {
    let folder = tempfile::tempdir().unwrap();
    let (store, bench, rows) = open(&folder.path().join("bell.db")).await;
    let project = bench.project.key;
    store
        .writer
        .run(move |connection| {
            Ok(connection.execute(
                "WITH RECURSIVE numbers (number) AS \
                 (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?2) \
                 INSERT INTO users (project, id) SELECT ?1, 'user-' || number FROM numbers",
                [project.0, USERS],
            )?)
        })
        .await
        .unwrap();

    let began = Instant::now();
    let sent = store.send(project, notification(1), Audience::Everyone, None).await.unwrap();
    let took = began.elapsed();
    let SendOutcome::Stored(reached) = sent else { panic!("it is new") };
    assert_eq!((reached.recipients, reached.users), (1_000_000, None));
    assert_eq!(count(&store, "SELECT count(*) FROM shared").await, 1);
    assert_eq!(count(&store, "SELECT count(*) FROM items").await, 0);
    assert!(rows.load(Ordering::Relaxed) <= 3, "the notification, that it is shared, and the revision");
    assert!(took < AT_ONCE, "{took:?}");

    for known in ["user-1", "user-777777", "user-1000000", "never heard of"] {
        let user = bench.user(known);
        let began = Instant::now();
        let query = ListQuery { view: View::All, category: None, limit: 20, cursor: None };
        let page = store.list(&user, query, ANY).await.unwrap();
        assert_eq!((page.items[0].id.clone(), page.counts.unread), (id(1).to_string(), 1));
        let Changes::Since(sync) = store.changes(&user, &before(&page.revision), ANY).await.unwrap() else {
            panic!("it can be told")
        };
        assert_eq!(sync.changed, page.items);
        let changed = store.change_item(&user, id(1), NOW, read(), ANY).await.unwrap().unwrap();
        assert_eq!(changed.counts.unread, 0);
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    }
    assert_eq!(count(&store, "SELECT count(*) FROM items").await, 4, "those who did something with it");
}

/// The state before anything was shared.
fn before(revision: &str) -> String {
    format!("{}-0-0", revision.split_once('-').unwrap().0)
}

#[tokio::test]
async fn what_is_withdrawn_is_removed_piece_by_piece_and_a_restart_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bell.db");
    let (store, bench, _) = open(&path).await;
    let project = bench.project.key;
    store.send(project, notification(1), Audience::Everyone, None).await.unwrap();
    let users: Vec<_> = (0..1_100).map(|number| bench.user(&format!("user-{number}"))).collect();
    let acts = users.iter().map(|user| store.change_item(user, id(1), NOW, read(), ANY));
    assert!(futures_util::future::join_all(acts).await.iter().all(Result::is_ok));
    let first = store.withdraw(project, id(1), NOW).await.unwrap().unwrap();
    assert!(first.more && first.shared && first.changed.len() == 1_000);
    assert_eq!(count(&store, "SELECT count(*) FROM items WHERE place <> 3").await, 100);
    drop((store, bench));

    let store = SqliteStore::open(&path, &CountedRandomness::default(), Box::new(|_, _| ())).unwrap();
    assert_eq!(store.unfinished_withdrawals().await.unwrap(), [(project, id(1))]);
    let last = store.withdraw(project, id(1), NOW).await.unwrap().unwrap();
    assert!(!last.more && !last.shared && last.changed.len() == 100);
    assert_eq!(count(&store, "SELECT count(*) FROM items WHERE place <> 3").await, 0);
    assert_eq!(count(&store, "SELECT sum(total) + sum(unread) + sum(unseen) FROM users").await, 0);
    // A week later nothing is left of it.
    let later = NOW.plus_ms(8 * 86_400_000);
    while store.advance(later, returned()).await.unwrap().more {}
    for table in
        ["SELECT count(*) FROM items", "SELECT count(*) FROM shared", "SELECT count(*) FROM notifications"]
    {
        assert_eq!(count(&store, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_user_who_is_deleted_is_counted_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (store, bench, _) = open(&folder.path().join("bell.db")).await;
    let users = ["a", "b", "c"].map(|id| bench.user(id).user).to_vec();
    store.subscribe(bench.project.key, "releases", users.clone(), 10).await.unwrap();
    store.unsubscribe(bench.project.key, "releases", users[..1].to_vec()).await.unwrap();
    let numbers = async || {
        (
            count(&store, "SELECT user_count FROM projects").await,
            count(&store, "SELECT subscribers FROM topics").await,
            count(&store, "SELECT count(*) FROM subscriptions").await,
        )
    };
    assert_eq!(numbers().await, (3, 2, 2));
    let deleted =
        store.writer.run(|connection| Ok(connection.execute("DELETE FROM users WHERE id = 'b'", [])?));
    assert_eq!(deleted.await.unwrap(), 1);
    assert_eq!(numbers().await, (2, 1, 1));
}

#[tokio::test]
async fn what_a_user_received_is_found_by_indexes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _, _) = open(&folder.path().join("bell.db")).await;
    let plan = |connection: &Connection| {
        let sql = UNSETTLED.replace(":user", "1").replace(":project", "1").replace(":after", "1");
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN SELECT i.category, count(*) FROM {sql} i GROUP BY 1"))?;
        let steps = statement.query_map([], |row| row.get::<_, String>(3))?;
        Ok(steps.collect::<Result<Vec<_>, _>>()?.join("\n"))
    };
    let plan = store.readers.run(plan).await.unwrap();
    for index in ["shared_with_everyone (project=? AND came>?)", "shared_with_topic (topic=? AND came>?"] {
        assert!(plan.contains(index), "{index} is not used:\n{plan}");
    }
    assert!(!plan.contains("SCAN s\n") && !plan.contains("SCAN e") && !plan.contains("SCAN t"), "{plan}");
}

#[tokio::test]
async fn who_joins_and_leaves_a_topic_over_and_over_leaves_no_more_than_was_sent_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (store, bench, _) = open(&folder.path().join("bell.db")).await;
    let (project, user) = (bench.project.key, bench.user("u"));
    let topic = || Audience::Topic("releases".to_owned());
    for round in 0..40 {
        store.subscribe(project, "releases", vec![user.user.clone()], 1).await.unwrap();
        // The topic gets something in two of the rounds, everybody in each.
        if round % 20 == 10 {
            store.send(project, notification(1_000 + round), topic(), None).await.unwrap();
        }
        store.send(project, notification(round), Audience::Everyone, None).await.unwrap();
        store.unsubscribe(project, "releases", vec![user.user.clone()]).await.unwrap();
        // What ends without anything coming before it goes on would be one.
        store.send(project, notification(500 + round), Audience::Everyone, None).await.unwrap();
    }
    assert_eq!(count(&store, "SELECT count(*) FROM subscriptions").await, 2);
    let (counts, _) = store.counts(&user).await.unwrap();
    assert_eq!(counts.total, 82, "what came is theirs");
}

#[tokio::test]
async fn what_was_sent_before_settles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (store, bench, _) = open(&folder.path().join("bell.db")).await;
    let (project, user) = (bench.project.key, bench.user("u").user);
    let send = async |number, audience, key: Option<&str>| {
        let key = key.map(|key| Idempotency { key: key.to_owned(), fingerprint: [1; 32] });
        let new = NewNotification { group_key: Some("room".to_owned()), ..notification(number) };
        store.send(project, new, audience, key).await.unwrap()
    };
    send(1, Audience::Users(vec![user.clone()]), Some("key")).await;
    send(2, Audience::Everyone, None).await;
    let repeated = send(3, Audience::Users(vec![user]), Some("key")).await;
    assert_eq!(repeated, SendOutcome::Repeated { id: id(1), recipients: 1 });
    assert_eq!(count(&store, "SELECT settled FROM users").await, 0);
    assert_eq!(count(&store, "SELECT count(*) FROM items").await, 1);
}

//! No operation reads a whole table where it wants a few rows. Said by PostgreSQL itself, which counts what it reads.

use notification_bell_protocol::View;
use tokio_postgres::Client;

use super::test_server::{Database, bench};
use crate::store::{
    Audience, InboxStore, ListQuery, NotificationQuery, NotificationStore, Store, StreamStore,
    conformance::{ANY, NOW, everything, id, notification, read, returned},
};

/// Two thousand inboxes with twenty items each, each a notification of its own: so many that reading all would be slower.
const FILL: &str = "
    INSERT INTO users (project, id, revision, total, unread, unseen)
    SELECT 1, 'user ' || u, 20, 20, 20, 20 FROM generate_series(1, 2000) u;
    INSERT INTO notifications (id, project, type, category, title, priority, created_at, recipients)
    SELECT lpad(to_hex(n), 32, '0')::uuid, 1, 'type ' || n % 50, 'category ' || n % 20, 'Title', 1,
    1800000000000 + n, 1 FROM generate_series(1, 40000) n;
    INSERT INTO items (inbox, notification, revision, arrived, position, category)
    SELECT u.key, n.key, n.key / 2000 + 1, n.key / 2000 + 1, n.created_at, n.category
    FROM users u JOIN notifications n ON n.key % 2000 = u.key % 2000;
    INSERT INTO inbox_categories (inbox, name, stored, unseen, unread, total)
    SELECT inbox, category, count(*), count(*), count(*), count(*) FROM items GROUP BY inbox, category;
    INSERT INTO idempotency_keys (project, text, fingerprint, notification, recipients, created_at)
    SELECT 1, 'key ' || n, '', lpad(to_hex(n), 32, '0')::uuid, 20, 1800000000000 + n FROM generate_series(1, 2000) n;
    ANALYZE";
/// What is large, and how many rows of it were read without an index.
const READ: &str = "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_user_tables
    WHERE relname IN ('users', 'notifications', 'items', 'inbox_categories', 'idempotency_keys')";
/// No operation of these has so many rows to look at.
const MANY: i64 = 1_000;

/// What was read until all others have gone: a process tells of it then at the latest.
async fn read_so_far(client: &Client) -> i64 {
    let others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    while !client.query(others, &[]).await.unwrap().is_empty() {}
    client.query_one(READ, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn nothing_reads_a_whole_table_for_a_few_rows() {
    let Some(database) = Database::new().await else { return };
    let client = database.connect().await;
    let bench = bench(&database).await;
    let (project, user) = (bench.project.key, bench.user("user 700"));
    bench.store.close().await;
    // By somebody who has gone before anything is counted.
    database.connect().await.batch_execute(FILL).await.unwrap();
    macro_rules! looks_at_few_rows {
        ($($store:ident => $work:expr;)+) => {
            $(
                let before = read_so_far(&client).await;
                let $store = database.open().await;
                $work.unwrap();
                $store.close().await;
                drop($store);
                let rows = read_so_far(&client).await - before;
                assert!(rows < MANY, "{rows} rows were read by {}", stringify!($work));
            )+
        };
    }
    let list = |view, category: Option<&str>| ListQuery {
        view,
        category: category.map(str::to_owned),
        limit: 20,
        cursor: None,
    };
    let search = || NotificationQuery {
        category: Some("category 3".to_owned()),
        limit: 20,
        ..NotificationQuery::default()
    };
    let users = |names: &[&str]| Audience::Users(names.iter().map(|name| bench.user(name).user).collect());
    looks_at_few_rows! {
        store => store.list(&user, list(View::All, None), ANY).await;
        store => store.list(&user, list(View::Unread, None), ANY).await;
        store => store.list(&user, list(View::Archived, None), ANY).await;
        store => store.list(&user, list(View::All, Some("category 0")), ANY).await;
        store => store.counts(&user).await;
        store => store.send(project, notification(50_001), users(&["user 1", "user 700", "new"]), None).await;
        store => store.changes(&user, &store.counts(&user).await.unwrap().1, ANY).await;
        store => store.item(&user, id(700)).await;
        store => store.change_item(&user, id(700), NOW, read(), ANY).await;
        store => store.change_items(&user, everything(), NOW, read()).await;
        store => store.notification(project, id(7)).await;
        store => store.search_notifications(project, search()).await;
        store => store.withdraw(project, id(9), NOW).await;
        store => store.send(project, notification(50_002), Audience::Everyone, None).await;
        store => store.list(&user, list(View::All, None), ANY).await;
        store => store.advance(NOW, returned()).await;
    }
    database.remove().await;
}

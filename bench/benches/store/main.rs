//! Measures the store by itself: what is left when HTTP, proofs and JSON are taken away, with the same fsync.
//!
//! `cargo bench --package notification-bell-bench` fills a database of a million rows first; `BELL_BENCH_ROWS` says
//! how many. What an inner part costs is seen here; what a caller waits for is `cargo xtask bench`.

#[path = "../database/mod.rs"]
mod database;
mod filled;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use full_inboxes::TOPIC;
use notification_bell_protocol::View;
use notification_bell_server::{
    languages::Languages,
    store::{Audience, InboxStore, ListQuery, StreamStore},
};

use crate::{database::Database, filled::others};

/// Items on a page, as the element asks for them.
const PAGE: usize = 20;
/// How far into the inbox the deep page is.
const DEEP_PAGES: usize = 500;

fn store(criterion: &mut Criterion) {
    let filled = Database::filled();
    read(criterion, &filled);
    send(criterion, &filled);
}

fn send(criterion: &mut Criterion, filled: &Database) {
    let mut group = criterion.benchmark_group("send");
    // Each writes for good: fewer samples, so that the last finds about the database that the first found.
    group.sample_size(20);
    for (to, audience) in [
        ("one", Audience::Users(others(0..1))),
        ("1,000", Audience::Users(others(0..1_000))),
        ("a topic of 100,000", Audience::Topic(TOPIC.to_owned())),
        ("everyone, 1,000,000", Audience::Everyone),
    ] {
        group.bench_function(to, |bencher| {
            bencher.to_async(&filled.runtime).iter(|| filled.send(audience.clone()));
        });
    }
    group.finish();
}

fn read(criterion: &mut Criterion, filled: &Database) {
    let mut group = criterion.benchmark_group("read an inbox of 100,000");
    let deep = filled.deep_cursor(DEEP_PAGES, PAGE);
    let query = |view, category: Option<&str>, cursor| ListQuery {
        view,
        category: category.map(ToOwned::to_owned),
        limit: PAGE,
        cursor,
    };
    for (what, query) in [
        ("first page", query(View::All, None, None)),
        ("deep page", query(View::All, None, Some(deep))),
        ("unread", query(View::Unread, None, None)),
        ("a category", query(View::All, Some("security"), None)),
    ] {
        group.bench_function(what, |bencher| {
            bencher.to_async(&filled.runtime).iter(async || {
                let page = filled.store.list(&filled.reader, query.clone(), &Languages::ANY).await;
                assert_eq!(page.expect("it can be read").items.len(), PAGE);
            });
        });
    }
    group.bench_function("counts", |bencher| {
        bencher
            .to_async(&filled.runtime)
            .iter(async || black_box(filled.store.counts(&filled.reader).await.expect("it can be read")));
    });
    for (what, items) in [("sync of one", 1), ("sync of 100", 100)] {
        let since = filled.revision_before(items);
        group.bench_function(what, |bencher| {
            bencher.to_async(&filled.runtime).iter(async || {
                let changes = filled.store.changes(&filled.reader, &since, &Languages::ANY).await;
                black_box(changes.expect("it can be read"));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, store);
criterion_main!(benches);

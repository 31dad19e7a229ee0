//! What is measured: sending to one and to many, and reading a full inbox.

use std::time::Instant;

use full_inboxes::{READER, TOPIC, other};
use futures_util::{StreamExt, stream};
use notification_bell_tests::{Server, Session};
use reqwest::Method;
use serde_json::{Value, json};

use super::filling::{answered, notification, post};
use crate::{
    latencies::Latencies,
    report::{Goal, Report, Unit, whole},
};

/// Senders at once, where a rate is measured.
const SENDERS: usize = 64;
/// Sends to a thousand are measured less often than others: each writes a thousand rows.
const FEWER: u32 = 10;
/// How far into a full inbox the deep page is.
const DEEP_PAGES: usize = 50;
/// In milliseconds, whatever else is in the database.
const READING: Goal = Goal::at_most(5.0);

/// Sends, one after the other and many at once. Each is on disk when it is answered.
pub(crate) async fn send(server: &Server, times: u32, report: &mut Report) {
    let to_one = json!({ "users": [other(0)] });
    let to_thousand = json!({ "users": (0..1_000).map(other).collect::<Vec<_>>() });
    let to_topic = json!({ "topic": TOPIC });
    let to_everyone = json!({ "everyone": true });
    for (what, to, times) in [
        ("send to one", &to_one, times),
        ("send to 1,000", &to_thousand, times / FEWER),
        ("send to a topic", &to_topic, times),
        ("send to everyone", &to_everyone, times),
    ] {
        let latencies = Latencies::measure(times, async |number| {
            post(server, "/notifications", &notification(to, number.into()), 201).await;
        });
        report.add_times(what, latencies.await);
    }
    let began = Instant::now();
    let total = times * 10;
    let measured: Vec<_> = stream::iter(0..total)
        .map(|number| async move {
            let to = json!({ "users": [other(number.into())] });
            let began = Instant::now();
            post(server, "/notifications", &notification(&to, number.into()), 201).await;
            began.elapsed()
        })
        .buffer_unordered(SENDERS)
        .collect()
        .await;
    let per_second = whole(measured.len()) / began.elapsed().as_secs_f64();
    report.add_times("send to one, 64 at once, each to another full inbox", Latencies::of(measured));
    report.add("the same, in a second", per_second, Unit::PerSecond);
}

/// Reads of an inbox that is full.
pub(crate) async fn read(server: &Server, times: u32, report: &mut Report) {
    let reader = server.session(READER).await;
    // The first act puts what went to all into the inbox, once: a time of its own.
    let first = read_one(&reader).await;
    report.add_times("first change after many broadcasts", first);
    let deep = deep_cursor(&reader).await;
    for (what, query) in [
        ("list, first page of 20", String::new()),
        ("list, after 5,000 items", format!("?cursor={deep}")),
        ("list, unread", "?view=unread".to_owned()),
        ("list, one category", "?category=security".to_owned()),
    ] {
        let latencies = Latencies::measure(times, async |_| {
            list(&reader, &query).await;
        });
        report.add_times(what, latencies.await).goal(READING);
    }
    report
        .add_times("open a stream, and have what came since", sync(server, &reader, times).await)
        .goal(READING);
    report.add_times("mark one as read", mark(&reader, times).await);
}

async fn list(reader: &Session, query: &str) -> Value {
    answered(reader.call(Method::GET, &format!("/inbox{query}")), 200).await
}

async fn mark_read(reader: &Session, id: &str) {
    answered(reader.call(Method::PATCH, &format!("/inbox/{id}")).json(&json!({"read": true})), 200).await;
}

async fn read_one(reader: &Session) -> Latencies {
    let page = list(reader, "?limit=1").await;
    let id = page["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    Latencies::measure(1, async |_| {
        mark_read(reader, &id).await;
    })
    .await
}

async fn deep_cursor(reader: &Session) -> String {
    let mut cursor = String::new();
    for page in 0..DEEP_PAGES {
        let query = if page == 0 { "?limit=100".to_owned() } else { format!("?limit=100&cursor={cursor}") };
        let page = list(reader, &query).await;
        page["next"].as_str().unwrap_or_default().clone_into(&mut cursor);
    }
    cursor
}

/// From the request for a stream to its first event, which has the one item that came since.
async fn sync(server: &Server, reader: &Session, times: u32) -> Latencies {
    let to = json!({ "users": [READER] });
    let mut measured = Vec::new();
    for number in 0..times {
        let page = list(reader, "?limit=1").await;
        post(server, "/notifications", &notification(&to, number.into()), 201).await;
        let began = Instant::now();
        let mut stream = reader.stream(page["revision"].as_str()).await;
        let sync = stream.sync().await;
        measured.push(began.elapsed());
        assert_eq!(sync["changed"].as_array().map(Vec::len), Some(1), "{sync}");
    }
    Latencies::of(measured)
}

async fn mark(reader: &Session, times: u32) -> Latencies {
    let mut ids = Vec::new();
    let mut cursor = None::<String>;
    while ids.len() < times as usize {
        let query = cursor.map_or_else(
            || "?view=unread&limit=100".to_owned(),
            |cursor| format!("?view=unread&limit=100&cursor={cursor}"),
        );
        let page = list(reader, &query).await;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        ids.extend(items.iter().filter_map(|item: &Value| Some(item["id"].as_str()?.to_owned())));
        cursor = page["next"].as_str().map(ToOwned::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    let times = times.min(u32::try_from(ids.len()).unwrap_or(u32::MAX));
    Latencies::measure(times, async |number| {
        mark_read(reader, &ids[number as usize]).await;
    })
    .await
}

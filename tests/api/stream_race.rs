//! Streams that open while notifications are sent: the list and the stream together show each exactly once.

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::{join, join_all};
use notification_bell_tests::{Server, Session};
use serde_json::json;
use tokio::time::timeout;

const USER: &str = "user@example.com";
const ROUNDS: usize = 6;
const SENDERS: usize = 8;
const SENDS_EACH: usize = 6;
const READERS: usize = 6;
const LOST_AFTER: Duration = Duration::from_secs(10);

/// Lists, opens a stream from the list's revision, and counts how often each notification was shown.
async fn list_and_follow(session: &Session, round: usize, number: usize) -> BTreeMap<String, usize> {
    let page = session.inbox("?limit=100").await;
    let tag = format!("round {round}");
    let in_list = page["items"].as_array().unwrap().iter().filter(|item| item["body"] == json!(tag));
    let mut shown: BTreeMap<String, usize> =
        in_list.map(|item| (item["id"].as_str().unwrap().to_owned(), 1)).collect();
    let mut stream = session.stream(page["revision"].as_str()).await;
    while shown.len() < number {
        // What has not come by then is lost, and the comparison says what that is.
        let Ok(ids) = timeout(LOST_AFTER, stream.changed_ids(1)).await else { break };
        for id in ids {
            *shown.entry(id).or_default() += 1;
        }
    }
    shown
}

async fn send_all(server: &Server, round: usize) -> Vec<String> {
    let senders = (0..SENDERS).map(async |_| {
        let mut ids = Vec::new();
        for _ in 0..SENDS_EACH {
            let members = json!({"title": "Hello", "body": format!("round {round}")});
            ids.push(server.notify_with(USER, &members).await);
        }
        ids
    });
    join_all(senders).await.concat()
}

#[tokio::test]
async fn each_notification_is_shown_exactly_once_by_list_and_stream() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for round in 0..ROUNDS {
        let number = SENDERS * SENDS_EACH;
        let readers = join_all((0..READERS).map(|_| list_and_follow(&session, round, number)));
        let (mut sent, shown) = join(send_all(&server, round), readers).await;
        sent.sort_unstable();
        let expected: BTreeMap<String, usize> = sent.into_iter().map(|id| (id, 1)).collect();
        for reader in shown {
            assert_eq!(reader, expected, "in round {round}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_keeps_breaking_off_loses_and_doubles_nothing() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let number = SENDERS * SENDS_EACH;
    let follow = async {
        let mut last = session.grant["revision"].as_str().unwrap().to_owned();
        let mut shown = Vec::new();
        while shown.len() < number {
            // One event for each connection: as many breaks as there can be.
            let mut stream = session.stream(Some(&last)).await;
            let mut sync = stream.sync().await;
            if sync["changed"] == json!([]) {
                sync = stream.sync().await;
            }
            last = sync["revision"].as_str().unwrap().to_owned();
            let changed = sync["changed"].as_array().unwrap();
            shown.extend(changed.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        }
        shown
    };
    let (mut sent, mut shown) = join(send_all(&server, 0), follow).await;
    sent.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, sent);
}

#[tokio::test]
async fn the_counts_of_an_event_belong_to_its_revision() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    let number = SENDERS * SENDS_EACH;
    let follow = async {
        let mut shown = 0;
        while shown < number {
            let sync = stream.sync().await;
            shown += sync["changed"].as_array().unwrap().len();
            assert_eq!(sync["counts"]["total"], json!(shown), "{}", sync["counts"]);
        }
    };
    join(send_all(&server, 0), follow).await;
}

//! Limits are those of all servers together, and of each for itself while Redis is away.

use std::time::Duration;

use notification_bell_tests::{ANSWER_LIMIT, EventStream, Reply, Server, assert_problem, eventually, within};
use serde_json::json;

use crate::cluster::Cluster;

const USER: &str = "user@example.com";
/// As many streams of a user as may be open.
const STREAMS: usize = 10;
/// So many proofs may fail in a minute.
const FAILURES: usize = 60;
/// For an answer while Redis hangs: it is waited for at most a quarter of a second, once. The rest is for a busy machine.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);

/// Waits until the servers count together, which they do a moment after they hear each other.
async fn counting(cluster: &Cluster) {
    counting_anew(cluster, &[]).await;
}

/// The names under which they do. After an interruption they have others.
async fn counting_anew(cluster: &Cluster, before: &[String]) -> Vec<String> {
    eventually(ANSWER_LIMIT, "servers that count together", async || {
        let mut counting = cluster.redis.list(&["KEYS", "bell:*:server:*"]).await;
        counting.retain(|name| !before.contains(name));
        (counting.len() >= cluster.nodes.len()).then_some(counting)
    })
    .await
}

/// How many proofs may fail at these servers, in turns, until one refuses to look at any more.
async fn failures(nodes: &[&Server]) -> usize {
    let body = json!({"apiKey": nodes[0].project().api_key, "userId": USER, "userHmac": "A".repeat(44)});
    let mut failed = 0;
    loop {
        let asked = nodes[failed % nodes.len()].open_session(&body);
        let reply = within(ANSWERED_WITHIN, "an answer", asked).await;
        if reply.status == 429 {
            assert_problem(&reply, 429, "rate_limited");
            return failed;
        }
        assert_problem(&reply, 401, "invalid_user_hmac");
        failed += 1;
        // Each alone lets through so many, and one more comes back each second.
        assert!(failed < 2 * FAILURES * nodes.len(), "nobody counts");
    }
}

async fn streams(node: &Server, number: usize) -> Vec<EventStream> {
    streams_of(USER, node, number).await
}

async fn streams_of(user: &str, node: &Server, number: usize) -> Vec<EventStream> {
    let session = node.session(user).await;
    let mut streams = Vec::new();
    for _ in 0..number {
        streams.push(session.live_stream().await);
    }
    streams
}

async fn one_more(node: &Server) -> Reply {
    one_more_of(USER, node).await
}

async fn one_more_of(user: &str, node: &Server) -> Reply {
    let session = node.session(user).await;
    let response = session.stream_request(None).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // One that is granted has no end.
    let body = if status == 200 { Vec::new() } else { response.bytes().await.unwrap().to_vec() };
    Reply { status, headers, body }
}

/// Waits until there is a place.
async fn granted(node: &Server) {
    eventually(ANSWER_LIMIT, "a place", async || (one_more(node).await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn the_streams_of_a_user_are_counted_at_all_servers() {
    let cluster = Cluster::start(2).await;
    counting(&cluster).await;
    let (one, two) = cluster.pair();
    let here = streams(one, STREAMS / 2).await;
    let _there = streams(two, STREAMS / 2).await;
    for node in [one, two] {
        assert_problem(&one_more(node).await, 429, "too_many_streams");
    }
    drop(here);
    granted(two).await;
}

#[tokio::test]
async fn the_streams_of_a_server_that_was_killed_leave_their_places() {
    let mut cluster = Cluster::start(2).await;
    counting(&cluster).await;
    let (one, two) = cluster.pair();
    let _there = streams(two, STREAMS).await;
    assert_problem(&one_more(one).await, 429, "too_many_streams");
    cluster.nodes[1].kill().await;
    granted(&cluster.nodes[0]).await;
}

#[tokio::test]
async fn failed_proofs_are_counted_at_all_servers() {
    let cluster = Cluster::limited(2).await;
    counting(&cluster).await;
    let failed = failures(&[&cluster.nodes[0], &cluster.nodes[1]]).await;
    // Each alone would let through as many.
    assert!((FAILURES..2 * FAILURES).contains(&failed), "{failed}");
}

#[tokio::test]
async fn without_redis_each_server_has_limits_of_its_own() {
    let mut cluster = Cluster::limited(2).await;
    counting(&cluster).await;
    let (one, two) = cluster.pair();
    let here = streams(one, STREAMS).await;
    assert_problem(&one_more(two).await, 429, "too_many_streams");
    cluster.redis.kill().await;
    cluster.degraded().await;
    let (one, two) = cluster.pair();
    two.notify(USER, "Without Redis").await;
    let there = streams(two, STREAMS).await;
    for node in [one, two] {
        assert_problem(&one_more(node).await, 429, "too_many_streams");
    }
    drop((here, there));
}

#[tokio::test]
async fn while_redis_hangs_everything_is_answered_and_each_server_has_limits_of_its_own() {
    let cluster = Cluster::limited(2).await;
    let names = counting_anew(&cluster, &[]).await;
    let (one, two) = cluster.pair();
    let mut here = streams(one, STREAMS).await;
    assert_problem(&one_more(two).await, 429, "too_many_streams");
    cluster.redis.pause();
    // From the first one on, before anybody has noticed.
    for node in [one, two] {
        for _ in 0..5 {
            let id = within(ANSWERED_WITHIN, "a send", node.notify(USER, "Hello")).await;
            let session = within(ANSWERED_WITHIN, "a session", node.session(USER)).await;
            let list = within(ANSWERED_WITHIN, "a list", session.inbox("?limit=1")).await;
            assert_eq!(list["items"][0]["id"], id);
        }
    }
    assert_eq!(here[0].changed_ids(10).await.len(), 10);
    let there = streams(two, STREAMS).await;
    assert_problem(&one_more(two).await, 429, "too_many_streams");
    for node in [one, two] {
        assert!(failures(&[node]).await >= FAILURES / 2, "as many as one server lets through for itself");
    }
    cluster.redis.resume();
    counting_anew(&cluster, &names).await;
    let other = "other@example.com";
    let _these = streams_of(other, one, STREAMS / 2).await;
    let _those = streams_of(other, two, STREAMS / 2).await;
    for node in [one, two] {
        assert_problem(&one_more_of(other, node).await, 429, "too_many_streams");
    }
    drop((here, there));
}

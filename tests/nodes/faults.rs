//! Redis is killed, hangs, or lets nobody in: everything goes on, and heals by itself.

use std::time::Instant;

use notification_bell_tests::{ANSWER_LIMIT, Redis, Reply, assert_problem, eventually};
use reqwest::Method;
use serde_json::json;

use crate::cluster::{Cluster, address, alone, beside, connected, degraded, metric};

const USER: &str = "user@example.com";

#[tokio::test]
async fn with_redis_killed_everything_goes_on_and_heals_by_itself() {
    let mut cluster = Cluster::start(2).await;
    let session = cluster.nodes[1].session(USER).await;
    let mut stream = session.live_stream().await;
    cluster.redis.kill().await;
    cluster.degraded().await;
    let (one, two) = cluster.pair();
    let id = one.notify(USER, "While it was gone").await;
    assert_eq!(stream.changed_ids(1).await, [id.as_str()]);
    assert_eq!(session.inbox("").await["items"][0]["id"], id);
    // One that opens now is as good as any.
    let mut late = two.session(USER).await.live_stream().await;
    let id = one.notify(USER, "Still gone").await;
    assert_eq!(stream.changed_ids(1).await, [id.as_str()]);
    assert_eq!(late.changed_ids(1).await, [id]);
    cluster.redis.restart().await;
    cluster.connected().await;
    let (one, two) = cluster.pair();
    let before = metric(two, "bell_bus_wakes_heard_total").await;
    let id = one.notify(USER, "It is back").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    eventually(ANSWER_LIMIT, "a wake-up", async || {
        (metric(two, "bell_bus_wakes_heard_total").await > before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_hangs_delays_no_send_and_is_noticed() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let mut stream = two.session(USER).await.live_stream().await;
    cluster.redis.pause();
    let id = one.notify(USER, "Into the void").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    cluster.degraded().await;
    cluster.redis.resume();
    cluster.connected().await;
    assert!(metric(one, "bell_bus_connections_total").await >= 2);
}

#[tokio::test]
async fn a_server_that_redis_does_not_let_in_serves_and_tells_nobody_the_password() {
    let redis = Redis::start().await;
    let server = alone(&redis.url_with("not the password")).await;
    degraded(&server).await;
    let mut stream = server.session(USER).await.live_stream().await;
    let id = server.notify(USER, "Hello").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    let log = server.log();
    assert!(log.contains("other servers cannot be heard"), "{log}");
    assert!(!log.contains("not the password") && !log.contains("not%20the"), "{log}");
}

#[tokio::test]
async fn what_is_sent_at_a_server_that_redis_never_let_in_is_shown_at_one_that_began_later() {
    let redis = Redis::start().await;
    let cut_off = alone(&redis.url_with("not the password")).await;
    let database = cut_off.installation().database().unwrap();
    eventually(ANSWER_LIMIT, "the word of a server that is cut off", async || {
        (database.administer_within("SELECT count(*) FROM cut_off") == "1").then_some(())
    })
    .await;
    let mut installation = cut_off.installation().beside().unwrap();
    installation.set("BELL_BUS", &redis.url());
    let node = beside(installation, cut_off.projects().to_vec(), address()).await;
    connected(&node).await;
    eventually(ANSWER_LIMIT, "a server that misses one", async || {
        (metric(&node, "bell_bus_silent").await == 1).then_some(())
    })
    .await;
    let mut stream = node.session(USER).await.live_stream().await;
    let id = cut_off.notify(USER, "Nobody hears me").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
}

#[tokio::test]
async fn without_redis_a_session_that_was_ended_at_one_server_ends_its_stream_at_the_other() {
    let mut cluster = Cluster::start(2).await;
    let mut sessions = Vec::new();
    for user in ["ended@example.com", "revoked@example.com", "stays@example.com"] {
        let session = cluster.nodes[1].session(user).await;
        let stream = session.live_stream().await;
        sessions.push((session, stream));
    }
    cluster.redis.kill().await;
    cluster.degraded().await;
    let (one, _) = cluster.pair();
    let (ended, revoked) = (&sessions[0].0, "/users/revoked@example.com/revoke");
    let end = one.api().v1(Method::DELETE, "/session").bearer_auth(&ended.token);
    let key = &one.project().backend_key;
    let revoke = one.api().v1(Method::POST, revoked).bearer_auth(key).json(&json!({}));
    for request in [end, revoke] {
        assert_eq!(Reply::to(request).await.status, 204);
    }
    let began = Instant::now();
    let (_, mut stays) = sessions.pop().unwrap();
    for (session, stream) in sessions {
        // Every fifth look of a stream is at its session as well: fifteen seconds, and what the machine takes.
        assert!(stream.end(ANSWER_LIMIT.saturating_sub(began.elapsed())).await.clean);
        let reply = Reply::to(session.call(Method::GET, "/inbox")).await;
        assert_problem(&reply, 401, "token_revoked");
    }
    let id = one.notify("stays@example.com", "Hello").await;
    assert_eq!(stays.changed_ids(1).await, [id]);
}

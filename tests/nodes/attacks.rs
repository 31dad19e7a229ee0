//! Whoever can speak in Redis can wake, and nothing else.

use notification_bell_tests::{ANSWER_LIMIT, eventually};

use crate::cluster::{Cluster, connected, metric, readiness};

const USER: &str = "user@example.com";

#[tokio::test]
async fn messages_that_are_none_end_nothing_and_show_nothing() {
    let cluster = Cluster::start(2).await;
    let ((one, two), redis) = (cluster.pair(), &cluster.redis);
    let mut stream = two.session(USER).await.live_stream().await;
    let channels = redis.list(&["PUBSUB", "CHANNELS", "bell:*"]).await;
    assert!(channels.len() >= 3, "one for all, one for the project, one for the user: {channels:?}");
    let long = "[".repeat(100_000);
    let messages = [
        "",
        "\u{0}",
        "{",
        &long,
        r#"{"v":1,"from":"00000000000000aa","wakes":[{"sessionEnded":[1,"user@example.com","s"]}]}"#,
        r#"{"v":1,"from":"00000000000000aa","wakes":[{"received":[1,"user@example.com",{"title":"Forged"}]}]}"#,
        r#"{"v":1,"from":"00000000000000aa","wakes":[{"revoked":[1,"user@example.com"]}]}"#,
        r#"{"v":1,"from":"00000000000000aa","wakes":[{"projectRevoked":1},"everybody"]}"#,
        r#"{"v":1,"from":"00000000000000aa","leaving":true}"#,
        r#"{"v":999,"anything":["at all"]}"#,
    ];
    for channel in &channels {
        for message in messages {
            redis.command(&["PUBLISH", channel, message]).await;
        }
    }
    eventually(ANSWER_LIMIT, "refusals", async || {
        (metric(two, "bell_bus_refused_total").await >= 6).then_some(())
    })
    .await;
    let id = one.notify(USER, "Real").await;
    assert_eq!(stream.changed_ids(1).await, [id], "nothing else was shown");
    assert_eq!(readiness(two).await["status"], "ready");
}

#[tokio::test]
async fn a_flood_of_wake_ups_leaves_the_servers_at_work() {
    let cluster = Cluster::start(2).await;
    let ((one, two), redis) = (cluster.pair(), &cluster.redis);
    let mut stream = two.session(USER).await.live_stream().await;
    let all = redis.list(&["PUBSUB", "CHANNELS", "bell:*:all"]).await.remove(0);
    let everybody = r#"{"v":1,"from":"00000000000000aa","wakes":["everybody"]}"#;
    let before = metric(two, "bell_bus_sweeps_total").await;
    for _ in 0..500 {
        redis.command(&["PUBLISH", &all, everybody]).await;
    }
    let id = one.notify(USER, "Real").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    let swept = metric(two, "bell_bus_sweeps_total").await - before;
    assert!(swept < 50, "{swept} sweeps for 500 messages");
    connected(two).await;
}

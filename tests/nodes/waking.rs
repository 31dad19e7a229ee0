//! Who hears of what. On `PostgreSQL`, servers notice nothing of each other but what the bus tells.

use notification_bell_tests::{ANSWER_LIMIT, Redis, eventually};
use serde_json::json;

use crate::cluster::{Cluster, alone, connected, metric};

const USER: &str = "user@example.com";
const HEARD: &str = "bell_bus_wakes_heard_total";

#[tokio::test]
async fn what_is_sent_at_one_server_is_shown_at_all_of_three() {
    let cluster = Cluster::start(3).await;
    let mut streams = Vec::new();
    for node in &cluster.nodes {
        streams.push(node.session(USER).await.live_stream().await);
    }
    for node in &cluster.nodes {
        let id = node.notify(USER, "Hello").await;
        for stream in &mut streams {
            assert_eq!(stream.changed_ids(1).await, [id.as_str()]);
        }
    }
}

#[tokio::test]
async fn a_server_hears_of_what_its_streams_show_and_of_nothing_else() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let mut stream = two.session(USER).await.live_stream().await;
    for number in 0..20 {
        one.notify(&format!("elsewhere-{number}@example.com"), "Hello").await;
    }
    let id = one.notify(USER, "Hello").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    // What was said before has been heard with it.
    eventually(ANSWER_LIMIT, "a wake-up", async || (metric(two, HEARD).await > 0).then_some(())).await;
    assert_eq!(metric(two, HEARD).await, 1);
    assert_eq!(metric(one, HEARD).await, 0, "its own are not heard");
}

#[tokio::test]
async fn what_everyone_receives_and_what_a_user_does_is_heard() {
    let cluster = Cluster::start(2).await;
    let (one, two) = cluster.pair();
    let (here, there) = (one.session(USER).await, two.session(USER).await);
    let mut stream = there.live_stream().await;
    let sent = one.send(&json!({"to": {"everyone": true}, "title": "Hello"})).await.expect(201);
    assert_eq!(stream.changed_ids(1).await, [sent["id"].as_str().unwrap()]);
    here.mark_all_read().await;
    assert_eq!(stream.sync().await["counts"]["unread"], 0);
    assert!(metric(two, HEARD).await >= 1);
}

#[tokio::test]
async fn installations_that_share_a_redis_do_not_hear_each_other() {
    let redis = Redis::start().await;
    let (one, two) = (alone(&redis.url()).await, alone(&redis.url()).await);
    connected(&one).await;
    connected(&two).await;
    // The same project and the same user, by the numbers that they have in their databases.
    let mut stream = two.session(USER).await.live_stream().await;
    one.notify(USER, "Hello").await;
    let _ = one.send(&json!({"to": {"everyone": true}, "title": "Hello"})).await.expect(201);
    let id = two.notify(USER, "Mine").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    assert_eq!(metric(&two, HEARD).await, 0);
    let all = redis.list(&["PUBSUB", "CHANNELS", "bell:*:all"]).await;
    assert!(all.len() == 2 && all[0] != all[1], "{all:?}");
}

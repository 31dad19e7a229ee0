//! The same without Redis: three servers that wake each other's streams through their database.

use notification_bell_tests::Server;

use crate::{
    balancer::Balancer,
    cluster::{address, alone, beside, connected, metric},
    load::Load,
};

/// Sends between two events: more than enough for every server and every user.
const SOME: usize = 60;

async fn three() -> Vec<Server> {
    let mut nodes = vec![alone("postgres").await];
    for _ in 1..3 {
        let installation = nodes[0].installation().beside().unwrap();
        nodes.push(beside(installation, nodes[0].projects().to_vec(), address()).await);
    }
    for node in &nodes {
        connected(node).await;
    }
    nodes
}

#[tokio::test]
async fn without_redis_servers_that_are_killed_cut_off_or_restarted_lose_nothing() {
    let mut nodes = three().await;
    let balancer = Balancer::start(&nodes).await;
    let load = Load::start(&balancer.api, nodes[0].project()).await;
    load.acknowledged(SOME).await;
    nodes[1].kill().await;
    load.acknowledged(SOME).await;
    nodes[1].restart().await;
    connected(&nodes[1]).await;
    load.acknowledged(SOME).await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}' \
               AND application_name = 'notification-bell-server bus'";
    assert_eq!(nodes[0].installation().database().unwrap().administer(cut), "3");
    load.acknowledged(SOME).await;
    for node in &nodes {
        connected(node).await;
    }
    for node in &mut nodes {
        assert!(node.stop().await.success());
        node.restart().await;
        connected(node).await;
        load.acknowledged(SOME).await;
    }
    // Streams do not come back to a server that was restarted as long as all goes well.
    assert!(metric(&nodes[0], "bell_bus_wakes_heard_total").await > 0);
    load.finish(&nodes).await;
}

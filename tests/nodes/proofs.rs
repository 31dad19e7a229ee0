//! Three servers behind nginx, one of whatever they need breaks while sends and streams go on: nothing is lost, nothing
//! comes twice, no number is wrong.

use notification_bell_tests::{ANSWER_LIMIT, Postgres, Reply, eventually};
use reqwest::Method;

use crate::{
    balancer::Balancer,
    cluster::{Cluster, beside, metric},
    load::Load,
    namespace::{Namespace, Target},
};

/// Sends between two events: more than enough for every server and every user.
const SOME: usize = 60;

#[tokio::test]
async fn a_server_that_is_killed_loses_nothing() {
    let mut cluster = Cluster::start(3).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    let load = Load::start(&balancer.api, cluster.nodes[0].project()).await;
    load.acknowledged(SOME).await;
    cluster.nodes[1].kill().await;
    load.acknowledged(SOME).await;
    cluster.nodes[1].restart().await;
    load.acknowledged(SOME).await;
    // And another one, which does not come back.
    let mut killed = cluster.nodes.pop().unwrap();
    killed.kill().await;
    load.acknowledged(1).await;
    load.finish(&cluster.nodes).await;
}

#[tokio::test]
async fn without_redis_nothing_is_lost() {
    let mut cluster = Cluster::start(3).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    let load = Load::start(&balancer.api, cluster.nodes[0].project()).await;
    load.acknowledged(SOME).await;
    cluster.redis.kill().await;
    cluster.degraded().await;
    load.acknowledged(SOME).await;
    cluster.redis.restart().await;
    cluster.connected().await;
    load.acknowledged(SOME).await;
    load.finish(&cluster.nodes).await;
}

#[tokio::test]
async fn a_database_that_stands_still_loses_nothing() {
    let postgres = Postgres::start();
    let cluster = Cluster::on(&postgres, 3).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    let load = Load::start(&balancer.api, cluster.nodes[0].project()).await;
    load.acknowledged(SOME).await;
    postgres.pause();
    for node in &cluster.nodes {
        // Which takes two seconds.
        let reply = Reply::to(node.api().request(Method::GET, "/readyz")).await;
        assert_eq!(reply.status, 503, "{}", reply.text());
    }
    postgres.resume();
    cluster.connected().await;
    load.acknowledged(SOME).await;
    load.finish(&cluster.nodes).await;
}

#[tokio::test]
async fn a_server_that_is_cut_off_and_comes_back_loses_nothing() {
    let Some(namespace) = Namespace::new() else {
        eprintln!("left out: only root may make a network namespace");
        return;
    };
    let postgres = Postgres::start();
    let mut cluster = Cluster::on(&postgres, 2).await;
    let database = namespace.relay(Target::File(postgres.socket())).await;
    let redis = namespace.relay(Target::Port(cluster.redis.port())).await;
    let mut installation = cluster.nodes[0].installation().beside().unwrap();
    let address = cluster.nodes[0].installation().database().unwrap().address_by(database);
    installation.set("BELL_DATABASE", &address);
    installation.set("BELL_BUS", &cluster.redis.url_by(redis));
    installation.launch_by(&namespace.launcher());
    let cut_off = beside(installation, cluster.nodes[0].projects().to_vec(), namespace.inside).await;
    cluster.nodes.push(cut_off);
    cluster.connected().await;

    let balancer = Balancer::start(&cluster.nodes).await;
    let load = Load::start(&balancer.api, cluster.nodes[0].project()).await;
    load.acknowledged(SOME).await;
    namespace.cut();
    load.acknowledged(SOME).await;
    load.rest(true);
    for node in &cluster.nodes[..2] {
        eventually(ANSWER_LIMIT, "a server that misses one", async || {
            (metric(node, "bell_bus_silent").await == 1).then_some(())
        })
        .await;
    }
    namespace.heal();
    cluster.connected().await;
    load.rest(false);
    load.acknowledged(SOME).await;
    load.finish(&cluster.nodes).await;
}

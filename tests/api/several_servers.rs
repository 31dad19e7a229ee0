//! Several servers on one PostgreSQL. They are left out without it: a file has one server.

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, after, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

/// Another server on the same database.
async fn beside(server: &Server) -> Option<Server> {
    let Some(installation) = server.installation().beside() else {
        println!("left out: it needs PostgreSQL");
        return None;
    };
    Some(Server::builder().installation(installation, server.projects().to_vec()).start().await)
}

/// The server that does what time brings, and the other one.
async fn by_lease(one: Server, other: Server) -> (Server, Server) {
    let is_one = eventually(ANSWER_LIMIT, "one server with the lease", async || {
        match (has_lease(&one).await, has_lease(&other).await) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    });
    if is_one.await { (one, other) } else { (other, one) }
}

async fn has_lease(server: &Server) -> bool {
    let reply = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    reply.text().lines().any(|line| line == "bell_lease_held 1")
}

async fn holds(server: &Server) {
    eventually(ANSWER_LIMIT, "the lease", async || has_lease(server).await.then_some(())).await;
}

/// Sends to the user for a moment that is soon; gives the id.
async fn send_soon(server: &Server) -> Value {
    server.notify("clock", "What time is it").await;
    let now = server.session("clock").await.inbox("?limit=1").await["items"][0]["createdAt"].clone();
    let soon = json!({"to": {"users": [USER]}, "title": "Soon", "sendAt": after(&now, 1)});
    server.send(&soon).await.expect(201)["id"].clone()
}

#[tokio::test]
async fn one_server_does_what_time_brings_for_all_and_another_takes_over_when_it_is_killed() {
    let one = Server::start().await;
    let Some(other) = beside(&one).await else { return };
    let (mut keeper, other) = by_lease(one, other).await;
    // What another server was asked for is done by the one that has the lease.
    let mut stream = keeper.session(USER).await.live_stream().await;
    let id = send_soon(&other).await;
    assert_eq!(stream.changed_ids(1).await, [id.as_str().unwrap()]);
    let next = send_soon(&keeper).await;
    keeper.kill().await;
    holds(&other).await;
    let session = other.session(USER).await;
    eventually(ANSWER_LIMIT, "what was to be sent", async || {
        let items = session.all_items("all").await;
        let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
        (ids == [&next, &id]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stops_hands_over() {
    let one = Server::start().await;
    let Some(other) = beside(&one).await else { return };
    let (mut keeper, other) = by_lease(one, other).await;
    keeper.terminate();
    assert!(keeper.stopped().await.success());
    assert!(!keeper.log().contains("has to wait"), "{}", keeper.log());
    holds(&other).await;
}

#[tokio::test]
async fn a_session_of_one_server_is_one_of_another_wherever_they_listen() {
    let one = Server::start().await;
    let Some(other) = beside(&one).await else { return };
    let session = one.session(USER).await;
    let list = other.api().v1(Method::GET, "/inbox").bearer_auth(&session.token);
    drop(Reply::to(list).await.expect(200));
}

#[tokio::test]
async fn a_server_beside_another_one_says_that_they_do_not_hear_of_each_other() {
    let one = Server::start().await;
    let Some(other) = beside(&one).await else { return };
    let (_keeper, other) = by_lease(one, other).await;
    eventually(ANSWER_LIMIT, "a warning", async || other.log().contains("BELL_BUS is local").then_some(()))
        .await;
}

//! `BELL_BUS=postgres`: servers that hear of each other's changes through their database. Left out without PostgreSQL.

use futures_util::future::join_all;
use notification_bell_tests::{ANSWER_LIMIT, Installation, Reply, Server, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";
const HEARD: &str = "bell_bus_wakes_heard_total";
/// Ends the connections that the bus is on.
const CUT: &str = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '{}' \
                   AND application_name = 'notification-bell-server bus'";

/// Two servers on one database, which hear each other.
async fn two(settings: &[(&str, &str)]) -> Option<(Server, Server)> {
    let installation = Installation::new();
    if installation.beside().is_none() {
        println!("left out: it needs PostgreSQL");
        return None;
    }
    let mut builder = Server::builder().installation(installation, Vec::new()).set("BELL_BUS", "postgres");
    for (name, value) in settings {
        builder = builder.set(name, value);
    }
    let one = builder.start().await;
    let beside = one.installation().beside().unwrap();
    let two = Server::builder().installation(beside, one.projects().to_vec()).start().await;
    for server in [&one, &two] {
        becomes(server, &json!({"status": "ready", "bus": "connected"})).await;
    }
    Some((one, two))
}

async fn becomes(server: &Server, wanted: &Value) {
    eventually(ANSWER_LIMIT, format!("a server that says {wanted}"), async || {
        let readiness = Reply::to(server.api().request(Method::GET, "/readyz")).await.expect(200);
        (readiness == *wanted).then_some(())
    })
    .await;
}

async fn metric(server: &Server, name: &str) -> u64 {
    let reply = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    let line = reply.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("there is no {name}")).parse().unwrap()
}

#[tokio::test]
async fn a_server_hears_of_what_its_streams_show_and_of_nothing_else() {
    let Some((one, two)) = two(&[]).await else { return };
    let mut stream = two.session(USER).await.live_stream().await;
    for number in 0..20 {
        one.notify(&format!("elsewhere-{number}@example.com"), "Hello").await;
    }
    let id = one.notify(USER, "Hello").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    assert_eq!(metric(&two, HEARD).await, 1);
    assert_eq!(metric(&one, HEARD).await, 0, "its own are not heard");
    let sent = one.send(&json!({"to": {"everyone": true}, "title": "Hello"})).await.expect(201);
    assert_eq!(stream.changed_ids(1).await, [sent["id"].as_str().unwrap()]);
    one.session(USER).await.mark_all_read().await;
    assert_eq!(stream.sync().await["counts"]["unread"], 0);
    assert_eq!(metric(&two, "bell_bus_refused_total").await, 0);
}

#[tokio::test]
async fn a_session_that_is_ended_at_one_server_ends_its_stream_at_the_other() {
    let Some((one, two)) = two(&[]).await else { return };
    let session = two.session(USER).await;
    let stream = session.live_stream().await;
    let request = one.api().v1(Method::DELETE, "/session").bearer_auth(&session.token);
    assert_eq!(request.send().await.unwrap().status(), 204);
    assert!(stream.end(ANSWER_LIMIT).await.clean);
}

#[tokio::test]
async fn a_line_that_is_cut_again_and_again_loses_nothing() {
    let Some((one, two)) = two(&[]).await else { return };
    let mut stream = two.session(USER).await.live_stream().await;
    for number in 0..10 {
        let _ = one.installation().database().unwrap().administer(CUT);
        let id = one.notify(USER, &format!("Number {number}")).await;
        assert_eq!(stream.changed_ids(1).await, [id]);
    }
    becomes(&two, &json!({"status": "ready", "bus": "connected"})).await;
    assert!(metric(&two, "bell_bus_connections_total").await > 1);
}

#[tokio::test]
async fn while_there_is_no_line_streams_look_for_themselves() {
    // Of few connections, all can be there before no more can be made.
    let Some((one, two)) = two(&[("BELL_DATABASE_CONNECTIONS", "2")]).await else { return };
    let session = two.session(USER).await;
    let mut stream = session.live_stream().await;
    let there = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' \
                 AND application_name = 'notification-bell-server'";
    eventually(ANSWER_LIMIT, "all connections", async || {
        let at_one = one.session(USER).await;
        join_all((0..8).map(|_| async { (session.inbox("").await, at_one.inbox("").await) })).await;
        // Each server listens on one more.
        (one.installation().database().unwrap().administer(there) == "6").then_some(())
    })
    .await;
    let _ = one.installation().database().unwrap().administer("ALTER DATABASE {} ALLOW_CONNECTIONS false");
    assert_eq!(one.installation().database().unwrap().administer(CUT), "2");
    for server in [&one, &two] {
        becomes(server, &json!({"status": "degraded", "bus": "unreachable"})).await;
    }
    let id = one.notify(USER, "Unheard").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    let _ = one.installation().database().unwrap().administer("ALTER DATABASE {} ALLOW_CONNECTIONS true");
    for server in [&one, &two] {
        becomes(server, &json!({"status": "ready", "bus": "connected"})).await;
    }
    let before = metric(&two, HEARD).await;
    let id = one.notify(USER, "Heard").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
    eventually(ANSWER_LIMIT, "a wake-up", async || (metric(&two, HEARD).await > before).then_some(())).await;
}

#[tokio::test]
async fn attack_somebody_says_something_on_the_channel() {
    let Some((one, two)) = two(&[]).await else { return };
    let mut stream = two.session(USER).await.live_stream().await;
    let said =
        ["", "all {}", "u00001 {}", r#"all {"v":1,"from":"00000000000000aa","wakes":[{"changed":[1]}]}"#];
    let database = one.installation().database().unwrap();
    for said in said {
        let _ = database.administer_within(&format!("NOTIFY notification_bell_bus, '{said}'"));
    }
    eventually(ANSWER_LIMIT, "what was refused", async || {
        (metric(&two, "bell_bus_refused_total").await == 3).then_some(())
    })
    .await;
    let id = one.notify(USER, "Hello").await;
    assert_eq!(stream.changed_ids(1).await, [id]);
}

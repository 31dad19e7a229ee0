//! Kill -9 while sends run: nothing that was acknowledged is lost, nothing is there twice.

use std::{cell::Cell, env};

use futures_util::future::join_all;
use notification_bell_tests::{Ledger, Reply, Server, after};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const USER: &str = "user@example.com";
const SENDERS: usize = 8;
/// The highest number of acknowledged sends of one round; the kill comes somewhere before.
const MOST_OF_A_ROUND: usize = 120;

fn send_request(server: &Server, key: &str) -> RequestBuilder {
    Ledger::request(server.api(), server.project(), Some(USER), key)
}

/// What one sender knows when the server is gone.
#[derive(Default)]
struct Known {
    /// The keys that were acknowledged, with their answers.
    acknowledged: Vec<(String, Value)>,
    /// The key whose answer never came.
    in_doubt: Option<String>,
}

/// When the kill comes, and whether it has.
struct Kill {
    after: usize,
    acknowledged: Cell<usize>,
    done: Cell<bool>,
}

/// Sends one after the other until the server is gone. Whose acknowledgement is the last one kills it, while the
/// others' sends are under way.
async fn send_until_gone(server: &Server, name: String, kill: &Kill) -> Known {
    let mut known = Known::default();
    for number in 0.. {
        let key = format!("{name}-{number}");
        match Reply::attempt(send_request(server, &key)).await {
            Ok(reply) => {
                known.acknowledged.push((key, reply.expect(201)));
                kill.acknowledged.update(|acknowledged| acknowledged + 1);
                if kill.acknowledged.get() >= kill.after && !kill.done.replace(true) {
                    server.kill_now();
                }
            }
            Err(error) => {
                assert!(kill.done.get(), "a send failed before the kill: {error:?}");
                known.in_doubt = Some(key);
                break;
            }
        }
    }
    known
}

/// Runs senders, kills the server after so many acknowledgements, and gives what the senders know.
async fn crash(server: &mut Server, round: usize, kill_after: usize) -> Known {
    let kill = Kill { after: kill_after, acknowledged: Cell::new(0), done: Cell::new(false) };
    let senders = (0..SENDERS).map(|sender| send_until_gone(server, format!("{round}-{sender}"), &kill));
    let all = join_all(senders).await;
    server.stopped().await;
    let mut sum = Known::default();
    let mut in_doubt = Vec::new();
    for known in all {
        sum.acknowledged.extend(known.acknowledged);
        in_doubt.extend(known.in_doubt);
    }
    server.restart().await;
    // A backend that got no answer sends again under the same key, and must end up with one notification.
    for key in in_doubt {
        let answer = Reply::to(send_request(server, &key)).await.expect(201);
        sum.acknowledged.push((key, answer));
    }
    sum
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_is_doubled_by_a_crash() {
    let rounds =
        env::var("BELL_CRASH_ROUNDS").map_or(10, |rounds| rounds.parse().expect("a number of rounds"));
    let mut server = Server::start().await;
    let mut ledger = Ledger::default();
    for round in 0..rounds {
        // Another moment in each round, and the same ones in each run.
        let kill_after = 1 + round * 37 % MOST_OF_A_ROUND;
        for (key, answer) in crash(&mut server, round, kill_after).await.acknowledged {
            ledger.acknowledge(Some(USER), key, &answer);
        }
        let session = server.session(USER).await;
        ledger.assert_shown(USER, &session, format_args!("in round {round}")).await;
    }
}

#[tokio::test]
async fn what_a_stream_has_shown_is_in_the_list_after_a_crash() {
    let mut server = Server::start().await;
    let mut stream = server.session(USER).await.live_stream().await;
    server.notify(USER, "Shown").await;
    let sync = stream.sync().await;
    server.kill().await;
    server.restart().await;
    let session = server.session(USER).await;
    assert_eq!(session.inbox("").await["items"], sync["changed"]);
    let later = server.notify(USER, "Later").await;
    let mut resumed = session.stream(sync["revision"].as_str()).await;
    assert_eq!(resumed.changed_ids(1).await, [later], "the event id still holds");
}

#[tokio::test]
async fn a_change_that_was_answered_outlives_a_crash() {
    let mut server = Server::start().await;
    let read = server.notify(USER, "Read").await;
    let removed = server.notify(USER, "Removed").await;
    let session = server.session(USER).await;
    let changed = session.patch(&read, &json!({"read": true})).await.expect(200);
    let _ = session.remove(&removed).await.expect(200);
    server.kill().await;
    server.restart().await;
    let inbox = server.session(USER).await.inbox("").await;
    assert_eq!(inbox["items"], json!([changed["item"]]));
    let reply = Reply::to(session.call(Method::GET, "/inbox")).await;
    assert_eq!(reply.status, 200, "the session goes on: {}", reply.text());
}

#[tokio::test]
async fn what_is_due_in_the_middle_of_a_crash_is_sent_exactly_once() {
    const NUMBER: usize = 40;
    let mut server = Server::start().await;
    server.notify("clock", "What time is it").await;
    let now = server.session("clock").await.inbox("").await["items"][0]["createdAt"].clone();
    // Enough recipients for several transactions.
    let mut users: Vec<String> = (0..99).map(|number| format!("user {number}")).collect();
    users.push(USER.to_owned());
    let send_at = after(&now, 3);
    let sends =
        (0..NUMBER).map(|number| {
            let title = format!("Number {number}");
            let body = json!({"to": {"users": users}, "title": title, "sendAt": send_at});
            let server = &server;
            async move {
                server.send(&body).await.expect(201)["id"].as_str().expect("an id is a string").to_owned()
            }
        });
    let mut expected = join_all(sends).await;
    expected.sort_unstable();
    for _ in 0..5 {
        let mut stream = server.session(USER).await.live_stream().await;
        if server.session(USER).await.grant["counts"]["total"] == NUMBER {
            break;
        }
        // As soon as some are there.
        stream.next().await;
        server.kill().await;
        server.restart().await;
    }
    let mut last = server.session(USER).await.live_stream().await;
    while server.session(USER).await.grant["counts"]["total"] != NUMBER {
        last.next().await;
    }
    for user in [USER, "user 0", "user 98"] {
        let items = server.session(user).await.all_items("all").await;
        let mut ids: Vec<String> =
            items.iter().map(|item| item["id"].as_str().expect("an id is a string").to_owned()).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "{user}");
        assert!(items.iter().all(|item| item["createdAt"] == send_at.as_str()));
    }
}

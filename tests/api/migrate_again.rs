//! `migrate`, repeated: what has changed in the file meanwhile is moved as well, and what has changed in the new database is
//! not lost to it. Where there is no PostgreSQL to run on, there is nothing to test.

use notification_bell_tests::{Database, Installation, Reply, Server};
use reqwest::Method;
use serde_json::{Value, json};

use super::migrate::{done, send};

/// A server on a file, and the two addresses: of that file, and of the database to move it to.
async fn to_be_moved(database: &Database) -> (Server, String, String) {
    let installation = Installation::in_a_file();
    let mut server = Server::builder().installation(installation, Vec::new()).project(&[]).start().await;
    let key = server.installation().path().join("master.key").display().to_string();
    server.set("BELL_MASTER_KEY_FILE", &key);
    let from = format!("sqlite:{}", server.installation().path().join("bell.db").display());
    server.notify("a", "Hello").await;
    (server, from, database.address())
}

/// One thing of each kind that could be missed.
const CHANGES: u32 = 4;

async fn change(server: &Server, number: u32) {
    match number {
        0 => drop(server.notify("a", "Sent after the move").await),
        1 => {
            let session = server.session("a").await;
            let mark = session.call(Method::POST, "/inbox/mark").json(&json!({"set": {"read": true}}));
            done(&Reply::to(mark).await);
        }
        2 => drop(send(server, json!({"to": {"everyone": true}})).await),
        _ => {
            let create = ["api-key", "create", "--project", "Project 0", "--name", "New"];
            server.installation().json(&create).await;
        }
    }
}

#[tokio::test]
async fn what_has_changed_since_it_was_moved_is_moved_anew() {
    let Some(database) = Database::new() else { return };
    let (mut server, from, to) = to_be_moved(&database).await;
    // How long it takes is tried with a copy, while the server runs.
    let copy = server.installation().path().join("copy.db").display().to_string();
    server.installation().succeed(&["backup", &copy]).await;
    let from_copy = format!("sqlite:{copy}");
    server.installation().succeed(&["migrate", "--from", &from_copy, "--to", &to]).await;
    let migrate = ["migrate", "--from", &from, "--to", &to];
    let mut last = Value::Null;
    for number in 0..CHANGES {
        change(&server, number).await;
        last = server.session("a").await.inbox("").await;
        server.stop().await;
        let moved = server.installation().json(&migrate).await;
        assert_eq!(moved["moved"], true, "{number}: {moved}");
        let again = server.installation().json(&migrate).await;
        assert_eq!(again, json!({"moved": false, "movedBefore": true}), "{number}");
        server.restart().await;
    }
    server.stop().await;
    server.set("BELL_DATABASE", &to);
    server.restart().await;
    assert_eq!(server.session("a").await.inbox("").await, last);
    let keys = server.installation().json(&["api-key", "list", "--project", "Project 0"]).await;
    assert!(keys.as_array().unwrap().iter().any(|key| key["name"] == "New"), "{keys}");
}

#[tokio::test]
async fn what_is_new_after_a_move_is_not_lost_to_what_is_new_in_the_file() {
    for number in 0..CHANGES {
        let Some(database) = Database::new() else { return };
        let (mut server, from, to) = to_be_moved(&database).await;
        server.stop().await;
        let migrate = ["migrate", "--from", &from, "--to", &to, "--json"];
        server.installation().succeed(&migrate).await;
        server.set("BELL_DATABASE", &to);
        server.restart().await;
        change(&server, number).await;
        let there = server.session("a").await.inbox("").await;
        server.stop().await;
        server.set("BELL_DATABASE", &from);
        server.restart().await;
        server.notify("a", "In the file").await;
        server.stop().await;
        let refused = server.installation().run(&migrate).await;
        assert_eq!(
            (refused.code, refused.stdout.contains("changedSince")),
            (1, true),
            "{number}: {refused:?}"
        );
        server.set("BELL_DATABASE", &to);
        server.restart().await;
        assert_eq!(server.session("a").await.inbox("").await, there, "{number}");
    }
}

//! What goes wrong around a request: clients that hang up, a log that cannot be written, a copied database.

use std::{collections::BTreeSet, fs, process::Stdio};

use notification_bell_tests::{ANSWER_LIMIT, RawConnection, Reply, Server, within};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_send_whose_client_hangs_up_is_told_to_open_streams_or_was_never_made() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    let key = &server.project().backend_key;
    for number in 0..40 {
        let body = json!({"to": {"users": [USER]}, "title": format!("Number {number}")}).to_string();
        let mut connection = RawConnection::open(server.api().address()).await;
        let head = format!(
            "POST /api/v1/notifications HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.send(head).await;
        // Dropped without reading: the server sees the end while it works.
    }
    let last = server.notify(USER, "The last").await;
    let mut told = BTreeSet::new();
    while !told.contains(&last) {
        told.extend(stream.changed_ids(1).await);
    }
    let ids = |items: Vec<serde_json::Value>| -> BTreeSet<String> {
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let stored = ids(session.all_items("all").await);
    // One that was still under way is told now; nothing that was stored stays untold.
    while told.len() < stored.len() {
        told.extend(stream.changed_ids(1).await);
    }
    assert!(stored.is_subset(&told));
}

#[tokio::test]
async fn a_sign_out_whose_client_hangs_up_ends_the_streams_all_the_same() {
    let server = Server::start().await;
    for _ in 0..10 {
        let session = server.session(USER).await;
        let stream = session.live_stream().await;
        let mut connection = RawConnection::open(server.api().address()).await;
        let token = &session.token;
        connection
            .send(format!(
                "DELETE /api/v1/session HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
            ))
            .await;
        // The whole request has to arrive before the end of the connection can.
        drop(connection);
        let ended = Reply::to(session.call(Method::GET, "/inbox")).await;
        if ended.status == 200 {
            // The end of the connection overtook the request: nothing was asked.
            session.call(Method::DELETE, "/session").send().await.unwrap();
        }
        stream.end(ANSWER_LIMIT).await;
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_written_does_not_take_the_server_with_it() {
    let server = Server::start().await;
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = server.installation().command(&["serve", "--listen", "127.0.0.1:0", "--log", "trace"]);
    let mut process = command.stderr(Stdio::from(full)).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let line = within(ANSWER_LIMIT, "the first line", lines.next_line()).await.unwrap().unwrap();
    let address = line.strip_prefix("listening on ").unwrap();
    let reply = within(ANSWER_LIMIT, "an answer", reqwest::get(format!("{address}/readyz"))).await.unwrap();
    assert_eq!(reply.status(), 200);
    process.kill().await.unwrap();
}

#[tokio::test]
async fn after_a_clean_stop_the_database_is_whole_in_its_file() {
    let mut server = Server::start().await;
    server.notify(USER, "Kept").await;
    server.stop().await;
    let log = server.installation().path().join("bell.db-wal");
    assert_eq!(fs::metadata(&log).map_or(0, |log| log.len()), 0, "nothing is left beside the file");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    fs::copy(server.installation().path().join("bell.db"), &copy).unwrap();
    let database = format!("sqlite:{}", copy.display());
    let projects = server.installation().json(&["project", "list", "--database", &database]).await;
    assert_eq!(projects.as_array().unwrap().len(), server.projects().len());
}

//! The connection of a stream over HTTP/1: what comes before it, what comes behind it, and how it ends.

use notification_bell_tests::{ANSWER_LIMIT, EventParser, RawConnection, Reply, Server, Session, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";
/// Longer than what systems let wait for a reader, all notifications together.
const LARGE_BYTES: usize = 12_000;
const LARGE_TIMES: usize = 60;

fn request(session: &Session, method: &str, path: &str, version: &str) -> String {
    let token = &session.token;
    format!("{method} /api/v1{path} {version}\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")
}

fn stream_request(session: &Session) -> String {
    request(session, "GET", "/inbox/stream", "HTTP/1.1")
}

/// The head of an answer, in lower case.
async fn head(connection: &mut RawConnection) -> String {
    connection.received_up_to("\r\n\r\n").await.to_lowercase()
}

/// The body of a chunk (RFC 9112, section 7.1).
async fn chunk(connection: &mut RawConnection) -> String {
    let length = connection.received_up_to("\r\n").await;
    let length = usize::from_str_radix(length.trim_end(), 16).expect("a chunk begins with its length");
    let chunk = connection.received_up_to("\r\n").await;
    assert_eq!(chunk.len(), length + 2, "{chunk:?}");
    chunk.trim_end_matches("\r\n").to_owned()
}

/// A whole answer with JSON.
async fn json_body(connection: &mut RawConnection) -> Value {
    let head = head(connection).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let body = connection.received_bytes(length.parse().expect("a number")).await;
    serde_json::from_slice(&body).expect("it is whole")
}

async fn streams_open(server: &Server) -> u64 {
    let metrics = Reply::to(server.api().request(Method::GET, "/metrics")).await;
    let text = metrics.text();
    let value = text.lines().find_map(|line| line.strip_prefix("bell_streams_open "));
    value.and_then(|value| value.parse().ok()).expect("the metric is there")
}

async fn no_stream_is_open(server: &Server) {
    eventually(ANSWER_LIMIT, "free seats", async || (streams_open(server).await == 0).then_some(())).await;
}

#[tokio::test]
async fn a_stream_may_follow_other_requests_on_its_connection() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    for _ in 0..3 {
        connection.send(request(&session, "GET", "/inbox", "HTTP/1.1")).await;
        assert!(json_body(&mut connection).await["revision"].is_string());
    }
    connection.send(stream_request(&session)).await;
    let head = head(&mut connection).await;
    for line in [
        "http/1.1 200 ok",
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
        "x-content-type-options: nosniff",
        "transfer-encoding: chunked",
        "connection: close",
    ] {
        assert!(head.lines().any(|other| other == line), "{line} is not in {head}");
    }
    assert!(chunk(&mut connection).await.starts_with("event: sync\nid: "));
    let id = server.notify(USER, "Hello").await;
    assert!(chunk(&mut connection).await.contains(&id));
    assert_eq!(streams_open(&server).await, 1);
}

#[tokio::test]
async fn a_page_of_another_origin_may_read_its_stream() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    let request = stream_request(&session).replace("Host: x", "Host: x\r\nOrigin: https://page.example");
    connection.send(request).await;
    let head = head(&mut connection).await;
    assert!(head.contains("access-control-allow-origin: https://page.example\r\n"), "{head}");
    assert!(head.contains("\r\nvary: "), "{head}");
}

#[tokio::test]
async fn answers_before_a_stream_are_whole() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    let before = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    connection.send(format!("{before}{before}{}", stream_request(&session))).await;
    for _ in 0..2 {
        assert!(json_body(&mut connection).await["openapi"].is_string());
    }
    assert!(head(&mut connection).await.contains("text/event-stream"));
    assert!(chunk(&mut connection).await.starts_with("event: sync"));
}

#[tokio::test]
async fn a_request_behind_a_stream_is_not_answered_and_does_no_harm() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    let behind = "DELETE /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n";
    let behind = format!("{behind}Authorization: Bearer {}\r\n\r\n", session.token);
    connection.send(format!("{}{behind}", stream_request(&session))).await;
    assert!(head(&mut connection).await.contains("text/event-stream"));
    assert!(chunk(&mut connection).await.starts_with("event: sync"));
    connection.send(behind).await;
    let id = server.notify(USER, "Hello").await;
    assert!(chunk(&mut connection).await.contains(&id), "the next thing that comes is the event");
    session.inbox("").await;
}

#[tokio::test]
async fn a_client_that_floods_its_stream_is_ended() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    connection.send(stream_request(&session)).await;
    head(&mut connection).await;
    connection.send("x".repeat(1024 * 1024)).await;
    connection.closed_within(ANSWER_LIMIT).await;
    no_stream_is_open(&server).await;
}

#[tokio::test]
async fn a_client_that_hangs_up_or_closes_its_half_frees_its_seat() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    // More than there are seats, and long before a next heartbeat would be written.
    for round in 0..4 {
        let mut connections = Vec::new();
        for _ in 0..10 {
            let mut connection = RawConnection::open(server.api().address()).await;
            connection.send(stream_request(&session)).await;
            assert!(head(&mut connection).await.starts_with("http/1.1 200"), "round {round}");
            chunk(&mut connection).await;
            connections.push(connection);
        }
        if round % 2 == 0 {
            drop(connections);
        } else {
            for connection in &mut connections {
                connection.close_half().await;
            }
            no_stream_is_open(&server).await;
        }
        no_stream_is_open(&server).await;
    }
}

#[tokio::test]
async fn a_client_of_http_1_0_is_told_the_end_by_the_end() {
    let mut server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    connection.send(request(&session, "GET", "/inbox/stream", "HTTP/1.0")).await;
    let head = head(&mut connection).await;
    assert!(head.starts_with("http/1.0 200") && !head.contains("transfer-encoding"), "{head}");
    assert!(connection.received_up_to("\n\n").await.starts_with("event: sync\n"));
    let id = server.notify(USER, "Hello").await;
    let event = connection.received_up_to("\n\n").await;
    assert!(event.starts_with("event: sync\n") && event.contains(&id), "{event}");
    server.terminate();
    let end = connection.closed_within(ANSWER_LIMIT).await;
    let end = String::from_utf8(end).unwrap();
    assert!(end.starts_with("retry: ") && end.ends_with("\n\n"), "{end:?}");
    assert!(server.stopped().await.success());
}

#[tokio::test]
async fn a_stream_that_was_only_asked_about_takes_no_seat() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut connection = RawConnection::open(server.api().address()).await;
    for _ in 0..12 {
        connection.send(request(&session, "HEAD", "/inbox/stream", "HTTP/1.1")).await;
        let head = head(&mut connection).await;
        assert!(head.starts_with("http/1.1 200") && head.contains("text/event-stream"), "{head}");
    }
    let preflight = "OPTIONS /api/v1/inbox/stream HTTP/1.1\r\nHost: x\r\nOrigin: https://page.example\r\n\
        Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n\r\n";
    connection.send(preflight).await;
    assert!(head(&mut connection).await.starts_with("http/1.1 20"));
    no_stream_is_open(&server).await;
    connection.send(stream_request(&session)).await;
    assert!(head(&mut connection).await.starts_with("http/1.1 200"), "the connection serves on");
}

#[tokio::test]
async fn a_reader_who_stalls_keeps_nobody_waiting_and_catches_up() {
    let server = Server::start().await;
    let stalling = server.session("stalling@example.com").await;
    let mut connection = RawConnection::open_small(server.api().address()).await;
    connection.send(stream_request(&stalling)).await;
    head(&mut connection).await;
    let mut good = server.session(USER).await.live_stream().await;

    let mut sent = Vec::new();
    for number in 0..LARGE_TIMES {
        let body =
            json!({"to": {"everyone": true}, "title": number.to_string(), "data": "x".repeat(LARGE_BYTES)});
        let reply = server.send(&body).await.expect(201);
        sent.push(reply["id"].as_str().unwrap().to_owned());
        assert_eq!(good.changed_ids(1).await, sent[number..], "nobody waits for the one who stalls");
    }
    // What it missed comes in fewer events than there were, all of them whole.
    let revision = stalling.inbox("?limit=1").await["revision"].clone();
    let (mut parser, mut seen, mut events) = (EventParser::default(), Vec::new(), 0);
    loop {
        let chunk = chunk(&mut connection).await;
        let [event] = &parser.push(chunk.as_bytes())[..] else { continue };
        events += 1;
        let data: Value = serde_json::from_str(&event.data).expect("an event is whole");
        if event.name == "reset" {
            // So much that its client loads the list again.
            seen.clone_from(&sent);
        }
        let changed = data["changed"].as_array().unwrap();
        seen.extend(changed.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        if data["revision"] == revision {
            break;
        }
    }
    for id in &sent {
        assert!(seen.contains(id), "{id} is missing");
    }
    assert!(events < LARGE_TIMES, "{events} events: what was not read was kept");
}

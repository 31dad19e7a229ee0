//! `GET /inbox/stream` while it is open.

use futures_util::future::join_all;
use notification_bell_tests::{ANSWER_LIMIT, EventStream, Reply, Server, assert_problem, eventually, within};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

#[tokio::test]
async fn the_first_event_says_where_the_inbox_stands_and_nothing_more() {
    let server = Server::start().await;
    server.notify(USER, "Earlier").await;
    let session = server.session(USER).await;
    let first = session.stream(None).await.sync().await;
    let inbox = session.inbox("").await;
    let expected =
        json!({"changed": [], "removed": [], "counts": inbox["counts"], "revision": inbox["revision"]});
    assert_eq!(first, expected);
}

#[tokio::test]
async fn a_new_notification_arrives_as_the_list_shows_it() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    server.notify_with(USER, &json!({"title": "Paid \u{1f514}", "body": "in\ntwo\r\nlines"})).await;
    let event = stream.sync().await;
    let inbox = session.inbox("").await;
    let expected = json!({"changed": inbox["items"], "removed": [], "counts": inbox["counts"],
        "revision": inbox["revision"]});
    assert_eq!(event, expected);
}

#[tokio::test]
async fn a_second_tab_sees_what_the_first_one_does() {
    let server = Server::start().await;
    let id = server.notify(USER, "Hello").await;
    let (first, second) = (server.session(USER).await, server.session(USER).await);
    let mut stream = second.live_stream().await;

    let _ = first.patch(&id, &json!({"read": true})).await.expect(200);
    let read = stream.sync().await;
    assert_eq!(read["changed"][0]["id"], json!(id));
    assert!(read["changed"][0]["readAt"].is_string());
    assert_eq!(read["counts"]["unread"], 0);

    let _ = first.patch(&id, &json!({"archived": true})).await.expect(200);
    let archived = stream.sync().await;
    assert!(archived["changed"][0]["archivedAt"].is_string(), "a change is told wherever the item is now");

    let _ = first.remove(&id).await.expect(200);
    let removed = stream.sync().await;
    assert_eq!((&removed["removed"], &removed["changed"]), (&json!([id]), &json!([])));
}

#[tokio::test]
async fn marking_everything_tells_each_item() {
    let server = Server::start().await;
    let mut sent = Vec::new();
    for number in 0..5 {
        sent.push(server.notify(USER, &format!("{number}")).await);
    }
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    session.mark_all_read().await;
    let mut changed = stream.changed_ids(5).await;
    changed.sort_unstable();
    assert_eq!(changed, sent, "ids are made in order");
}

#[tokio::test]
async fn a_stream_hears_nothing_of_other_users() {
    let server = Server::start().await;
    let mut stream = server.session(USER).await.live_stream().await;
    for other in ["other@example.com", "user@example.co", "user@example.com.", "%"] {
        server.notify(other, "Theirs").await;
    }
    let own = server.notify(USER, "Mine").await;
    assert_eq!(stream.changed_ids(1).await, [own], "the first thing that came is the user's own");
}

#[tokio::test]
async fn every_open_stream_of_a_user_gets_everything() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut streams: Vec<EventStream> = join_all((0..10).map(|_| session.live_stream())).await;
    let body = json!({"to": {"users": [USER]}, "title": "Hello"});
    let sent = join_all((0..20).map(|_| server.send(&body))).await;
    let mut sent: Vec<String> =
        sent.iter().map(|reply| reply.expect(201)["id"].as_str().unwrap().to_owned()).collect();
    sent.sort_unstable();
    for stream in &mut streams {
        let mut seen = stream.changed_ids(20).await;
        seen.sort_unstable();
        assert_eq!(seen, sent);
    }
}

#[tokio::test]
async fn one_stream_too_many_is_refused_until_another_ends() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut streams = join_all((0..10).map(|_| session.live_stream())).await;
    let reply = Reply::to(session.stream_request(None)).await;
    assert_problem(&reply, 429, "too_many_streams");
    let seconds = reply.header("retry-after").unwrap_or_default().parse::<u32>();
    assert!(seconds.is_ok_and(|seconds| seconds > 0), "{:?}", reply.headers);
    assert!(reply.header("ratelimit").is_some(), "{:?}", reply.headers);
    // The limit is per user, not per server.
    server.session("other@example.com").await.live_stream().await;
    // A tab is closed: the server learns of it from its next write.
    streams.pop();
    eventually(ANSWER_LIMIT, "a free place", async || {
        let response = session.stream_request(None).send().await.unwrap();
        (response.status() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_client_that_wants_no_event_stream_is_told_so() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for accept in ["application/json", "text/html", "text/event-stream;q=0", "image/*"] {
        let request = session.call(Method::GET, "/inbox/stream").header("accept", accept);
        let reply = within(ANSWER_LIMIT, format!("refusing {accept}"), Reply::to(request)).await;
        assert_problem(&reply, 406, "not_acceptable");
    }
    for accept in ["*/*", "text/*", "text/event-stream", "text/html, text/event-stream;q=0.5"] {
        let request = session.call(Method::GET, "/inbox/stream").header("accept", accept);
        EventStream::open(request).await.sync().await;
    }
    EventStream::open(session.call(Method::GET, "/inbox/stream")).await.sync().await;
}

#[tokio::test]
async fn a_stream_needs_a_token() {
    let server = Server::start().await;
    let request = server.api().v1(Method::GET, "/inbox/stream").header("accept", "text/event-stream");
    assert_problem(&Reply::to(request).await, 401, "missing_token");
}

#[tokio::test]
async fn no_proxy_holds_a_stream_back() {
    let server = Server::start().await;
    let response = server.session(USER).await.stream_request(None).send().await.unwrap();
    let buffering = response.headers().get("x-accel-buffering");
    assert_eq!(buffering.map(|value| value.to_str().unwrap()), Some("no"));
    assert!(response.headers().get("content-encoding").is_none());
    assert!(response.headers().get("content-length").is_none());
}

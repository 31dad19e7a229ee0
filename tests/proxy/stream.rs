//! The event stream through the proxy: held back by nothing, squeezed by nothing.

use std::time::Duration;

use notification_bell_tests::{EventStream, Reply};
use reqwest::{Method, RequestBuilder, Version};

use crate::proxy::Proxy;

const USER: &str = "user@example.com";

/// The server's next comment comes 20 seconds after a stream opened at the earliest. What arrives before was not
/// pushed out by anything that followed it.
const BEFORE_ANY_FURTHER_BYTE: Duration = Duration::from_secs(15);

fn stream_request(proxy: &Proxy, token: &str) -> RequestBuilder {
    proxy
        .request(Method::GET, "/api/v1/inbox/stream")
        .bearer_auth(token)
        .header("accept", "text/event-stream")
}

#[tokio::test]
async fn an_event_arrives_before_any_further_byte_is_sent() {
    let proxy = Proxy::start().await;
    let token = proxy.token(USER).await;
    let mut stream = EventStream::open(stream_request(&proxy, &token)).await;
    stream.try_next(BEFORE_ANY_FURTHER_BYTE).await.expect("the state now");
    let id = proxy.notify(USER, "Hello").await;
    let event = stream.try_next(BEFORE_ANY_FURTHER_BYTE).await.expect("the notification");
    assert!(event.data.contains(&id), "{event:?}");
}

#[tokio::test]
async fn an_event_arrives_at_once_with_http_1_too() {
    let proxy = Proxy::start().await;
    let token = proxy.token(USER).await;
    let client = proxy.client_builder().http1_only().build().unwrap();
    let request = proxy.request_by(&client, Method::GET, "/api/v1/inbox/stream").bearer_auth(&token);
    let mut stream = EventStream::open(request).await;
    stream.try_next(BEFORE_ANY_FURTHER_BYTE).await.expect("the state now");
    let id = proxy.notify(USER, "Hello").await;
    let event = stream.try_next(BEFORE_ANY_FURTHER_BYTE).await.expect("the notification");
    assert!(event.data.contains(&id), "{event:?}");
}

#[tokio::test]
async fn a_stream_resumes_where_its_client_was() {
    let proxy = Proxy::start().await;
    let token = proxy.token(USER).await;
    proxy.notify(USER, "Seen").await;
    let revision = proxy.inbox(&token).await["revision"].as_str().unwrap().to_owned();
    let missed = proxy.notify(USER, "Missed").await;
    let request = stream_request(&proxy, &token).header("last-event-id", revision);
    assert_eq!(EventStream::open(request).await.changed_ids(1).await, [missed]);
}

#[tokio::test]
async fn a_stream_is_not_compressed_for_a_client_that_would_take_it_so() {
    let proxy = Proxy::start().await;
    let token = proxy.token(USER).await;
    let request = stream_request(&proxy, &token).header("accept-encoding", "gzip, br");
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    assert_eq!(response.headers().get("content-encoding"), None);
    // The control: the surrounding file has compression on for all types, and nginx did not refuse for another reason.
    let request = proxy.request(Method::GET, "/api/v1/inbox").bearer_auth(&token);
    let list = Reply::to(request.header("accept-encoding", "gzip")).await;
    assert_eq!((list.status, list.header("content-encoding")), (200, None));
}

#[tokio::test]
async fn a_stream_that_its_client_left_ends_at_the_server() {
    let proxy = Proxy::start().await;
    let token = proxy.token(USER).await;
    // Ten of one user are allowed. A proxy that kept them open for clients that have gone would soon refuse.
    for _ in 0..3 {
        let mut streams = Vec::new();
        for _ in 0..10 {
            let mut stream = EventStream::open(stream_request(&proxy, &token)).await;
            stream.sync().await;
            streams.push(stream);
        }
        drop(streams);
        notification_bell_tests::eventually(BEFORE_ANY_FURTHER_BYTE, "the end of the streams", async || {
            let metrics = Reply::to(proxy.server.api().request(Method::GET, "/metrics")).await;
            metrics.text().lines().any(|line| line == "bell_streams_open 0").then_some(())
        })
        .await;
    }
}

//! Posting goes the same guarded way as fetching.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use url::Url;

use super::{Answers, Server, outbound, url};
use crate::outbound::{
    Outbound, OutboundError, Posted, Timeouts, allowed::OutboundAllow, resolver::SystemResolver,
};

async fn post(outbound: &Outbound, url: &Url) -> Result<Posted, OutboundError> {
    let headers = HeaderMap::from_iter([(reqwest::header::ETAG, HeaderValue::from_static("own"))]);
    outbound.post(url, headers, Bytes::from_static(b"{\"a\":1}"), 1_000).await
}

async fn call(allow: &str, url: &Url) -> Result<Posted, OutboundError> {
    post(&outbound(allow, Arc::new(SystemResolver)), url).await
}

#[tokio::test]
async fn a_body_is_posted_with_the_headers_that_were_given() {
    let server = Server::with_body("thanks").await;
    let posted = call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap();
    assert_eq!(posted, Posted { status: 200, body: Bytes::from_static(b"thanks") });
    let request = server.request.lock().unwrap().to_ascii_lowercase();
    assert!(request.starts_with("post /jwks ") && request.contains("\r\netag: own\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"a\":1}"), "{request}");
}

#[tokio::test]
async fn nothing_private_is_posted_to_in_any_spelling() {
    let server = Server::with_body("").await;
    for host in ["localhost", "127.0.0.1", "127.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"] {
        let mut url = server.url(host);
        assert!(matches!(call("", &url).await, Err(OutboundError::NotHttps(_))), "{url}");
        url.set_scheme("https").unwrap();
        let refused = call("10.0.0.0/8", &url).await;
        assert!(matches!(refused, Err(OutboundError::NotPublic { .. })), "{url}");
    }
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn nothing_is_posted_to_a_name_that_leads_to_a_private_address() {
    for address in ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1"] {
        let address: &'static str = address;
        let outbound = outbound("", Answers::new(&[&[address]]));
        let refused = post(&outbound, &url("https://hook.example/")).await;
        assert!(matches!(refused, Err(OutboundError::NotPublic { .. })), "{address}: {refused:?}");
    }
}

#[tokio::test]
async fn dns_rebinding_does_not_lead_a_post_elsewhere() {
    let server = Server::with_body("").await;
    let names = Answers::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let outbound = outbound("127.0.0.1", names.clone());
    post(&outbound, &server.url("hook.example")).await.unwrap();
    assert!(matches!(post(&outbound, &server.url("hook.example")).await, Err(OutboundError::NotHttps(_))));
    assert_eq!((server.calls(), names.asked.lock().unwrap().len()), (1, 2));
}

#[tokio::test]
async fn a_redirect_of_a_post_is_told_and_not_followed() {
    let elsewhere = Server::with_body("").await;
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.url("127.0.0.1");
        let answer = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(answer, true).await;
        assert_eq!(call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap().status, status);
    }
    assert_eq!(elsewhere.calls(), 0);
}

#[tokio::test]
async fn of_an_answer_to_a_post_only_the_beginning_is_read() {
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n".to_owned() + &"x".repeat(1_001);
    // Neither ends: what is read has to be enough.
    let until_closed = "HTTP/1.1 500 No\r\n\r\n".to_owned() + &"x".repeat(5_000);
    for (answer, status) in [(announced, 200), (until_closed, 500)] {
        let server = Server::answering(answer, false).await;
        let posted = call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap();
        assert_eq!((posted.status, posted.body.len()), (status, 1_000));
    }
}

#[tokio::test]
async fn a_post_without_a_status_in_time_has_failed() {
    let timeouts = Timeouts { connect: Duration::from_secs(3), total: Duration::from_millis(200) };
    let allow = OutboundAllow::parse("127.0.0.1").unwrap();
    let outbound = Outbound::new(allow, Arc::new(SystemResolver), timeouts);
    let silent = Server::answering("", false).await;
    let failed = post(&outbound, &silent.url("127.0.0.1")).await;
    assert!(matches!(failed, Err(OutboundError::Timeout { .. })), "{failed:?}");
    // The status is there, and only the body does not end.
    let dripping = Server::answering("HTTP/1.1 204 OK\r\ncontent-length: 9\r\n\r\nslow", false).await;
    let slow = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow", false).await;
    assert_eq!(post(&outbound, &dripping.url("127.0.0.1")).await.unwrap().status, 204);
    assert_eq!(post(&outbound, &slow.url("127.0.0.1")).await.unwrap().body, "slow");
}

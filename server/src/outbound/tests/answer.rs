//! What is sent, and what is made of the answer.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::{Answers, Server, call, fetch, outbound, url};
use crate::outbound::{Outbound, OutboundError, Timeouts, allowed::OutboundAllow, resolver::SystemResolver};

#[tokio::test]
async fn the_request_says_who_asks_and_nothing_else() {
    let server = Server::with_body("").await;
    call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap();
    let request = server.request.lock().unwrap().to_ascii_lowercase();
    let mut names: Vec<&str> =
        request.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "host", "user-agent"]);
    assert!(request.contains(concat!("user-agent: notification-bell/", env!("CARGO_PKG_VERSION"), "\r\n")));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::with_body("").await;
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.url("127.0.0.1");
        let answer = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(answer, true).await;
        let error = call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap_err();
        assert_eq!(error, OutboundError::Redirect { host: "127.0.0.1".to_owned(), status });
    }
    assert_eq!(elsewhere.calls(), 0);
}

#[tokio::test]
async fn another_status_is_a_failure() {
    for status in [201, 204, 206, 404, 500] {
        let server =
            Server::answering(format!("HTTP/1.1 {status} Other\r\ncontent-length: 0\r\n\r\n"), true).await;
        let error = call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap_err();
        assert_eq!(error, OutboundError::Status { host: "127.0.0.1".to_owned(), status });
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_off() {
    assert!(call("127.0.0.1", &Server::with_body(&"x".repeat(1_000)).await.url("127.0.0.1")).await.is_ok());
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".to_owned() + &"x".repeat(1_001);
    // Neither ends, so only an answer that is cut off is one.
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n".to_owned() + &"x".repeat(1_001);
    let until_closed = "HTTP/1.1 200 OK\r\n\r\n".to_owned() + &"x".repeat(1_001);
    for answer in [announced, chunked, until_closed] {
        let server = Server::answering(answer, false).await;
        let error = call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap_err();
        assert_eq!(error, OutboundError::TooLarge { host: "127.0.0.1".to_owned(), max_bytes: 1_000 });
    }
}

#[tokio::test]
async fn a_compressed_answer_is_not_unpacked() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nbomb";
    let server = Server::answering(answer, true).await;
    assert_eq!(call("127.0.0.1", &server.url("127.0.0.1")).await.unwrap().body, "bomb");
}

#[tokio::test]
async fn an_answer_that_does_not_end_in_time_is_given_up() {
    let timeouts = Timeouts { connect: Duration::from_secs(3), total: Duration::from_millis(200) };
    let allow = OutboundAllow::parse("127.0.0.1").unwrap();
    let outbound = Outbound::new(allow, Arc::new(SystemResolver), timeouts);
    for answer in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow"] {
        let server = Server::answering(answer, false).await;
        let error = fetch(&outbound, &server.url("127.0.0.1")).await.unwrap_err();
        assert_eq!(error, OutboundError::Timeout { host: "127.0.0.1".to_owned(), timeout: timeouts.total });
    }
}

#[tokio::test]
async fn a_failure_says_what_the_network_said() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = call("127.0.0.1", &url(&format!("http://{closed}/jwks?token=secret"))).await.unwrap_err();
    assert!(matches!(&error, OutboundError::Connection { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("refused") && !text.contains("secret"), "{text}");

    let error = fetch(&outbound("", Answers::new(&[&[]])), &url("https://idp.example/")).await.unwrap_err();
    assert!(matches!(&error, OutboundError::Name { .. }), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let shaken = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.is_ok()
    });
    let outbound = outbound("localhost", Answers::new(&[&["127.0.0.1"]]));
    let error = fetch(&outbound, &url(&format!("https://localhost:{port}/"))).await.unwrap_err();
    assert!(matches!(&error, OutboundError::Tls { cause, .. } if cause.contains("UnknownIssuer")), "{error}");
    assert!(!shaken.await.unwrap());
}

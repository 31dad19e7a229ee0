//! Who a client is to the server behind the proxy, and to the pages of other origins.

use std::net::{IpAddr, Ipv4Addr};

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, assert_problem, within};
use reqwest::{Client, Method};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::proxy::Proxy;

const USER: &str = "user@example.com";
const SITE: &str = "https://site.example";

type Headers = Vec<(&'static str, String)>;

async fn limited() -> Proxy {
    let server = Server::builder().set("BELL_LIMITS", "on").set("BELL_TRUSTED_PROXIES", "127.0.0.1");
    Proxy::in_front_of(server.start().await).await
}

/// A client at an address of its own: on Linux, all of 127.0.0.0/8 is this machine.
fn client_at(proxy: &Proxy, last: u8) -> Client {
    proxy.client_builder().local_address(IpAddr::from(Ipv4Addr::new(127, 0, 0, last))).build().unwrap()
}

/// How many wrong proofs are let through before the answer is 429, with headers for the n-th.
async fn failures_until_refused(proxy: &Proxy, client: &Client, headers: impl Fn(u8) -> Headers) -> u8 {
    for number in 0..100 {
        let mut request = proxy.session_request(client, USER, "wrong");
        for (name, value) in headers(number) {
            request = request.header(name, value);
        }
        let reply = Reply::to(request).await;
        if reply.status == 429 {
            return number;
        }
        assert_problem(&reply, 401, "invalid_user_hmac");
    }
    panic!("100 guesses were all let through")
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn guesses_count_against_the_address_they_came_from_and_no_other() {
    let proxy = limited().await;
    let guesser = client_at(&proxy, 2);
    let let_through = failures_until_refused(&proxy, &guesser, |_| Vec::new()).await;
    assert!((60..70).contains(&let_through), "{let_through}");
    let neighbour = proxy.session_request(&client_at(&proxy, 3), USER, "wrong");
    assert_problem(&Reply::to(neighbour).await, 401, "invalid_user_hmac");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_forged_address_buys_no_further_guesses() {
    let forms: [fn(u8) -> Headers; 3] = [
        |number| vec![("x-forwarded-for", format!("192.0.2.{number}"))],
        |number| vec![("forwarded", format!("for=192.0.2.{number}"))],
        |number| {
            let address = format!("192.0.2.{number}, 127.0.0.1");
            vec![("x-forwarded-for", address.clone()), ("x-forwarded-for", address)]
        },
    ];
    for headers in forms {
        let proxy = limited().await;
        let let_through = failures_until_refused(&proxy, &client_at(&proxy, 2), headers).await;
        assert!((60..70).contains(&let_through), "{let_through}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_forged_address_does_not_use_up_its_owners_guesses() {
    let proxy = limited().await;
    let named =
        |_: u8| vec![("x-forwarded-for", "127.0.0.3".to_owned()), ("forwarded", "for=127.0.0.3".to_owned())];
    failures_until_refused(&proxy, &client_at(&proxy, 2), named).await;
    let owner = proxy.session_request(&client_at(&proxy, 3), USER, "wrong");
    assert_problem(&Reply::to(owner).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn what_a_stranger_says_about_itself_is_not_handed_on() {
    // The server believes `Forwarded` first, so that its limits say nothing about the other header: look at both.
    let upstream = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let proxy = Proxy::leading_to(upstream.local_addr().unwrap().port(), Server::start().await).await;
    let request = proxy
        .request(Method::GET, "/api/v1/inbox")
        .header("x-forwarded-for", "192.0.2.1")
        .header("forwarded", "for=192.0.2.1");
    let head = async {
        let (mut stream, _) = upstream.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
        String::from_utf8(head).unwrap().to_lowercase()
    };
    let (head, reply) =
        within(ANSWER_LIMIT, "an exchange", async { tokio::join!(head, Reply::to(request)) }).await;
    assert_eq!(reply.status, 204);
    let about: Vec<&str> = head.lines().filter(|line| line.contains("forwarded")).collect();
    assert_eq!(about, ["x-forwarded-for: 127.0.0.1", "forwarded: for=127.0.0.1;proto=https"]);
    assert!(head.starts_with("get /api/v1/inbox http/1.1\r\n") && !head.contains("connection:"), "{head}");
}

#[tokio::test]
async fn a_page_of_another_origin_gets_each_cors_header_once() {
    let server = Server::builder().project(&["--origin", SITE]).start().await;
    let proxy = Proxy::in_front_of(server).await;
    let preflight = proxy
        .request(Method::OPTIONS, "/api/v1/session")
        .header("origin", SITE)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let proof = proxy.project().proof(USER);
    let call = proxy.session_request(&proxy.client, USER, &proof).header("origin", SITE);
    let refusal = proxy.session_request(&proxy.client, USER, "wrong").header("origin", SITE);
    for (request, status) in [(preflight, 200), (call, 200), (refusal, 401)] {
        let reply = Reply::to(request).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        // `header` refuses one that came twice.
        assert_eq!(reply.header("access-control-allow-origin"), Some(SITE));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
        assert!(reply.lists("vary", "origin"), "{:?}", reply.headers);
    }
}

//! What somebody may try who may add webhooks, or who receives them.

use notification_bell_tests::{
    ANSWER_LIMIT, Answering, Provider, Receiver, Reply, Server, assert_problem, eventually, pointers,
};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn start() -> Server {
    Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").start().await
}

async fn add(server: &Server, url: &str) -> Reply {
    let request = server.api().v1(Method::POST, "/webhooks").bearer_auth(&server.project().backend_key);
    Reply::to(request.json(&json!({"url": url, "events": ["notification.read"]}))).await
}

/// The one delivery of a webhook, once it was tried.
async fn tried(server: &Server, id: &str) -> Value {
    let path = format!("/webhooks/{id}/deliveries");
    eventually(ANSWER_LIMIT, "a delivery that was tried", async || {
        let request = server.api().v1(Method::GET, &path).bearer_auth(&server.project().backend_key);
        let page = Reply::to(request).await.expect(200);
        let told = page["deliveries"].get(0)?.clone();
        let is_settled = told["lastStatus"].is_number() || told["lastError"].is_string();
        is_settled.then_some(told)
    })
    .await
}

async fn read_something(server: &Server) {
    server.notify(USER, "Hello").await;
    server.session(USER).await.mark_all_read().await;
}

#[tokio::test]
async fn a_webhook_at_a_private_address_is_refused_unless_it_is_listed() {
    let (server, mut receiver) = (Server::start().await, Receiver::start().await);
    let port = receiver.url().rsplit(':').next().unwrap().to_owned();
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        for scheme in ["http", "https"] {
            let reply = add(&server, &format!("{scheme}://{host}:{port}")).await;
            assert_eq!(
                pointers(&assert_problem(&reply, 422, "validation_failed")),
                ["/url"],
                "{scheme} {host}"
            );
        }
    }
    read_something(&server).await;
    assert!(receiver.waiting().is_empty());
}

#[tokio::test]
async fn a_host_that_is_listed_for_keys_alone_is_called_by_no_webhook() {
    let server = Server::builder().set("BELL_JWKS_ALLOW", "127.0.0.1").start().await;
    let (mut receiver, provider) = (Receiver::start().await, Provider::start().await);
    let (jwks, issuer) = (provider.jwks_url(), provider.issuer().to_owned());
    let add_provider =
        ["provider", "add", "--name", "P", "--jwks", &jwks, "--issuer", &issuer, "--for", "users"];
    let added = server.installation().json(&add_provider).await;
    server.installation().succeed(&["provider", "check", added["id"].as_str().unwrap()]).await;
    let reply = add(&server, &receiver.url()).await;
    assert_eq!(pointers(&assert_problem(&reply, 422, "validation_failed")), ["/url"]);
    read_something(&server).await;
    assert!(receiver.waiting().is_empty());
}

#[tokio::test]
async fn a_webhook_that_was_allowed_once_is_not_called_when_it_no_longer_is() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let id = add(&server, &receiver.url()).await.expect(201)["id"].as_str().unwrap().to_owned();
    let mut server = server;
    server.stop().await;
    server.set("BELL_OUTBOUND_ALLOW", "");
    server.restart().await;
    read_something(&server).await;
    let told = tried(&server, &id).await;
    assert_eq!((&told["lastStatus"], &told["status"]), (&Value::Null, &json!("pending")));
    assert!(receiver.waiting().is_empty());
}

#[tokio::test]
async fn a_webhook_that_redirects_is_not_followed() {
    let (server, receiver, mut elsewhere) = (start().await, Receiver::start().await, Receiver::start().await);
    let id = add(&server, &receiver.url()).await.expect(201)["id"].as_str().unwrap().to_owned();
    receiver.answer(Answering::Redirect(elsewhere.url()));
    read_something(&server).await;
    let told = tried(&server, &id).await;
    assert_eq!((&told["lastStatus"], &told["status"]), (&json!(302), &json!("pending")));
    assert!(told["lastError"].as_str().unwrap().contains("redirect"), "{told}");
    assert!(elsewhere.waiting().is_empty());
}

#[tokio::test]
async fn a_webhook_that_never_answers_delays_no_other() {
    let (server, mut silent, mut other) = (start().await, Receiver::start().await, Receiver::start().await);
    silent.answer(Answering::Silence);
    for receiver in [&silent, &other] {
        let _ = add(&server, &receiver.url()).await.expect(201);
    }
    // More than one webhook gets at once.
    for number in 0..10 {
        server.notify(USER, &format!("Number {number}")).await;
    }
    server.session(USER).await.mark_all_read().await;
    silent.next().await;
    for _ in 0..10 {
        other.next().await;
    }
    assert!(silent.waiting().len() < 4, "it gets a few at once, and no more while these wait");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let id = add(&server, &receiver.url()).await.expect(201)["id"].as_str().unwrap().to_owned();
    receiver.answer(Answering::Endless(500));
    read_something(&server).await;
    let told = tried(&server, &id).await;
    assert_eq!(told["lastStatus"], 500);
    assert_eq!(told["lastAnswer"].as_str().unwrap().len(), 2_048);
}

#[tokio::test]
async fn a_webhooks_secret_is_neither_listed_nor_logged_nor_on_record() {
    let (server, mut receiver) = (start().await, Receiver::start().await);
    let url = format!("{}/token-in-the-path", receiver.url());
    let added = add(&server, &url).await.expect(201);
    let secret = added["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    read_something(&server).await;
    assert!(receiver.next().await.is_signed_with(&format!("whsec_{secret}")));
    let audit = server.installation().json(&["audit", "list"]).await.to_string();
    let listed = server.installation().json(&["webhook", "list"]).await.to_string();
    let kept = std::fs::read(server.installation().path().join("bell.db-wal")).unwrap_or_default();
    let kept = String::from_utf8_lossy(&kept);
    for text in [&audit, &listed, &server.log(), &*kept] {
        assert!(!text.contains(secret));
    }
    for text in [&audit, &server.log()] {
        assert!(!text.contains("token-in-the-path"), "the path of a URL may be a secret too");
    }
}

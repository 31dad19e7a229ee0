//! How a provider's keys are fetched and kept.

use futures_util::future::join_all;
use notification_bell_tests::{Provider, Reply, Server, SigningKey, assert_problem};
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn trusting(provider: &Provider) -> Server {
    let server = Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").start().await;
    provider.add_to(server.installation(), "Log-in", &["--for", "users"]).await;
    server
}

async fn open(server: &Server, token: &str) -> Reply {
    server.open_session(&json!({"apiKey": server.project().api_key, "userToken": token})).await
}

#[tokio::test]
async fn a_hundred_users_at_once_cause_one_fetch() {
    let provider = Provider::start().await;
    let server = trusting(&provider).await;
    let tokens: Vec<String> = (0..100).map(|number| provider.token(&format!("user-{number}"))).collect();
    let replies = join_all(tokens.iter().map(|token| open(&server, token))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_found_and_made_up_ones_cause_no_flood() {
    let provider = Provider::start().await;
    let server = trusting(&provider).await;
    assert_eq!(open(&server, &provider.token(USER)).await.status, 200);
    let second = SigningKey::new("second");
    provider.publish(&json!([provider.key.jwk(), second.jwk()]));
    assert_eq!(open(&server, &second.token(&provider.claims(USER))).await.status, 200);
    let made_up: Vec<String> =
        (0..500).map(|number| SigningKey::new(&format!("k{number}")).token(&provider.claims(USER))).collect();
    for reply in join_all(made_up.iter().map(|token| open(&server, token))).await {
        assert_problem(&reply, 401, "invalid_token");
    }
    assert_eq!(provider.fetches(), 2, "the second for the new key; none for those that were made up");
    assert_eq!(open(&server, &provider.token(USER)).await.status, 200, "the good key was not driven out");
}

#[tokio::test]
async fn the_keys_are_kept_while_the_provider_is_down() {
    let provider = Provider::start().await;
    let server = trusting(&provider).await;
    assert_eq!(open(&server, &provider.token(USER)).await.status, 200);
    provider.go_down();
    let made_up = SigningKey::new("second").token(&provider.claims(USER));
    assert_problem(&open(&server, &made_up).await, 401, "invalid_token");
    assert_eq!(open(&server, &provider.token(USER)).await.status, 200);
}

#[tokio::test]
async fn keys_that_were_never_there_are_an_outage_and_not_a_wrong_token() {
    let provider = Provider::start().await;
    provider.go_down();
    let server = trusting(&provider).await;
    let reply = open(&server, &provider.token(USER)).await;
    assert_problem(&reply, 503, "jwks_unavailable");
    assert!(reply.header("retry-after").is_some());
    assert!(server.log().contains("503"), "the operator is told why: {}", server.log());
}

#[tokio::test]
async fn one_bad_key_does_not_spoil_the_others() {
    let provider = Provider::start().await;
    let bad = json!({"kty": "oct", "k": "c2VjcmV0", "kid": 5});
    provider
        .publish(&json!([bad, Value::Null, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, provider.key.jwk()]));
    let server = trusting(&provider).await;
    assert_eq!(open(&server, &provider.token(USER)).await.status, 200);
}

#[tokio::test]
async fn a_private_address_is_not_called_unless_it_is_listed() {
    let provider = Provider::start().await;
    let server = Server::start().await;
    let add = async |jwks: &str| {
        let add = ["provider", "add", "--name", jwks, "--jwks", jwks, "--issuer", "https://login.example"];
        server.installation().run(&[&add[..], &["--for", "users"]].concat()).await
    };
    for jwks in [
        provider.jwks_url().as_str(),
        "https://127.0.0.1/jwks",
        "https://[::1]/jwks",
        "https://2130706433/jwks",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/jwks",
        "http://login.example/jwks",
        "file:///etc/passwd",
        "https://user:password@login.example/jwks",
    ] {
        let refused = add(jwks).await;
        assert_ne!(refused.code, 0, "{jwks}: {refused:?}");
    }
    // Whoever added it was allowed to; the server is asked again, and is not.
    let jwks = provider.jwks_url();
    let add = ["provider", "add", "--name", "Log-in", "--jwks", &jwks, "--issuer", provider.issuer()];
    let mut command = server.installation().command(&[&add[..], &["--for", "users"]].concat());
    assert!(command.env("BELL_OUTBOUND_ALLOW", "127.0.0.1").status().await.unwrap().success());
    let token = provider.token(USER);
    assert_problem(&open(&server, &token).await, 503, "jwks_unavailable");
    assert!(server.log().contains("BELL_OUTBOUND_ALLOW"), "{}", server.log());
    assert_eq!(provider.fetches(), 0);
}

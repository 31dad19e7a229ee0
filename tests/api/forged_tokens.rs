//! Session tokens that this server never issued, or not for this. Each test is named after its attack.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use notification_bell_tests::{Reply, Server, Session, assert_problem, hmac_sha256};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";
const VICTIM: &str = "victim@example.com";

fn encode(json: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
}

fn part(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).expect("a JWS has three parts");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// A token with the right claims of a victim, signed under another key.
fn forge(genuine: &str, header: &Value, key: &str) -> String {
    let mut claims = part(genuine, 1);
    claims["sub"] = json!(VICTIM);
    let signed = format!("{}.{}", encode(header), encode(&claims));
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(hmac_sha256(key, &signed)))
}

async fn assert_refused(server: &Server, token: &str) {
    let inbox = Reply::to(server.api().v1(Method::GET, "/inbox").bearer_auth(token)).await;
    assert_problem(&inbox, 401, "invalid_token");
    let request = server.api().v1(Method::GET, "/inbox/stream").bearer_auth(token);
    assert_problem(&Reply::to(request.header("accept", "text/event-stream")).await, 401, "invalid_token");
}

async fn genuine(server: &Server) -> Session {
    server.session(USER).await
}

#[tokio::test]
async fn a_token_says_what_it_is_for_and_little_else() {
    let server = Server::start().await;
    let session = genuine(&server).await;
    let (header, claims) = (part(&session.token, 0), part(&session.token, 1));
    assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("bell-session+jwt")));
    for claim in ["iss", "aud", "sub", "jti", "iat", "exp"] {
        assert!(!claims[claim].is_null(), "no {claim}: {claims}");
    }
    assert_eq!(claims["sub"], USER);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert!(session.token.len() <= 2048, "{}", session.token.len());
}

#[tokio::test]
async fn a_token_signed_with_the_api_secret_is_refused() {
    let server = Server::start().await;
    let token = genuine(&server).await.token;
    let project = server.project();
    for key in [
        &project.api_secret_key,
        &project.backend_key,
        &project.api_key,
        &format!("v2:{}", project.api_secret_key),
    ] {
        assert_refused(&server, &forge(&token, &part(&token, 0), key)).await;
    }
}

#[tokio::test]
async fn alg_none_is_refused() {
    let server = Server::start().await;
    let token = genuine(&server).await.token;
    let mut claims = part(&token, 1);
    claims["sub"] = json!(VICTIM);
    for algorithm in ["none", "None", "NONE", ""] {
        let mut header = part(&token, 0);
        header["alg"] = json!(algorithm);
        let unsigned = format!("{}.{}", encode(&header), encode(&claims));
        let signature = token.rsplit('.').next().unwrap();
        for end in [".", "", &format!(".{signature}")] {
            assert_refused(&server, &format!("{unsigned}{end}")).await;
        }
    }
}

#[tokio::test]
async fn another_algorithm_than_the_servers_is_refused() {
    let server = Server::start().await;
    let token = genuine(&server).await.token;
    for algorithm in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256"] {
        let mut header = part(&token, 0);
        header["alg"] = json!(algorithm);
        assert_refused(&server, &forge(&token, &header, "key")).await;
    }
}

#[tokio::test]
async fn a_key_that_the_token_names_itself_is_not_used() {
    let server = Server::start().await;
    let token = genuine(&server).await.token;
    let own_key = BASE64_URL_SAFE_NO_PAD.encode("key");
    for (name, value) in [
        ("jwk", json!({"kty": "oct", "k": own_key})),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("kid", json!("../../../dev/null")),
        ("kid", json!("' or 1=1 --")),
        ("kid", json!(null)),
        ("crit", json!(["exp"])),
        ("typ", json!("JWT")),
    ] {
        let mut header = part(&token, 0);
        header[name] = value;
        assert_refused(&server, &forge(&token, &header, "key")).await;
        assert_refused(&server, &forge(&token, &header, "")).await;
    }
}

#[tokio::test]
async fn changed_claims_are_refused() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let token = genuine(&server).await.token;
    let parts: Vec<&str> = token.split('.').collect();
    let foreign_audience =
        part(&server.session_in(&server.projects()[1], USER).await.token, 1)["aud"].clone();
    for (claim, value) in [
        ("sub", json!(VICTIM)),
        ("aud", foreign_audience),
        ("exp", json!(4_102_444_800_u64)),
        ("iat", json!(0)),
    ] {
        let mut claims = part(&token, 1);
        claims[claim] = value;
        assert_refused(&server, &format!("{}.{}.{}", parts[0], encode(&claims), parts[2])).await;
    }
}

#[tokio::test]
async fn a_token_of_another_server_is_refused() {
    let (server, other) = (Server::start().await, Server::start().await);
    assert_refused(&server, &genuine(&other).await.token).await;
}

#[tokio::test]
async fn a_token_that_is_none_is_refused() {
    let server = Server::start().await;
    let token = genuine(&server).await.token;
    let parts: Vec<&str> = token.split('.').collect();
    for text in [
        "x",
        "..",
        "...",
        "a.b.c",
        &token[..token.len() - 1],
        &format!("{token}A"),
        &format!("{token}."),
        &format!("{token}.{}", parts[2]),
        &format!("{}.{}", parts[0], parts[1]),
        &format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        &format!("{}.{}.{}", parts[1], parts[0], parts[2]),
        &format!("{}.{}.", parts[0], parts[1]),
        &"a".repeat(9_000),
        &format!("{}.{}.{}", parts[0], "A".repeat(9_000), parts[2]),
    ] {
        assert_refused(&server, text).await;
    }
}

#[tokio::test]
async fn no_key_of_the_project_opens_an_inbox() {
    let server = Server::start().await;
    let project = server.project();
    for key in [&project.backend_key, &project.api_key, &project.api_secret_key, &project.proof(USER)] {
        assert_refused(&server, key).await;
    }
}

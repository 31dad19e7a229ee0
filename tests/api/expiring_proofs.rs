//! Proof B: the HMAC with an end, in the same attribute; and which kinds of proof a project accepts.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use notification_bell_tests::{Project, Reply, Server, assert_problem, hmac_sha256};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

/// What a site's backend makes, from the contract.
fn expiring_proof(secret: &str, user_id: &str, expires_at: i64) -> String {
    let mac = hmac_sha256(&format!("v2:{secret}"), &format!("{expires_at}.{user_id}"));
    format!("v2.{expires_at}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac))
}

#[expect(clippy::disallowed_methods, reason = "the server under test has the machine's clock")]
fn seconds_from_now(seconds: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from(now).unwrap() + seconds
}

async fn open(server: &Server, project: &Project, proof: &str) -> Reply {
    let body = json!({"apiKey": project.api_key, "userId": USER, "userHmac": proof});
    server.open_session(&body).await
}

#[tokio::test]
async fn a_proof_with_an_end_opens_a_session_that_ends_with_it() {
    let server = Server::start().await;
    let end = seconds_from_now(120);
    let proof = expiring_proof(&server.project().api_secret_key, USER, end);
    let granted = open(&server, server.project(), &proof).await.expect(200);
    let expires_at = granted["expiresAt"].as_str().unwrap();
    let printed = notification_bell_tests::after(&json!("1970-01-01T00:00:00.000Z"), end);
    assert_eq!(expires_at, printed, "600 s are longer than the proof lasts");
    assert!(granted["refreshAt"].as_str().unwrap() < expires_at);
}

#[tokio::test]
async fn an_expired_proof_is_told_from_a_wrong_one_only_after_its_mac_was_right() {
    let server = Server::start().await;
    let secret = &server.project().api_secret_key;
    let expired = expiring_proof(secret, USER, seconds_from_now(-5));
    assert_problem(&open(&server, server.project(), &expired).await, 401, "user_hmac_expired");
    let of_another = expiring_proof(secret, "another@example.com", seconds_from_now(-5));
    assert_problem(&open(&server, server.project(), &of_another).await, 401, "invalid_user_hmac");
    let too_far = expiring_proof(secret, USER, seconds_from_now(8 * 86_400));
    assert_problem(&open(&server, server.project(), &too_far).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn a_page_that_signs_a_made_up_user_name_signs_no_proof_for_somebody_else() {
    let server = Server::start().await;
    let end = seconds_from_now(600);
    let signed = hmac_sha256(&server.project().api_secret_key, &format!("{end}.{USER}"));
    let forged = format!("v2.{end}.{}", BASE64_URL_SAFE_NO_PAD.encode(signed));
    assert_problem(&open(&server, server.project(), &forged).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn the_command_line_makes_proofs_that_hold() {
    let server = Server::start().await;
    let proof = server.installation().succeed(&["hmac", "--expires-in", "1h", "--", USER]).await;
    assert_eq!(open(&server, server.project(), proof.trim()).await.status, 200);
    server.installation().succeed(&["check-hmac", "--", USER, proof.trim()]).await;
}

#[tokio::test]
async fn a_project_accepts_only_the_kinds_of_proof_it_chose() {
    let server = Server::builder().project(&["--proof", "hmac-v2"]).start().await;
    let project = server.projects().last().unwrap();
    let plain = open(&server, project, &project.proof(USER)).await;
    assert_problem(&plain, 403, "proof_not_allowed");
    let expiring = expiring_proof(&project.api_secret_key, USER, seconds_from_now(600));
    assert_eq!(open(&server, project, &expiring).await.status, 200);
}

#[tokio::test]
async fn a_rotated_secret_goes_on_beside_the_new_one_for_a_while() {
    let server = Server::start().await;
    let old = server.project().clone();
    let session = server.session(USER).await;
    let rotated = server.installation().json(&["project", "rotate-secret"]).await;
    let new = Project { api_secret_key: rotated["apiSecretKey"].as_str().unwrap().to_owned(), ..old.clone() };
    assert!(rotated["previousValidUntil"].is_string());
    for project in [&old, &new] {
        assert_eq!(open(&server, project, &project.proof(USER)).await.status, 200);
    }
    session.inbox("").await;
    let again = server.installation().run(&["project", "rotate-secret"]).await;
    assert_eq!(again.code, 1, "it would end the secret that pages still use");
}

#[tokio::test]
async fn a_secret_rotated_without_delay_ends_its_proofs_sessions_and_streams() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let stream = session.live_stream().await;
    server.installation().succeed(&["project", "rotate-secret", "--previous-valid-for", "0s"]).await;
    stream.end(notification_bell_tests::ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
    let old = open(&server, server.project(), &server.project().proof(USER)).await;
    assert_problem(&old, 401, "invalid_user_hmac");
}

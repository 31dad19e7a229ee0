//! How often is too often.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use notification_bell_tests::{Reply, Server, Session, assert_problem, hmac_sha256};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn limited() -> Server {
    Server::builder().set("BELL_LIMITS", "on").start().await
}

fn session_body(server: &Server, user: &str, proof: &str) -> Value {
    json!({"apiKey": server.project().api_key, "userId": user, "userHmac": proof})
}

/// Asks until the answer is 429, which has to come within `most` times.
async fn until_refused(most: usize, mut ask: impl AsyncFnMut() -> Reply) -> (usize, Reply) {
    for number in 0..most {
        let reply = ask().await;
        if reply.status == 429 {
            return (number, reply);
        }
    }
    panic!("{most} requests were all let through");
}

/// The same for a quota that one request after the other need not use up on a busy machine.
async fn many_until_refused(ask: impl AsyncFn() -> Reply) -> (usize, Reply) {
    for _ in 0..10 {
        let replies = join_all((0..200).map(|_| ask())).await;
        let (refused, let_through): (Vec<Reply>, Vec<Reply>) =
            replies.into_iter().partition(|reply| reply.status == 429);
        if let Some(refused) = refused.into_iter().next() {
            return (let_through.len(), refused);
        }
    }
    panic!("all were let through");
}

fn assert_quota(reply: &Reply, name: &str) {
    assert_problem(reply, 429, "rate_limited");
    assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert!(reply.header("ratelimit").unwrap().starts_with(&format!("\"{name}\";r=0;t=")));
    assert!(reply.header("ratelimit-policy").unwrap().starts_with(&format!("\"{name}\";q=")));
}

#[tokio::test]
async fn a_user_opens_ten_sessions_at_once_and_others_are_not_held_up() {
    let server = limited().await;
    let proof = server.project().proof(USER);
    let (let_through, refused) =
        until_refused(60, async || server.open_session(&session_body(&server, USER, &proof)).await).await;
    assert!(let_through >= 10, "{let_through}");
    assert_quota(&refused, "sessions");
    server.session("other@example.com").await;
}

#[tokio::test]
async fn answers_say_how_much_is_left() {
    let server = limited().await;
    let proof = server.project().proof(USER);
    let opened = server.open_session(&session_body(&server, USER, &proof)).await;
    assert_eq!(opened.header("ratelimit-policy"), Some("\"sessions\";q=10;w=1"));
    assert_eq!(opened.header("ratelimit"), Some("\"sessions\";r=9"));
    let sent = server.send(&json!({"to": {"users": [USER]}, "title": "First"})).await;
    assert_eq!(sent.header("ratelimit-policy"), Some("\"sends\";q=100;w=1"));
    assert_eq!(sent.header("ratelimit"), Some("\"sends\";r=99"));
}

#[tokio::test]
async fn preferences_are_changed_ten_times_at_once_and_others_are_not_held_up() {
    let server = limited().await;
    let (session, other) = (server.session(USER).await, server.session("other@example.com").await);
    let body = json!({"categories": [{"name": "news", "enabled": false}]});
    let choose =
        async |session: &Session| Reply::to(session.call(Method::PUT, "/preferences").json(&body)).await;
    let (let_through, refused) = until_refused(60, async || choose(&session).await).await;
    assert!(let_through >= 10, "{let_through}");
    assert_quota(&refused, "preferences");
    let _ = choose(&other).await.expect(200);
    let _ = Reply::to(session.call(Method::GET, "/preferences")).await.expect(200);
}

#[tokio::test]
async fn guessing_proofs_is_slowed_down_to_sixty_a_minute() {
    let server = limited().await;
    let wrong = server.project().proof("another@example.com");
    let (let_through, refused) =
        until_refused(100, async || server.open_session(&session_body(&server, USER, &wrong)).await).await;
    assert!((60..70).contains(&let_through), "{let_through}");
    assert_quota(&refused, "failures");
}

#[tokio::test]
async fn a_forged_forwarding_header_buys_no_further_guesses() {
    let server = limited().await;
    let wrong = session_body(&server, USER, "wrong");
    let mut address = 0_u8;
    let (let_through, _) = until_refused(100, async || {
        address += 1;
        let request = server.api().v1(Method::POST, "/session").json(&wrong);
        Reply::to(request.header("x-forwarded-for", format!("192.0.2.{address}"))).await
    })
    .await;
    assert!(let_through < 70, "{let_through}");
}

#[tokio::test]
async fn a_key_sends_a_hundred_a_second_and_another_key_is_not_held_up() {
    let server = limited().await;
    let body = json!({"to": {"users": [USER]}, "title": "Again"});
    let (let_through, refused) = many_until_refused(async || server.send(&body).await).await;
    assert!(let_through >= 100, "{let_through}");
    assert_quota(&refused, "sends");
    let other = server.installation().json(&["api-key", "create", "--name", "Other"]).await;
    let request = server.api().v1(Method::POST, "/notifications").json(&body);
    assert_eq!(Reply::to(request.bearer_auth(other["key"].as_str().unwrap())).await.status, 201);
}

#[tokio::test]
async fn a_proof_that_has_run_out_is_no_guess() {
    let server = limited().await;
    let wrong = session_body(&server, USER, "wrong");
    until_refused(100, async || server.open_session(&wrong).await).await;
    let secret = &server.project().api_secret_key;
    let mac = hmac_sha256(&format!("v2:{secret}"), &format!("1700000000.{USER}"));
    let expired = format!("v2.1700000000.{}", BASE64_URL_SAFE_NO_PAD.encode(mac));
    let reply = server.open_session(&session_body(&server, USER, &expired)).await;
    assert_problem(&reply, 401, "user_hmac_expired");
    // Behind one address there may be many people, and theirs are right.
    server.session("other@example.com").await;
}

#[tokio::test]
async fn guessing_keys_is_slowed_down_too() {
    let server = limited().await;
    let (let_through, refused) = until_refused(100, async || {
        server.open_session(&json!({"apiKey": "guess", "userId": USER, "userHmac": "x"})).await
    })
    .await;
    assert!((60..70).contains(&let_through), "{let_through}");
    assert_quota(&refused, "failures");
}

#[tokio::test]
async fn a_key_revokes_a_hundred_a_second() {
    let server = limited().await;
    let (let_through, refused) = many_until_refused(async || {
        let request = server.api().v1(Method::POST, "/users/user@example.com/revoke").json(&json!({}));
        Reply::to(request.bearer_auth(&server.project().backend_key)).await
    })
    .await;
    assert!(let_through >= 100, "{let_through}");
    assert_quota(&refused, "revocations");
}

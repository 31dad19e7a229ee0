//! Proof C: a `userToken`, a JWT of a provider that the project trusts for its users.

use notification_bell_tests::{
    ANSWER_LIMIT, Provider, Reply, Server, Session, SigningKey, assert_problem, eventually,
};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

/// A server whose first project trusts the provider for its users, with further options of `provider add`.
async fn trusting(provider: &Provider, options: &[&str]) -> Server {
    let server = Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").start().await;
    provider.add_to(server.installation(), "Log-in", &[&["--for", "users"], options].concat()).await;
    server
}

async fn open(server: &Server, token: &str) -> Reply {
    server.open_session(&json!({"apiKey": server.project().api_key, "userToken": token})).await
}

#[tokio::test]
async fn a_providers_token_opens_a_session_of_the_user_in_it() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--audience", "bell"]).await;
    let id = server.notify(USER, "For you").await;
    let grant = open(&server, &provider.token(USER)).await.expect(200);
    assert_eq!(grant["userId"], USER);
    let session = Session::with(server.api(), grant);
    assert_eq!(session.inbox("").await["items"][0]["id"], id.as_str());
    session.live_stream().await;
}

#[tokio::test]
async fn a_session_ends_with_the_token_that_bought_it() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    let mut claims = provider.claims(USER);
    claims["exp"] = json!(claims["iat"].as_i64().unwrap() + 120);
    let grant = open(&server, &provider.key.token(&claims)).await.expect(200);
    let expires_at: jiff::Timestamp = grant["expiresAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(expires_at.as_second(), claims["exp"].as_i64().unwrap());
}

#[tokio::test]
async fn the_claim_that_names_the_user_and_those_required_are_the_projects_choice() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--user-claim", "email", "--require", "tenant=acme"]).await;
    let mut claims = provider.claims("42");
    claims["email"] = json!(USER);
    assert_problem(&open(&server, &provider.key.token(&claims)).await, 401, "invalid_token");
    claims["tenant"] = json!("other");
    assert_problem(&open(&server, &provider.key.token(&claims)).await, 401, "invalid_token");
    claims["tenant"] = json!("acme");
    assert_eq!(open(&server, &provider.key.token(&claims)).await.expect(200)["userId"], USER);
}

#[tokio::test]
async fn a_user_id_in_a_token_has_to_keep_the_rules_and_to_be_the_one_of_the_page() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    let reply = open(&server, &provider.token("User@Example.com")).await;
    assert_problem(&reply, 400, "invalid_user_id");
    let with_id = async |user_id: &str| {
        let api_key = &server.project().api_key;
        let token = provider.token(USER);
        server.open_session(&json!({"apiKey": api_key, "userId": user_id, "userToken": token})).await
    };
    assert_eq!(with_id(USER).await.status, 200);
    assert_problem(&with_id("other@example.com").await, 401, "invalid_token");
}

#[tokio::test]
async fn without_a_provider_or_where_the_project_does_not_accept_it_a_token_is_no_proof() {
    let provider = Provider::start().await;
    let server = Server::start().await;
    assert_problem(&open(&server, &provider.token(USER)).await, 403, "proof_not_allowed");
    let server = trusting(&provider, &[]).await;
    server.installation().succeed(&["project", "set", "--proof", "hmac"]).await;
    assert_problem(&open(&server, &provider.token(USER)).await, 403, "proof_not_allowed");
}

#[tokio::test]
async fn a_provider_for_sending_opens_no_session() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--audience", "bell"]).await;
    let other = Provider::start().await;
    let jwks = other.jwks_url();
    let add = ["provider", "add", "--name", "Jobs", "--jwks", &jwks, "--issuer", "https://jobs.example"];
    server.installation().succeed(&[&add[..], &["--for", "sending", "--audience", "bell"]].concat()).await;
    let mut claims = other.claims(USER);
    claims["iss"] = json!("https://jobs.example");
    assert_problem(&open(&server, &other.key.token(&claims)).await, 401, "invalid_token");
}

#[tokio::test]
async fn a_removed_provider_is_not_trusted_with_the_next_request() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    assert_eq!(open(&server, &provider.token(USER)).await.status, 200);
    let listed = server.installation().json(&["provider", "list"]).await;
    server.installation().succeed(&["provider", "remove", listed[0]["id"].as_str().unwrap()]).await;
    assert_problem(&open(&server, &provider.token(USER)).await, 403, "proof_not_allowed");
}

#[tokio::test]
async fn a_token_made_before_the_user_was_cut_off_opens_no_new_session() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    let token = provider.token(USER);
    let revoke = server.api().v1(Method::POST, &format!("/users/{USER}/revoke"));
    let body = json!({"issuedBefore": "2100-01-01T00:00:00Z"});
    let revoked = Reply::to(revoke.bearer_auth(&server.project().backend_key).json(&body)).await;
    assert_eq!(revoked.status, 204);
    assert_problem(&open(&server, &token).await, 401, "token_revoked");
}

#[tokio::test]
async fn a_token_that_hides_when_it_was_made_opens_nothing_after_a_revocation() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    let mut claims = provider.claims(USER);
    claims.as_object_mut().unwrap().remove("iat");
    let token = provider.key.token(&claims);
    assert_eq!(open(&server, &token).await.status, 200);
    let revoke = server.api().v1(Method::POST, &format!("/users/{USER}/revoke"));
    let body = json!({"issuedBefore": "2020-01-01T00:00:00Z"});
    let revoked = Reply::to(revoke.bearer_auth(&server.project().backend_key).json(&body)).await;
    assert_eq!(revoked.status, 204);
    assert_problem(&open(&server, &token).await, 401, "token_revoked");
}

#[tokio::test]
async fn a_session_that_waits_for_a_slow_provider_does_not_slip_past_a_revocation() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    provider.hold();
    let token = provider.token(USER);
    let revoke = async {
        eventually(ANSWER_LIMIT, "the keys are asked for", async || (provider.fetches() > 0).then_some(()))
            .await;
        let revoke = server.api().v1(Method::POST, "/project/revoke");
        let body = json!({"issuedBefore": "2100-01-01T00:00:00Z"});
        let revoked = Reply::to(revoke.bearer_auth(&server.project().backend_key).json(&body)).await;
        assert_eq!(revoked.status, 204);
        provider.release();
    };
    let (opened, ()) = tokio::join!(open(&server, &token), revoke);
    assert_problem(&opened, 401, "token_revoked");
}

#[tokio::test]
async fn a_token_that_has_just_run_out_opens_a_session_that_works_for_a_moment() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    let mut claims = provider.claims(USER);
    claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 20);
    let grant = open(&server, &provider.key.token(&claims)).await.expect(200);
    Session::with(server.api(), grant).inbox("").await;
}

#[tokio::test]
async fn one_providers_outage_does_not_refuse_the_users_of_another() {
    let (down, up) = (Provider::start().await, Provider::start().await);
    down.go_down();
    let server = trusting(&down, &[]).await;
    up.add_to(server.installation(), "Second", &["--for", "users"]).await;
    assert_eq!(open(&server, &up.token(USER)).await.status, 200);
    assert_problem(&open(&server, &down.token(USER)).await, 503, "jwks_unavailable");
}

#[tokio::test]
async fn sessions_end_when_their_kind_of_proof_is_no_longer_accepted() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &[]).await;
    let session = Session::with(server.api(), open(&server, &provider.token(USER)).await.expect(200));
    let stream = session.live_stream().await;
    server.installation().succeed(&["project", "set", "--proof", "hmac-v2"]).await;
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

/// Every token here is one that some library or server has accepted once.
#[tokio::test]
async fn every_forged_or_bent_token_gets_the_same_answer() {
    let provider = Provider::start().await;
    let server = trusting(&provider, &["--audience", "bell"]).await;
    let (claims, stranger) = (provider.claims(USER), SigningKey::new("first"));
    let now = claims["iat"].as_i64().unwrap();
    let with = |name: &str, value: Value| {
        let mut bent = claims.clone();
        bent[name] = value;
        provider.key.token(&bent)
    };
    let with_header = |header: Value| provider.key.token_with_header(&header, &claims);
    let right = provider.token(USER);
    let (signed, _) = right.rsplit_once('.').unwrap();
    for (attack, token) in [
        ("another key of the same name", stranger.token(&claims)),
        ("no signature", format!("{signed}.")),
        ("alg none", with_header(json!({"alg": "none", "kid": "first"}))),
        ("alg HS256", with_header(json!({"alg": "HS256", "kid": "first"}))),
        ("an algorithm that the key is not for", with_header(json!({"alg": "ES384", "kid": "first"}))),
        ("crit", with_header(json!({"alg": "ES256", "kid": "first", "crit": ["x"], "x": 1}))),
        ("b64", with_header(json!({"alg": "ES256", "kid": "first", "b64": false}))),
        (
            "the server's own type",
            with_header(json!({"alg": "ES256", "kid": "first", "typ": "bell-session+jwt"})),
        ),
        ("another issuer", with("iss", json!("https://evil.example"))),
        ("a list of issuers", with("iss", json!([provider.issuer()]))),
        ("another audience", with("aud", json!("shop"))),
        ("a number as audience", with("aud", json!(5))),
        ("expired", with("exp", json!(now - 3_600))),
        ("no end", with("exp", Value::Null)),
        ("an end as text", with("exp", json!((now + 300).to_string()))),
        ("a life of years", with("exp", json!(now + 100_000_000))),
        ("issued in the future", with("iat", json!(now + 3_600))),
        ("not yet valid", with("nbf", json!(now + 3_600))),
        ("no user", with("sub", json!(""))),
        ("a list of users", with("sub", json!([USER]))),
        ("dots", ".".repeat(7_000)),
        ("nothing", String::new()),
        ("five parts", format!("{right}.a.b")),
    ] {
        let reply = open(&server, &token).await;
        let problem = assert_problem(&reply, 401, "invalid_token");
        assert!(problem["detail"].as_str().unwrap().contains("not valid here"), "{attack}: {problem}");
    }
    assert_eq!(open(&server, &right).await.status, 200);
}

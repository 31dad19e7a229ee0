//! The keys that session tokens are made with: how they are renewed, and tokens that are encrypted with them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use notification_bell_tests::{ANSWER_LIMIT, Installation, Reply, Server, assert_problem, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn header(token: &str) -> Value {
    let part = token.split('.').next().unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

async fn rotate(server: &Server, options: &[&str]) -> String {
    let arguments = [&["session-key", "rotate"], options].concat();
    server.installation().json(&arguments).await["id"].as_str().unwrap().to_owned()
}

/// Waits until new tokens are made with a key.
async fn makes_tokens(server: &Server, kid: &str) {
    eventually(ANSWER_LIMIT, "a token of the new key", async || {
        (header(&server.session(USER).await.token)["kid"] == kid).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_rotated_key_ends_no_session() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    let kid = rotate(&server, &[]).await;
    assert_ne!(header(&session.token)["kid"], kid);
    makes_tokens(&server, &kid).await;
    session.inbox("").await;
    let sent = server.notify(USER, "Still here").await;
    assert_eq!(stream.changed_ids(1).await, [sent]);
}

#[tokio::test]
async fn removed_keys_end_every_session_and_stream() {
    let server = Server::start().await;
    let (session, other) = (server.session(USER).await, server.session("other@example.com").await);
    let (stream, other_stream) = (session.live_stream().await, other.live_stream().await);
    let kid = rotate(&server, &["--end-sessions"]).await;
    stream.end(ANSWER_LIMIT).await;
    other_stream.end(ANSWER_LIMIT).await;
    for session in [&session, &other] {
        assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "invalid_token");
        assert_problem(&Reply::to(session.stream_request(None)).await, 401, "invalid_token");
    }
    let again = server.session(USER).await;
    assert_eq!(header(&again.token)["kid"], kid);
    again.inbox("").await;
    again.live_stream().await;
}

#[tokio::test]
async fn the_keys_are_listed_and_never_shown() {
    let installation = Installation::new();
    installation.create_project("Site", &[]).await;
    assert_eq!(installation.json(&["session-key", "list"]).await, json!([]), "the server makes the first");
    let rotated = async || installation.json(&["session-key", "rotate"]).await["id"].clone();
    let (first, second) = (rotated().await, rotated().await);
    let list = installation.json(&["session-key", "list"]).await;
    let listed: Vec<&Value> = list.as_array().unwrap().iter().map(|key| &key["id"]).collect();
    assert_eq!(listed, [&second, &first]);
    assert_eq!(list[0]["verifiesUntil"], Value::Null, "{list}");
    assert!(list[1]["verifiesUntil"].as_str().unwrap() > list[0]["createdAt"].as_str().unwrap(), "{list}");
    let mut members: Vec<&String> = list[0].as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["createdAt", "id", "verifiesUntil"]);
    let printed = installation.succeed(&["session-key", "list"]).await;
    assert!(printed.contains(first.as_str().unwrap()) && printed.contains("makes tokens"), "{printed}");
}

#[tokio::test]
async fn a_key_is_not_made_under_another_master_key() {
    let mut installation = Installation::new();
    installation.succeed(&["project", "create", "--name", "Site"]).await;
    installation.succeed(&["session-key", "rotate"]).await;
    let before = installation.json(&["session-key", "list"]).await;
    installation.set("BELL_MASTER_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    for options in [&["session-key", "rotate"][..], &["session-key", "rotate", "--end-sessions"]] {
        let output = installation.run(options).await;
        assert!(output.code == 1 && output.stderr.contains("master key"), "{output:?}");
    }
    assert_eq!(installation.json(&["session-key", "list"]).await, before);
}

#[tokio::test]
async fn an_encrypted_session_works_and_does_not_say_whose_it_is() {
    let server = Server::builder().set("BELL_SESSION_ENCRYPT", "true").start().await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    let sent = server.notify(USER, "Hello").await;
    assert_eq!(stream.changed_ids(1).await[0], sent);
    assert_eq!(session.inbox("").await["items"][0]["id"], sent);

    let header = header(&session.token);
    assert_eq!(
        (&header["alg"], &header["enc"], &header["typ"]),
        (&json!("dir"), &json!("A256GCM"), &json!("bell-session+jwt"))
    );
    let parts: Vec<Vec<u8>> =
        session.token.split('.').map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!(parts.len(), 5);
    for part in parts {
        let text = String::from_utf8_lossy(&part);
        assert!(!text.contains(USER) && !text.contains("example"), "{text}");
    }
    assert!(session.token.len() <= 2048, "{}", session.token.len());

    assert_eq!(Reply::to(session.call(Method::DELETE, "/session")).await.status, 204);
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "token_revoked");
}

#[tokio::test]
async fn removed_keys_end_encrypted_sessions_too() {
    let server = Server::builder().argument("--session-encrypt").start().await;
    let session = server.session(USER).await;
    let stream = session.live_stream().await;
    rotate(&server, &["--end-sessions"]).await;
    stream.end(ANSWER_LIMIT).await;
    assert_problem(&Reply::to(session.call(Method::GET, "/inbox")).await, 401, "invalid_token");
}

#[tokio::test]
async fn switching_encryption_ends_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bell.toml");
    let switch = |encrypt: bool| std::fs::write(&file, format!("[session]\nencrypt = {encrypt}\n")).unwrap();
    switch(false);
    let mut server = Server::builder().argument("--config").argument(file.to_str().unwrap()).start().await;
    let mut sessions = Vec::new();
    for (encrypt, parts) in [(false, 3), (true, 5), (false, 3)] {
        switch(encrypt);
        server.stop().await;
        server.restart().await;
        let session = server.session(USER).await;
        assert_eq!(session.token.split('.').count(), parts);
        sessions.push(session);
        for session in &sessions {
            session.inbox("").await;
            session.live_stream().await;
        }
    }
}

#[tokio::test]
async fn an_encrypted_token_that_was_changed_is_refused() {
    let server = Server::builder().set("BELL_SESSION_ENCRYPT", "true").start().await;
    let token = server.session(USER).await.token;
    let parts: Vec<&str> = token.split('.').collect();
    let mut forged = Vec::new();
    for number in [0, 2, 3, 4] {
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(parts[number]).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            bytes[at] ^= 1;
            let changed = BASE64_URL_SAFE_NO_PAD.encode(&bytes);
            bytes[at] ^= 1;
            let mut parts = parts.clone();
            parts[number] = &changed;
            forged.push(parts.join("."));
        }
    }
    forged.push(format!("{}.AAAA.{}", parts[0], parts[2..].join(".")));
    forged.push(format!("{}..{}", parts[0], parts[3..].join(".")));
    forged.push(format!("{token}.AAAA"));
    forged.push(format!("{token}="));
    for text in forged {
        let inbox = Reply::to(server.api().v1(Method::GET, "/inbox").bearer_auth(&text)).await;
        assert_problem(&inbox, 401, "invalid_token");
    }
}

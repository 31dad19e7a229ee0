//! What the server writes down while it works.

use notification_bell_tests::{Reply, Server};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

#[tokio::test]
async fn no_secret_is_ever_logged() {
    let mut server = Server::builder().set("BELL_LOG", "trace").start().await;
    let project = server.project().clone();
    let session = server.session(USER).await;
    let id = server.notify(USER, "Hello").await;
    let mut stream = session.live_stream().await;
    let _ = session.patch(&id, &json!({"read": true})).await.expect(200);
    stream.sync().await;
    // Every kind of mistake that has a secret in it.
    let wrong_proof = project.proof("another@example.com");
    for (key, proof) in [
        (&project.api_key, &wrong_proof),
        (&project.api_secret_key, &project.proof(USER)),
        (&project.backend_key, &project.proof(USER)),
    ] {
        let body = json!({"apiKey": key, "userId": USER, "userHmac": proof});
        assert!(server.open_session(&body).await.status >= 400);
    }
    let in_address = format!("/inbox?token={}", session.token);
    let _ = Reply::to(server.api().v1(Method::GET, &in_address)).await;
    let _ = Reply::to(server.api().v1(Method::GET, "/inbox").bearer_auth(&project.backend_key)).await;
    let _ = Reply::to(server.api().v1(Method::GET, &format!("/{}", project.api_secret_key))).await;
    drop(stream);
    server.stop().await;

    let log = server.log();
    assert!(log.lines().count() > 5, "nothing was logged at this level:\n{log}");
    for (what, secret) in [
        ("the proof", &project.proof(USER)),
        ("a wrong proof", &wrong_proof),
        ("the token", &session.token),
        ("the secret key", &project.api_secret_key),
        ("the backend's key", &project.backend_key),
    ] {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert!(line.is_none(), "{what} was logged: {line:?}");
    }
}

#[tokio::test]
async fn a_failed_proof_is_told_to_the_operator() {
    let mut server = Server::start().await;
    let body = json!({"apiKey": server.project().api_key, "userId": USER, "userHmac": "wrong"});
    assert_eq!(server.open_session(&body).await.status, 401);
    server.stop().await;
    let log = server.log().to_lowercase();
    assert!(log.contains("proof") || log.contains("hmac"), "{log}");
}

//! Rotating and revoking while sessions open: nobody is turned away who should not be, and nobody is left in.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{join, join_all};
use notification_bell_tests::{ANSWER_LIMIT, Project, Reply, Server, Session, assert_problem};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";
const OPENERS: usize = 6;
const ROUNDS: usize = 4;

async fn try_open(server: &Server, project: &Project) -> Reply {
    let proof = project.proof(USER);
    server.open_session(&json!({"apiKey": project.api_key, "userId": USER, "userHmac": proof})).await
}

/// Opens sessions until `stop`, each of which has to be granted.
async fn keep_opening(server: &Server, project: &Project, stop: &AtomicBool) -> usize {
    let mut opened = 0;
    while !stop.load(Ordering::SeqCst) {
        let _ = try_open(server, project).await.expect(200);
        opened += 1;
    }
    opened
}

#[tokio::test]
async fn a_rotation_turns_away_nobody_with_the_previous_secret() {
    let server = Server::start().await;
    let (before, stop) = (server.project().clone(), AtomicBool::new(false));
    let rotating = async {
        let mut after = before.clone();
        let rotated = server.installation().json(&["project", "rotate-secret"]).await;
        rotated["apiSecretKey"].as_str().unwrap().clone_into(&mut after.api_secret_key);
        // Both count from now on.
        let _ = try_open(&server, &after).await.expect(200);
        let _ = try_open(&server, &before).await.expect(200);
        stop.store(true, Ordering::SeqCst);
    };
    let openers = join_all((0..OPENERS).map(|_| keep_opening(&server, &before, &stop)));
    let (opened, ()) = join(openers, rotating).await;
    assert!(opened.iter().sum::<usize>() > OPENERS, "it was rotated while sessions were opened: {opened:?}");
}

#[tokio::test]
async fn of_two_rotations_at_once_one_is_refused() {
    let server = Server::start().await;
    let rotate = || server.installation().run(&["project", "rotate-secret"]);
    let (first, second) = join(rotate(), rotate()).await;
    let mut codes = [first.code, second.code];
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "{first:?} {second:?}");
    // The secret that pages carry is still the previous one.
    let _ = try_open(&server, server.project()).await.expect(200);
}

/// Opens sessions with a stream each until `stop`; those that were complete before `revoking` began are given.
async fn open_until(server: &Server, revoking: &AtomicBool, stop: &AtomicBool) -> Vec<Session> {
    let mut before = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let session = Session::with(server.api(), try_open(server, server.project()).await.expect(200));
        if !revoking.load(Ordering::SeqCst) {
            before.push(session);
        }
    }
    before
}

#[tokio::test]
async fn no_session_that_was_open_outlives_a_revocation() {
    let server = Server::start().await;
    for round in 0..ROUNDS {
        let (revoking, stop) = (AtomicBool::new(false), AtomicBool::new(false));
        let standing = server.session(USER).await;
        let stream = standing.live_stream().await;
        let revoke = async {
            // By user and by project in turn.
            let path = if round % 2 == 0 { "/users/user@example.com/revoke" } else { "/project/revoke" };
            revoking.store(true, Ordering::SeqCst);
            let request = server.api().v1(Method::POST, path).bearer_auth(&server.project().backend_key);
            assert_eq!(Reply::to(request.json(&json!({}))).await.status, 204);
            stop.store(true, Ordering::SeqCst);
        };
        let openers = join_all((0..OPENERS).map(|_| open_until(&server, &revoking, &stop)));
        let (opened, ()) = join(openers, revoke).await;
        stream.end(ANSWER_LIMIT).await;
        for session in opened.iter().flatten().chain([&standing]) {
            let reply = Reply::to(session.call(Method::GET, "/inbox")).await;
            assert_problem(&reply, 401, "token_revoked");
        }
        server.session(USER).await.inbox("").await;
    }
}

#[tokio::test]
async fn no_stream_that_opens_during_a_revocation_goes_on_after_it() {
    let server = Server::start().await;
    for _ in 0..ROUNDS {
        let sessions = join_all((0..8).map(|_| server.session(USER))).await;
        let request = server.api().v1(Method::POST, "/users/user@example.com/revoke");
        let revoke = Reply::to(request.bearer_auth(&server.project().backend_key).json(&json!({})));
        let streams =
            join_all(sessions.iter().map(async |session| session.stream_request(None).send().await));
        let (streams, revoked) = join(streams, revoke).await;
        assert_eq!(revoked.status, 204);
        for stream in streams {
            // Refused at once, or ended by itself within the limit: reading to the end waits for that.
            let stream = stream.unwrap();
            assert!([200, 401].contains(&stream.status().as_u16()), "{}", stream.status());
            let read = notification_bell_tests::within(ANSWER_LIMIT, "the end of a stream", stream.bytes());
            read.await.unwrap();
        }
    }
}

//! A broadcast in every inbox: what each does with it is theirs alone, and it comes and goes once.

use std::slice;

use notification_bell_tests::{Reply, Server, after, assert_problem};
use reqwest::Method;
use serde_json::json;

use crate::audiences::{USERS, broadcast, ids, titles};

#[tokio::test]
async fn a_broadcast_shows_in_open_streams_and_to_whoever_comes_later() {
    let server = Server::start().await;
    let mut streams = Vec::new();
    for user in &USERS[..2] {
        streams.push(server.session(user).await.live_stream().await);
    }
    let id = broadcast(&server, "To all").await;
    for stream in &mut streams {
        let sync = stream.sync().await;
        assert_eq!(ids(&sync, "changed"), slice::from_ref(&id));
        assert_eq!(sync["counts"]["unread"], 1);
    }
    let later = server.session(USERS[2]).await;
    assert_eq!(later.grant["counts"]["unread"], 1);
    assert_eq!(titles(&later, "all").await, ["To all"]);
    assert_eq!(titles(&later, "unread").await, ["To all"]);
}

#[tokio::test]
async fn what_one_reader_does_with_a_broadcast_is_theirs_alone() {
    let server = Server::start().await;
    let (read, archived, removed) =
        (broadcast(&server, "1").await, broadcast(&server, "2").await, broadcast(&server, "3").await);
    let (one, other) = (server.session(USERS[0]).await, server.session(USERS[1]).await);
    let mut stream = other.live_stream().await;
    let changed = one.patch(&read, &json!({"read": true})).await.expect(200);
    assert!(changed["item"]["readAt"].is_string());
    assert_eq!(changed["counts"]["unread"], 2);
    let _ = one.patch(&archived, &json!({"archived": true})).await.expect(200);
    let _ = one.remove(&removed).await.expect(200);
    assert_problem(&one.patch(&removed, &json!({"read": true})).await, 404, "not_found");
    assert_eq!(titles(&one, "all").await, ["1"]);
    assert_eq!(titles(&one, "archived").await, ["2"]);
    assert_eq!(
        one.inbox("").await["counts"],
        json!({"unseen": 0, "unread": 0, "total": 1, "categories": {}})
    );

    assert_eq!(titles(&other, "unread").await, ["3", "2", "1"]);
    let next = broadcast(&server, "4").await;
    assert_eq!(ids(&stream.sync().await, "changed"), [next]);
    assert_eq!(titles(&one, "all").await, ["4", "1"]);
}

#[tokio::test]
async fn a_mark_does_not_swallow_a_broadcast_that_came_meanwhile() {
    let server = Server::start().await;
    server.notify(USERS[0], "Before, by name").await;
    broadcast(&server, "Before").await;
    let session = server.session(USERS[0]).await;
    let seen = session.inbox("").await["revision"].clone();
    broadcast(&server, "After").await;
    server.notify(USERS[0], "After, by name").await;
    let marked = session.mark(&json!({"set": {"read": true}, "upTo": seen})).await.expect(200);
    assert_eq!((&marked["counts"]["unread"], &marked["counts"]["total"]), (&json!(2), &json!(4)));
    assert_eq!(titles(&session, "unread").await, ["After, by name", "After"]);
    // The change made the rest the user's own. The same mark again reaches no further for that.
    let again = session.mark(&json!({"set": {"read": true}, "upTo": seen})).await.expect(200);
    assert_eq!((&again["counts"], &again["revision"]), (&marked["counts"], &marked["revision"]));
}

#[tokio::test]
async fn a_stream_resumes_across_broadcasts_with_nothing_lost_and_nothing_doubled() {
    let server = Server::start().await;
    let known = broadcast(&server, "Known").await;
    let session = server.session(USERS[0]).await;
    let listed = session.inbox("").await["revision"].as_str().unwrap().to_owned();
    let missed = [
        server.notify(USERS[0], "Missed, by name").await,
        broadcast(&server, "Missed").await,
        broadcast(&server, "Missed and read").await,
    ];
    let _ = session.patch(&missed[2], &json!({"read": true})).await.expect(200);
    let sync = session.stream(Some(&listed)).await.sync().await;
    let mut told = ids(&sync, "changed");
    told.sort_unstable();
    assert_eq!(told, missed);
    assert_eq!(sync["removed"], json!([]));
    // Known as it was, although it became the user's own meanwhile.
    assert_eq!(sync["counts"]["unread"], 3);
    let _ = session.remove(&known).await.expect(200);
    let revision = sync["revision"].as_str().unwrap();
    let next = session.stream(Some(revision)).await.sync().await;
    assert_eq!((next["changed"].clone(), ids(&next, "removed")), (json!([]), vec![known]));
}

#[tokio::test]
async fn a_broadcast_repeated_with_its_key_is_one() {
    let server = Server::start().await;
    server.notify(USERS[0], "Hello").await;
    let body = json!({"to": {"everyone": true}, "title": "Once"});
    let send = async || {
        let request = server.api().v1(Method::POST, "/notifications").json(&body);
        Reply::to(request.bearer_auth(&server.project().backend_key).header("idempotency-key", "k")).await
    };
    let first = send().await.expect(201);
    server.notify(USERS[1], "Known later").await;
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
    assert_eq!(titles(&server.session(USERS[0]).await, "all").await, ["Once", "Hello"]);
}

#[tokio::test]
async fn a_broadcast_leaves_every_inbox_when_it_expires() {
    let server = Server::start().await;
    let session = server.session(USERS[0]).await;
    let listed = session.inbox("").await["revision"].as_str().unwrap().to_owned();
    let expires_at = after(&session.grant["expiresAt"], 2 - 600);
    let body = json!({"to": {"everyone": true}, "title": "Soon gone", "expiresAt": expires_at});
    let id = server.send(&body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let mut known = false;
    let mut stream = session.stream(Some(&listed)).await;
    loop {
        let sync = stream.sync().await;
        known |= ids(&sync, "changed") == [id.clone()];
        // On a machine that is busy for two seconds, it has come and gone before the stream looked.
        if ids(&sync, "removed") == [id.clone()] || (!known && sync["changed"] == json!([])) {
            assert_eq!(sync["counts"]["total"], 0);
            break;
        }
    }
    assert_eq!(titles(&session, "all").await, [""; 0]);
}

#[tokio::test]
async fn a_broadcast_that_is_withdrawn_leaves_every_list_and_every_open_stream() {
    let server = Server::start().await;
    let id = broadcast(&server, "By mistake").await;
    let (one, other) = (server.session(USERS[0]).await, server.session(USERS[1]).await);
    let _ = one.patch(&id, &json!({"read": true})).await.expect(200);
    let mut streams = [one.live_stream().await, other.live_stream().await];
    let request = server.api().v1(Method::DELETE, &format!("/notifications/{id}"));
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    for stream in &mut streams {
        let sync = stream.sync().await;
        assert_eq!((ids(&sync, "removed"), &sync["counts"]["total"]), (vec![id.clone()], &json!(0)));
    }
    for session in [&one, &other, &server.session(USERS[2]).await] {
        assert_eq!(titles(session, "all").await, [""; 0]);
    }
}

//! What a backend's key might do to the server and to the other projects on it, and what an erasure might hide.

use std::time::Duration;

use notification_bell_tests::{ANSWER_LIMIT, RawConnection, Reply, Server, assert_problem, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn batch(server: &Server, entries: &[Value]) -> Reply {
    let request = server.api().v1(Method::POST, "/notifications/batch");
    let request = request.bearer_auth(&server.project().backend_key);
    Reply::to(request.json(&json!({ "notifications": entries })).timeout(Duration::from_mins(1))).await
}

#[tokio::test]
async fn many_batches_at_once_from_one_key_are_refused_before_their_bodies_are_read() {
    let server = Server::builder().set("BELL_LIMITS", "on").start().await;
    let key = &server.project().backend_key;
    let begun = format!(
        "POST /api/v1/notifications/batch HTTP/1.1\r\nhost: bell\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: 1000000\r\nexpect: 100-continue\r\n\r\n"
    );
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut connection = RawConnection::open(server.api().address()).await;
        connection.send(&begun).await;
        // Only then has it taken its turn.
        connection.asked_for_the_body().await;
        held.push(connection);
    }
    let entry = json!({"to": {"users": [USER]}, "title": "Third"});
    let refused = batch(&server, std::slice::from_ref(&entry)).await;
    assert_problem(&refused, 429, "rate_limited");
    assert_eq!(refused.header("ratelimit-policy"), Some("\"large-requests\";q=2"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Neither a list of subscribers, nor anybody else's batch: these have turns of their own key.
    let path = "/topics/t/subscribers";
    let request = server.api().v1(Method::PUT, path).json(&json!({"users": [USER]}));
    assert_problem(&Reply::to(request.bearer_auth(key)).await, 429, "rate_limited");
    let _ = server.notify(USER, "One by one").await;
    let other = server.installation().json(&["api-key", "create", "--name", "Other"]).await;
    let request = server.api().v1(Method::POST, "/notifications/batch");
    let request = request.bearer_auth(other["key"].as_str().unwrap());
    let _ = Reply::to(request.json(&json!({ "notifications": [entry] }))).await.expect(200);
    drop(held);
    eventually(ANSWER_LIMIT, "a batch after those that were given up", async || {
        (batch(&server, std::slice::from_ref(&entry)).await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn templates_that_are_slow_in_every_language_run_out_and_spoil_nothing_else() {
    let server = Server::start().await;
    let slow = "{% for one in x %}{% if one == 2 %}{% endif %}{% endfor %}x";
    for locale in 0..50 {
        let locale = format!("en-x-{locale:02}");
        let request = server.api().v1(Method::PUT, &format!("/templates/slow/{locale}"));
        let request = request.bearer_auth(&server.project().backend_key);
        let template = json!({"title": slow, "body": slow});
        assert_eq!(Reply::to(request.json(&template)).await.status, 204, "{locale}");
    }
    let request = server.api().v1(Method::PUT, "/templates/quick/en");
    let request = request.bearer_auth(&server.project().backend_key);
    assert_eq!(Reply::to(request.json(&json!({"title": "{{ n }} paid"}))).await.status, 204);
    let entry = |number: usize| match number % 2 {
        0 => json!({"to": {"users": [USER]}, "type": "slow", "data": {"x": vec![1; 400]}}),
        _ => json!({"to": {"users": [USER]}, "type": "quick", "data": {"n": number}}),
    };
    let entries: Vec<Value> = (0..200).map(entry).collect();
    let answer = batch(&server, &entries).await.expect(200);
    for (number, result) in answer["results"].as_array().unwrap().iter().enumerate() {
        let expected = if number % 2 == 0 { 422 } else { 201 };
        assert_eq!(result["status"], expected, "{result}");
    }
    assert!(answer["results"][0]["error"]["detail"].as_str().unwrap().contains("too much work"));
    assert_eq!(server.session(USER).await.inbox("").await["items"][0]["title"], "199 paid");
}

#[tokio::test]
async fn a_batch_that_renders_to_many_times_its_size_is_sent_in_parts() {
    let server = Server::start().await;
    let (title, body) = ("{{ n }}", "{{ t }}".repeat(40));
    for locale in 0..25 {
        let request = server.api().v1(Method::PUT, &format!("/templates/large/en-x-{locale:02}"));
        let request = request.bearer_auth(&server.project().backend_key);
        assert_eq!(Reply::to(request.json(&json!({"title": title, "body": body}))).await.status, 204);
    }
    // Each comes to 100 KB, all of them to 20 MB.
    let data = |number: usize| json!({"n": number, "t": "x".repeat(100)});
    let entries: Vec<Value> = (0..200)
        .map(|number| json!({"to": {"users": [USER]}, "type": "large", "data": data(number)}))
        .collect();
    let answer = batch(&server, &entries).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["status"] == 201), "{answer}");
    let inbox = server.session(USER).await.inbox("").await;
    assert_eq!((&inbox["counts"]["total"], &inbox["items"][0]["title"]), (&json!(200), &json!("199")));
}

#[tokio::test]
async fn endless_broadcasts_have_an_end_and_what_expires_makes_room() {
    let server = Server::start().await;
    let entry = json!({"to": {"everyone": true}, "title": "Again"});
    let first = server.send(&entry).await.expect(201)["id"].as_str().unwrap().to_owned();
    for _ in 0..10 {
        let answer = batch(&server, &vec![entry.clone(); 1_000]).await.expect(200);
        assert_eq!(answer["results"][0]["status"], 201);
    }
    let problem = assert_problem(&server.send(&entry).await, 409, "too_many_shared");
    assert!(problem["detail"].as_str().unwrap().contains("10000"), "{problem}");
    let answer = batch(&server, &[entry.clone(), json!({"to": {"users": [USER]}, "title": "By name"})]).await;
    let results = &answer.expect(200)["results"];
    assert_eq!(results[0]["error"]["code"], "too_many_shared");
    assert_eq!(results[1]["status"], 201);
    // Somebody who has never acted reads all of it, and then settles all of it with one act.
    let session = server.session(USER).await;
    assert_eq!(session.inbox("").await["counts"]["total"], 10_001);
    let changed = session.patch(&first, &json!({"read": true})).await.expect(200);
    assert_eq!(changed["counts"]["unread"], 10_000);
    let request = server.api().v1(Method::DELETE, &format!("/notifications/{first}"));
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    let _ = server.send(&entry).await.expect(201);
}

#[tokio::test]
async fn a_page_that_was_open_while_its_user_was_erased_misses_nothing_of_the_next_inbox() {
    let server = Server::start().await;
    for number in 0..3 {
        server.notify(USER, &format!("Before {number}")).await;
    }
    let seen = server.session(USER).await.inbox("").await["revision"].as_str().unwrap().to_owned();
    let request = server.api().v1(Method::DELETE, &format!("/users/{USER}"));
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    for number in 0..5 {
        server.notify(USER, &format!("After {number}")).await;
    }
    // It has a proof, opens a new session, and goes on from what it shows.
    let session = server.session(USER).await;
    let mut stream = session.stream(Some(&seen)).await;
    assert_eq!(stream.next().await.name, "reset");
    assert_eq!(session.inbox("").await["counts"]["total"], 5);
}

//! `POST /notifications/batch`.

use futures_util::future::join_all;
use notification_bell_tests::{Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn entry(title: &str) -> Value {
    json!({"to": {"users": [USER]}, "title": title})
}

async fn send_with(server: &Server, key: Option<&str>, body: &Value) -> Reply {
    let mut request = server.api().v1(Method::POST, "/notifications/batch").json(body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    Reply::to(request.bearer_auth(&server.project().backend_key)).await
}

async fn send(server: &Server, entries: &[Value]) -> Reply {
    send_with(server, None, &json!({"notifications": entries})).await
}

async fn titles(server: &Server) -> Vec<String> {
    let items = server.session(USER).await.all_items("all").await;
    items.iter().rev().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order_and_wakes_streams() {
    let server = Server::start().await;
    let mut stream = server.session(USER).await.live_stream().await;
    let mut entries: Vec<Value> = (0..5).map(|number| entry(&number.to_string())).collect();
    entries[2]["to"]["users"] = json!([USER, "b", "b"]);
    let answer = send(&server, &entries).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    let recipients: Vec<&Value> = results.iter().map(|result| &result["recipients"]).collect();
    assert_eq!(recipients, [1, 1, 2, 1, 1]);
    let ids: Vec<&str> = results.iter().map(|result| result["id"].as_str().unwrap()).collect();
    assert_eq!(results[0], json!({"status": 201, "id": ids[0], "recipients": 1}));
    assert_eq!(titles(&server).await, ["0", "1", "2", "3", "4"]);
    assert_eq!(stream.changed_ids(5).await, ids);
}

#[tokio::test]
async fn a_bad_entry_spoils_none_of_the_others_and_is_pointed_to() {
    let server = Server::start().await;
    let bad = [
        (json!({"to": {"users": [USER]}}), 400, "invalid_request", vec!["/notifications/0/title"]),
        (json!("Hello"), 400, "invalid_request", vec!["/notifications/1"]),
        (
            json!({"to": {"users": [USER]}, "title": "", "url": "javascript:1"}),
            422,
            "validation_failed",
            vec!["/notifications/2/url", "/notifications/2/title"],
        ),
        (
            json!({"to": {"users": ["a", "B"]}, "title": "t"}),
            400,
            "invalid_user_id",
            vec!["/notifications/3/to/users/1"],
        ),
        (
            json!({"to": {"users": []}, "title": "t"}),
            422,
            "validation_failed",
            vec!["/notifications/4/to/users"],
        ),
        (
            json!({"to": {"users": [USER]}, "title": "t", "a/b": 1}),
            400,
            "invalid_request",
            vec!["/notifications/5/a~1b"],
        ),
        (
            json!({"to": {"users": [USER]}, "title": "t", "idempotencyKey": "k"}),
            400,
            "invalid_request",
            vec!["/notifications/6/idempotencyKey"],
        ),
    ];
    let mut entries: Vec<Value> = bad.iter().map(|(entry, ..)| entry.clone()).collect();
    entries.push(entry("Good"));
    let answer = send(&server, &entries).await.expect(200);
    for (result, (entry, status, code, expected)) in answer["results"].as_array().unwrap().iter().zip(&bad) {
        assert_eq!((&result["status"], &result["error"]["code"]), (&json!(status), &json!(code)), "{entry}");
        assert_eq!(result["error"]["type"], format!("urn:notification-bell:problem:{code}"));
        assert_eq!(&pointers(&result["error"]), expected, "{entry}");
        assert!(result.get("id").is_none());
    }
    assert_eq!(answer["results"][bad.len()]["status"], 201);
    assert_eq!(titles(&server).await, ["Good"]);
}

#[tokio::test]
async fn a_body_that_is_no_batch_is_refused_whole() {
    let server = Server::start().await;
    for (body, status, code, pointer) in [
        (json!({}), 400, "invalid_request", "/notifications"),
        (json!({"notifications": {}}), 400, "invalid_request", "/notifications"),
        (json!({"notifications": [entry("t")], "dryRun": true}), 400, "invalid_request", "/dryRun"),
        (json!([entry("t")]), 400, "invalid_request", ""),
        (json!({"notifications": []}), 422, "validation_failed", "/notifications"),
        (json!({"notifications": vec![entry("t"); 1_001]}), 422, "validation_failed", "/notifications"),
    ] {
        let problem = assert_problem(&send_with(&server, None, &body).await, status, code);
        assert_eq!(pointers(&problem), [pointer]);
    }
    let mut large = vec![entry("t"); 300];
    for entry in &mut large {
        entry["body"] = json!("b".repeat(4_000));
    }
    assert_problem(&send(&server, &large).await, 413, "body_too_large");
    assert_eq!(titles(&server).await, [""; 0]);
}

#[tokio::test]
async fn a_thousand_are_sent_whatever_their_size() {
    let server = Server::start().await;
    let mut entries = vec![entry("One"); 999];
    let many: Vec<String> = (0..1_000).map(|number| format!("u{number}")).collect();
    entries.push(json!({"to": {"users": many}, "title": "Many"}));
    let answer = send(&server, &entries).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[999]["recipients"]), (1_000, &json!(1_000)));
    assert!(results.iter().all(|result| result["status"] == 201));
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 999);
    assert_eq!(server.session("u999").await.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn a_repeated_batch_is_answered_again_as_it_was_and_sends_nothing() {
    let mut server = Server::start().await;
    let body = json!({"notifications": [entry("One"), {"title": "No recipients"}, entry("Two")]});
    let first = send_with(&server, Some("key"), &body).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(first.expect(200)["results"][1]["status"], 400);
    server.kill().await;
    server.restart().await;
    let again = send_with(&server, Some("key"), &body).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(titles(&server).await, ["One", "Two"]);
    let other = json!({"notifications": [entry("One"), entry("Two")]});
    assert_problem(&send_with(&server, Some("key"), &other).await, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_key_is_for_a_batch_or_for_one_and_of_one_project() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let batch = json!({"notifications": [entry("Batch")]});
    let _ = send_with(&server, Some("batch"), &batch).await.expect(200);
    let single = |key: &'static str, project: usize, body: Value| {
        let request =
            server.api().v1(Method::POST, "/notifications").header("idempotency-key", key).json(&body);
        Reply::to(request.bearer_auth(&server.projects()[project].backend_key))
    };
    assert_problem(&single("batch", 0, entry("One")).await, 422, "idempotency_key_reused");
    let _ = single("batch", 1, entry("One")).await.expect(201);
    let _ = single("single", 0, entry("One")).await.expect(201);
    assert_problem(&send_with(&server, Some("single"), &batch).await, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_hundred_batches_at_once_with_one_key_are_one() {
    let server = Server::start().await;
    let body = json!({"notifications": [entry("One"), entry("Two")]});
    let replies = join_all((0..100).map(|_| send_with(&server, Some("key"), &body))).await;
    let mut bodies = Vec::new();
    for reply in &replies {
        if reply.status == 409 {
            assert_problem(reply, 409, "idempotency_in_progress");
            assert_eq!(reply.header("retry-after"), Some("1"));
        } else {
            bodies.push(reply.expect(200).to_string());
        }
    }
    assert!(!bodies.is_empty());
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(titles(&server).await, ["One", "Two"]);
    assert_eq!(send_with(&server, Some("key"), &body).await.expect(200).to_string(), bodies[0]);
}

#[tokio::test]
async fn each_entry_of_a_batch_counts() {
    let server = Server::builder().set("BELL_LIMITS", "on").start().await;
    let first = send(&server, &vec![entry("t"); 900]).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), Some("\"batched-sends\";q=1000;w=1"));
    // However slow the machine is, so many are not there again at once.
    let mut refused = None;
    for _ in 0..20 {
        let reply = send(&server, &vec![json!({}); 1_000]).await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("the quota has an end");
    assert_problem(&refused, 429, "rate_limited");
    assert!(refused.header("retry-after").is_some());
}

#[tokio::test]
async fn a_batch_takes_a_key_that_may_send() {
    let server = Server::start().await;
    let key =
        server.installation().json(&["api-key", "create", "--name", "R", "--scope", "users:manage"]).await;
    let body = json!({"notifications": [entry("t")]});
    let request = server.api().v1(Method::POST, "/notifications/batch").json(&body);
    let reply = Reply::to(request.bearer_auth(key["key"].as_str().unwrap())).await;
    assert_problem(&reply, 403, "insufficient_scope");
    let request = server.api().v1(Method::POST, "/notifications/batch").json(&body);
    assert_problem(&Reply::to(request).await, 401, "missing_token");
}

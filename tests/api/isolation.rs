//! Two projects on one server know nothing of each other, even where everything has the same name.

use notification_bell_tests::{Project, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

async fn two_projects() -> (Server, Project, Project) {
    // The same secret too, as when a site's keys are imported twice.
    let options: &[&str] = &["--api-secret-key", "NOTIFIR_API_SECRET"];
    let server = Server::builder().project(options).project(options).start().await;
    let (one, other) = (server.projects()[0].clone(), server.projects()[1].clone());
    (server, one, other)
}

#[tokio::test]
async fn the_same_user_has_an_inbox_in_each_project() {
    let (server, one, other) = two_projects().await;
    let sent = server.send_in(&one, &json!({"to": {"users": [USER]}, "title": "One"})).await.expect(201);
    let in_one = server.session_in(&one, USER).await.inbox("").await;
    assert_eq!(in_one["items"][0]["id"], sent["id"]);
    let in_other = server.session_in(&other, USER).await.inbox("").await;
    assert_eq!((&in_other["items"], &in_other["counts"]["total"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn an_id_of_another_project_is_not_found() {
    let (server, one, other) = two_projects().await;
    let sent = server.send_in(&one, &json!({"to": {"users": [USER]}, "title": "One"})).await.expect(201);
    let id = sent["id"].as_str().unwrap();
    let foreign = server.session_in(&other, USER).await;
    assert_problem(&foreign.patch(id, &json!({"read": true})).await, 404, "not_found");
    assert_problem(&foreign.remove(id).await, 404, "not_found");
    let _ = foreign.mark(&json!({"set": {"read": true}, "ids": [id]})).await.expect(200);
    foreign.mark_all_read().await;
    let own = server.session_in(&one, USER).await.inbox("").await;
    assert_eq!((&own["items"][0]["id"], &own["counts"]["unread"]), (&sent["id"], &json!(1)));
}

#[tokio::test]
async fn a_stream_hears_nothing_of_the_other_project() {
    let (server, one, other) = two_projects().await;
    let mut stream = server.session_in(&one, USER).await.live_stream().await;
    let _ = server.send_in(&other, &json!({"to": {"users": [USER]}, "title": "Other"})).await.expect(201);
    let own = server.send_in(&one, &json!({"to": {"users": [USER]}, "title": "One"})).await.expect(201);
    assert_eq!(stream.changed_ids(1).await, [own["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_its_project() {
    let (server, one, other) = two_projects().await;
    let body = json!({"to": {"users": [USER]}, "title": "Hello"});
    let mut ids = Vec::new();
    for project in [&one, &other] {
        let request = server
            .api()
            .v1(Method::POST, "/notifications")
            .bearer_auth(&project.backend_key)
            .header("idempotency-key", "same")
            .json(&body);
        let reply = Reply::to(request).await;
        assert_eq!(reply.header("idempotency-replayed"), None);
        ids.push(reply.expect(201)["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_foreign_projects_token_reads_only_its_own_inbox() {
    let (server, one, other) = two_projects().await;
    let _ = server.send_in(&one, &json!({"to": {"users": [USER]}, "title": "Secret"})).await.expect(201);
    let foreign = server.session_in(&other, USER).await;
    let reply = Reply::to(foreign.call(Method::GET, "/inbox").header("bell-project", &one.api_key)).await;
    assert!(!reply.text().contains("Secret"), "{}", reply.text());
    assert!(!foreign.stream(None).await.next().await.data.contains("Secret"));
}

#[tokio::test]
async fn a_cursor_or_an_event_id_of_another_project_shows_nothing_of_it() {
    let (server, one, other) = two_projects().await;
    for _ in 0..3 {
        let _ = server.send_in(&one, &json!({"to": {"users": [USER]}, "title": "Secret"})).await.expect(201);
    }
    let page = server.session_in(&one, USER).await.inbox("?limit=1").await;
    let foreign = server.session_in(&other, USER).await;
    let query = format!("/inbox?cursor={}", page["next"].as_str().unwrap());
    assert!(!Reply::to(foreign.call(Method::GET, &query)).await.text().contains("Secret"));
    let mut stream = foreign.stream(page["revision"].as_str()).await;
    assert!(!stream.next().await.data.contains("Secret"));
}

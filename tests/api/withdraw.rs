//! `DELETE /notifications/{id}`.

use notification_bell_tests::{Project, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

async fn withdraw(server: &Server, project: &Project, id: &str) -> Reply {
    let request = server.api().v1(Method::DELETE, &format!("/notifications/{id}"));
    Reply::to(request.bearer_auth(&project.backend_key)).await
}

#[tokio::test]
async fn what_is_withdrawn_leaves_lists_and_open_panels() {
    let server = Server::start().await;
    let kept = server.notify(USER, "Kept").await;
    let id = server.notify(USER, "Withdrawn").await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    assert_eq!(withdraw(&server, server.project(), &id).await.status, 204);
    let sync = stream.sync().await;
    assert_eq!((&sync["removed"], &sync["counts"]["total"]), (&json!([id]), &json!(1)));
    let items = session.all_items("all").await;
    assert_eq!(items.iter().map(|item| item["id"].as_str().unwrap()).collect::<Vec<_>>(), [kept]);
    assert_problem(&session.patch(&id, &json!({"read": true})).await, 404, "not_found");
    assert_eq!(withdraw(&server, server.project(), &id).await.status, 204, "again, it changes nothing");
    let request = server.api().v1(Method::GET, &format!("/notifications/{id}"));
    let shown = Reply::to(request.bearer_auth(&server.project().backend_key)).await.expect(200);
    assert!(shown["withdrawnAt"].is_string(), "{shown}");
}

#[tokio::test]
async fn it_leaves_the_archive_and_what_was_put_aside_too() {
    let server = Server::start().await;
    let [archived, snoozed] = [server.notify(USER, "Archived").await, server.notify(USER, "Snoozed").await];
    let session = server.session(USER).await;
    let _ = session.patch(&archived, &json!({"archived": true})).await.expect(200);
    let until = notification_bell_tests::after(&session.inbox("").await["items"][0]["createdAt"], 3_600);
    let _ = session.patch(&snoozed, &json!({"snoozedUntil": until})).await.expect(200);
    for (id, view) in [(archived, "archived"), (snoozed, "snoozed")] {
        assert_eq!(withdraw(&server, server.project(), &id).await.status, 204);
        assert!(session.all_items(view).await.is_empty(), "{view}");
    }
}

#[tokio::test]
async fn another_projects_notification_is_not_withdrawn() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let id = server.notify(USER, "Kept").await;
    assert_problem(&withdraw(&server, &server.projects()[1], &id).await, 404, "not_found");
    assert_problem(&withdraw(&server, server.project(), "nonsense").await, 404, "not_found");
    assert_eq!(server.session(USER).await.all_items("all").await.len(), 1);
}

#[tokio::test]
async fn withdrawing_takes_the_scope_for_it() {
    let server = Server::start().await;
    let id = server.notify(USER, "Kept").await;
    let made = ["api-key", "create", "--name", "Reader", "--scope", "notifications:read"];
    let key = server.installation().json(&made).await["key"].as_str().unwrap().to_owned();
    let request = server.api().v1(Method::DELETE, &format!("/notifications/{id}")).bearer_auth(key);
    assert_problem(&Reply::to(request).await, 403, "insufficient_scope");
    assert_eq!(server.session(USER).await.all_items("all").await.len(), 1);
}

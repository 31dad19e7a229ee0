//! `/categories`: what a project declares, and what its users then see and may choose.

use notification_bell_tests::{Project, Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

use crate::preferences::{preferences, put as choose, turn};

const USER: &str = "user@example.com";

async fn call(server: &Server, project: &Project, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let request = server.api().v1(method, &format!("/categories{path}")).bearer_auth(&project.backend_key);
    Reply::to(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

async fn declare(server: &Server, name: &str, body: &Value) {
    let reply = call(server, server.project(), Method::PUT, &format!("/{name}"), Some(body)).await;
    assert_eq!((reply.status, reply.text()), (204, ""));
}

#[tokio::test]
async fn a_category_is_declared_listed_and_taken_back() {
    let server = Server::start().await;
    let body =
        json!({"names": {"en": "Billing", "PT-br": "Faturas"}, "description": "Invoices", "default": false});
    declare(&server, "billing", &body).await;
    declare(&server, "a%2Fb", &json!({})).await;
    let listed = call(&server, server.project(), Method::GET, "", None).await.expect(200);
    assert_eq!(
        (&listed["categories"][0]["name"], &listed["categories"][0]["default"]),
        (&json!("a/b"), &json!(true))
    );
    let billing = &listed["categories"][1];
    assert_eq!(billing["names"], json!({"en": "Billing", "pt-BR": "Faturas"}));
    assert_eq!(
        (&billing["default"], &billing["canBeTurnedOff"], &billing["description"]),
        (&json!(false), &json!(true), &json!("Invoices"))
    );
    let remove = async || call(&server, server.project(), Method::DELETE, "/billing", None).await;
    assert_eq!(remove().await.status, 204);
    assert_problem(&remove().await, 404, "not_found");
}

#[tokio::test]
async fn a_declaration_that_cannot_be_is_refused_with_its_place() {
    let server = Server::start().await;
    for (name, body, expected) in [
        ("a%0Ab", json!({}), vec!["/name"]),
        ("a", json!({"names": {"en": "", "e": "x"}}), vec!["/names/e", "/names/en"]),
        ("a", json!({"default": false, "canBeTurnedOff": false}), vec!["/default"]),
        ("a", json!({"description": "x".repeat(501)}), vec!["/description"]),
    ] {
        let reply = call(&server, server.project(), Method::PUT, &format!("/{name}"), Some(&body)).await;
        assert_eq!(pointers(&assert_problem(&reply, 422, "validation_failed")), expected, "{body}");
    }
    let reply = call(&server, server.project(), Method::PUT, "/a", Some(&json!({"locked": true}))).await;
    assert_problem(&reply, 400, "invalid_request");
}

#[tokio::test]
async fn a_reader_sees_the_names_in_their_language() {
    let server = Server::start().await;
    declare(&server, "billing", &json!({"names": {"en": "Billing", "de": "Rechnungen"}})).await;
    declare(&server, "security", &json!({"canBeTurnedOff": false})).await;
    let session = server.session(USER).await;
    let request = session.call(Method::GET, "/preferences").header("accept-language", "de-AT, en;q=0.5");
    let reply = Reply::to(request).await;
    assert!(reply.lists("vary", "accept-language"));
    assert_eq!(
        reply.expect(200)["categories"],
        json!([
            {"name": "billing", "label": "Rechnungen", "enabled": true, "canBeTurnedOff": true},
            {"name": "security", "label": "security", "enabled": true, "canBeTurnedOff": false},
        ])
    );
    let shown = preferences(&session).await;
    assert_eq!(shown["categories"][0]["label"], "Billing");
    assert_eq!(choose(&session, &shown).await.expect(200), shown, "the answer is a body too");
}

#[tokio::test]
async fn what_is_off_by_default_is_there_once_it_is_turned_on() {
    let server = Server::start().await;
    declare(&server, "tips", &json!({"default": false})).await;
    server.notify_with(USER, &json!({"title": "Tip", "category": "tips"})).await;
    let session = server.session(USER).await;
    assert_eq!(session.inbox("").await["counts"]["total"], 0);
    assert_eq!(preferences(&session).await["categories"][0]["enabled"], false);
    turn(&session, "tips", true).await;
    assert_eq!(session.inbox("").await["items"][0]["title"], "Tip");
}

#[tokio::test]
async fn what_cannot_be_turned_off_is_refused_and_reaches_whoever_had_turned_it_off() {
    let server = Server::start().await;
    server.notify_with(USER, &json!({"title": "New sign-in", "category": "security"})).await;
    let session = server.session(USER).await;
    turn(&session, "security", false).await;
    let mut stream = session.live_stream().await;
    declare(&server, "security", &json!({"canBeTurnedOff": false})).await;
    let event = stream.next().await;
    assert_eq!(event.name, "reset", "{event:?}");
    assert_eq!(session.inbox("").await["items"][0]["title"], "New sign-in");
    let off =
        json!({"categories": [{"name": "other", "enabled": false}, {"name": "security", "enabled": false}]});
    let problem = assert_problem(&choose(&session, &off).await, 422, "validation_failed");
    assert_eq!(pointers(&problem), ["/categories/1/enabled"]);
    assert_eq!(
        preferences(&session).await["categories"].as_array().unwrap().len(),
        1,
        "nothing of it was done"
    );
}

#[tokio::test]
async fn another_projects_categories_are_not_there() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    declare(&server, "security", &json!({"canBeTurnedOff": false})).await;
    let other = &server.projects()[1];
    assert_eq!(call(&server, other, Method::GET, "", None).await.expect(200)["categories"], json!([]));
    assert_problem(&call(&server, other, Method::DELETE, "/security", None).await, 404, "not_found");
    let session = server.session_in(other, USER).await;
    assert_eq!(preferences(&session).await["categories"], json!([]));
    turn(&session, "security", false).await;
}

#[tokio::test]
async fn only_a_key_that_may_change_templates_declares_categories() {
    let server = Server::start().await;
    let arguments = ["api-key", "create", "--name", "Sender", "--scope", "notifications:write"];
    let key = server.installation().json(&arguments).await["key"].as_str().unwrap().to_owned();
    let sender = Project { backend_key: key, ..server.project().clone() };
    let body = json!({});
    for (method, path, body) in
        [(Method::PUT, "/a", Some(&body)), (Method::GET, "", None), (Method::DELETE, "/a", None)]
    {
        assert_problem(&call(&server, &sender, method, path, body).await, 403, "insufficient_scope");
    }
}

//! `/templates`: what may be put, who may put it, and what a send makes of it.

use notification_bell_tests::{Project, Reply, Server, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

async fn call(server: &Server, project: &Project, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let request = server.api().v1(method, &format!("/templates{path}")).bearer_auth(&project.backend_key);
    Reply::to(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

async fn put(server: &Server, path: &str, body: &Value) -> Reply {
    call(server, server.project(), Method::PUT, path, Some(body)).await
}

async fn show(server: &Server, path: &str) -> Reply {
    call(server, server.project(), Method::GET, path, None).await
}

async fn placed(server: &Server, path: &str, body: &Value) {
    let reply = put(server, path, body).await;
    assert_eq!((reply.status, reply.text()), (204, ""));
}

#[tokio::test]
async fn a_template_is_put_shown_replaced_and_removed() {
    let server = Server::start().await;
    placed(&server, "/invoice.paid/pt-br", &json!({"title": "Fatura {{ number }}"})).await;
    placed(&server, "/invoice.paid/en", &json!({"title": "Old"})).await;
    let body = json!({"title": "Invoice {{ number }}", "body": "Thanks", "actions": {"open": "Open"}});
    placed(&server, "/invoice.paid/en", &body).await;
    let list = show(&server, "").await.expect(200);
    let listed: Vec<_> = list["templates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| [&one["type"], &one["locale"], &one["title"]])
        .collect();
    assert_eq!(
        json!(listed),
        json!([
            ["invoice.paid", "en", "Invoice {{ number }}"],
            ["invoice.paid", "pt-BR", "Fatura {{ number }}"]
        ])
    );
    let one = show(&server, "/invoice.paid/EN").await.expect(200);
    assert_eq!((&one["body"], &one["actions"]), (&json!("Thanks"), &json!({"open": "Open"})));
    let remove = async || call(&server, server.project(), Method::DELETE, "/invoice.paid/en", None).await;
    assert_eq!(remove().await.status, 204);
    assert_problem(&remove().await, 404, "not_found");
    assert_problem(&show(&server, "/invoice.paid/en").await, 404, "not_found");
    assert_problem(&show(&server, "/invoice.paid/not a locale").await, 404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_place() {
    let server = Server::start().await;
    for (path, body, expected) in [
        ("/a/en", json!({"title": "{{ name"}), vec!["/title"]),
        (
            "/a/en",
            json!({"title": "", "body": "{% include 'x' %}", "actions": {"a/b": "{{ x() }}"}}),
            vec!["/title", "/body", "/actions/a~1b"],
        ),
        ("/a/e", json!({"title": "x"}), vec!["/locale"]),
        ("/a/de_AT", json!({"title": "x"}), vec!["/locale"]),
        ("/a%0Ab/en", json!({"title": "x"}), vec!["/type"]),
        ("/a/en", json!({"title": "x".repeat(1_025), "body": "x".repeat(8_193)}), vec!["/title", "/body"]),
    ] {
        let problem = assert_problem(&put(&server, path, &body).await, 422, "validation_failed");
        assert_eq!(pointers(&problem), expected, "{path} {body}");
    }
    let problem = put(&server, "/a/en", &json!({"title": "one\n{% set x = 1 %}"})).await.json();
    assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("line 2, column"), "{problem}");
    for body in [
        json!({}),
        json!({"title": 7}),
        json!({"title": "x", "url": "/"}),
        json!({"title": "x", "actions": ["a"]}),
    ] {
        assert_problem(&put(&server, "/a/en", &body).await, 400, "invalid_request");
    }
    assert_eq!(show(&server, "").await.expect(200)["templates"], json!([]));
}

#[tokio::test]
async fn a_hostile_template_is_neither_kept_nor_run() {
    let server = Server::start().await;
    for title in [
        "{% for a in range(1000000000) %}x{% endfor %}",
        "{% for a in x %}{% for b in x %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{% set x = x ~ x %}",
        "{{ x.__class__.__mro__() }}",
        "{{ self }}{% include '/etc/passwd' %}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    ] {
        let reply = put(&server, "/a/en", &json!({ "title": title })).await;
        assert_problem(&reply, 422, "validation_failed");
    }
    for body in [
        "{% if a %}".repeat(800),
        format!("{{{{ {}a }}}}", "(".repeat(8_000)),
        format!("{{% if {}a %}}{{% endif %}}", "not ".repeat(2_000)),
    ] {
        assert_problem(
            &put(&server, "/a/en", &json!({"title": "x", "body": body})).await,
            422,
            "validation_failed",
        );
    }
    // What may be kept is still bounded when it is run.
    let deep = format!("{{{{ a{} }}}}", ".b".repeat(4_000));
    for (body, data) in [
        ("{% for one in list %}{% if one == 2 %}{% endif %}{% endfor %}", json!({"list": vec![1; 8_000]})),
        ("{% for one in list %}xxxxxxxxxxxxxxxx{% endfor %}", json!({"list": vec![1; 8_000]})),
        (deep.as_str(), json!({"a": {}})),
    ] {
        let reply = put(&server, "/a/en", &json!({"title": "x", "body": body})).await;
        if reply.status == 204 {
            let send = json!({"to": {"users": [USER]}, "type": "a", "data": data});
            let problem = assert_problem(&server.send(&send).await, 422, "validation_failed");
            assert_eq!(pointers(&problem), ["/data"]);
        } else {
            assert_problem(&reply, 422, "validation_failed");
        }
    }
    assert_eq!(server.session(USER).await.inbox("").await["items"], json!([]));
}

#[tokio::test]
async fn the_command_line_sends_what_a_template_says() {
    let server = Server::start().await;
    placed(&server, "/release/en", &json!({"title": "Release {{ version }}"})).await;
    let data = r#"{"version": "1.0"}"#;
    let arguments = ["send", "--to", "u", "--type", "release", "--data", data];
    let sent = server.installation().json(&arguments).await;
    let shown = server.session("u").await.inbox("").await;
    assert_eq!((&shown["items"][0]["id"], &shown["items"][0]["title"]), (&sent["id"], &json!("Release 1.0")));
}

#[tokio::test]
async fn what_the_data_lacks_is_the_senders_fault_in_every_language() {
    let server = Server::start().await;
    placed(&server, "/paid/en", &json!({"title": "Invoice {{ number }}"})).await;
    placed(&server, "/paid/de", &json!({"title": "Rechnung {{ number }} von {{ customer.name }}"})).await;
    let send = |data: Value| {
        let body = json!({"to": {"users": [USER]}, "type": "paid", "data": data});
        let server = &server;
        async move { server.send(&body).await }
    };
    let problem = assert_problem(&send(json!({"customer": {}})).await, 422, "validation_failed");
    assert_eq!(pointers(&problem), ["/data", "/data"]);
    let details = problem["errors"].to_string();
    assert!(
        details.contains("paid in de") && details.contains("paid in en") && details.contains("number"),
        "{details}"
    );
    let _ = send(json!({"number": 7, "customer": {"name": "Ada"}})).await.expect(201);
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 1);
}

#[tokio::test]
async fn a_send_without_words_is_refused() {
    let server = Server::start().await;
    let problem = server.send(&json!({"to": {"users": [USER]}, "type": "unknown"})).await;
    assert_eq!(pointers(&assert_problem(&problem, 422, "validation_failed")), ["/title"]);
    let problem = server.send(&json!({"to": {"users": [USER]}})).await;
    assert_eq!(pointers(&assert_problem(&problem, 400, "invalid_request")), ["/title"]);
    let button = json!({"to": {"users": [USER]}, "title": "x", "actions": [{"id": "a"}]});
    let problem = assert_problem(&server.send(&button).await, 400, "invalid_request");
    assert_eq!(pointers(&problem), ["/actions/0/label"]);
}

#[tokio::test]
async fn templates_are_listed_page_by_page_without_their_texts() {
    let server = Server::start().await;
    for (name, locale) in [("a", "de"), ("a", "en"), ("b", "en"), ("c", "fr"), ("c", "pt-BR")] {
        placed(&server, &format!("/{name}/{locale}"), &json!({"title": locale, "body": "long"})).await;
    }
    let (mut listed, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = show(&server, &query).await.expect(200);
        for one in page["templates"].as_array().unwrap() {
            let mut members: Vec<&String> = one.as_object().unwrap().keys().collect();
            members.sort_unstable();
            assert_eq!(members, ["locale", "title", "type", "updatedAt"]);
            listed.push(format!("{}/{}", one["type"].as_str().unwrap(), one["locale"].as_str().unwrap()));
        }
        let Some(cursor) = page["next"].as_str() else { break };
        query = format!("?limit=2&cursor={cursor}");
    }
    assert_eq!(listed, ["a/de", "a/en", "b/en", "c/fr", "c/pt-BR"]);
    for query in ["?limit=0", "?limit=1001", "?cursor=%21", "?cursor=eA"] {
        assert_problem(&show(&server, query).await, 422, "validation_failed");
    }
    let from_command = server.installation().json(&["template", "list"]).await;
    assert_eq!(from_command.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn another_projects_templates_are_not_there() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    placed(&server, "/paid/en", &json!({"title": "Ours"})).await;
    let other = &server.projects()[1];
    assert_eq!(call(&server, other, Method::GET, "", None).await.expect(200)["templates"], json!([]));
    for method in [Method::GET, Method::DELETE] {
        assert_problem(&call(&server, other, method, "/paid/en", None).await, 404, "not_found");
    }
    let send = json!({"to": {"users": [USER]}, "type": "paid"});
    assert_problem(&server.send_in(other, &send).await, 422, "validation_failed");
    assert_eq!(show(&server, "/paid/en").await.expect(200)["title"], "Ours");
}

#[tokio::test]
async fn only_a_key_that_may_change_templates_reads_or_changes_them() {
    let server = Server::start().await;
    let arguments = ["api-key", "create", "--name", "Sender", "--scope", "notifications:write"];
    let key = server.installation().json(&arguments).await["key"].as_str().unwrap().to_owned();
    let sender = Project { backend_key: key, ..server.project().clone() };
    let body = json!({"title": "x"});
    for (method, path, body) in [
        (Method::PUT, "/a/en", Some(&body)),
        (Method::GET, "", None),
        (Method::GET, "/a/en", None),
        (Method::DELETE, "/a/en", None),
    ] {
        assert_problem(&call(&server, &sender, method, path, body).await, 403, "insufficient_scope");
    }
    let session = server.session(USER).await;
    let reply = Reply::to(session.call(Method::GET, "/templates")).await;
    assert_eq!(reply.status, 401, "{}", reply.text());
}

//! Readers and their languages: what `Accept-Language` does to what is read.

use notification_bell_tests::{EventStream, Reply, Server, Session, assert_problem, pointers};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn three() -> Value {
    json!({
        "title": "Order shipped", "body": "On its way", "actions": [{"id": "track", "label": "Track"}],
        "texts": {
            "de": {"title": "Versandt", "actions": {"track": "Verfolgen"}},
            "PT-br": {"title": "Enviado", "body": "A caminho"},
        },
    })
}

async fn listed(session: &Session, accepted: Option<&str>) -> Value {
    let request = session.call(Method::GET, "/inbox");
    let reply = Reply::to(match accepted {
        Some(accepted) => request.header("accept-language", accepted),
        None => request,
    })
    .await;
    assert!(reply.lists("vary", "accept-language"), "{:?}", reply.headers);
    reply.expect(200)["items"][0].clone()
}

#[tokio::test]
async fn each_reader_sees_their_language_or_the_projects() {
    let server = Server::start().await;
    server.notify_with(USER, &three()).await;
    let session = server.session(USER).await;
    for (accepted, title, body, label) in [
        (None, "Order shipped", json!("On its way"), "Track"),
        (Some("de-AT, en;q=0.5"), "Versandt", Value::Null, "Verfolgen"),
        (Some("en;q=0.5, de-AT;q=0.4"), "Order shipped", json!("On its way"), "Track"),
        (Some("pt"), "Enviado", json!("A caminho"), "Track"),
        (Some("pt-PT, de"), "Enviado", json!("A caminho"), "Track"),
        (Some("ja, *;q=0.1"), "Order shipped", json!("On its way"), "Track"),
        (Some(";;,q=,"), "Order shipped", json!("On its way"), "Track"),
    ] {
        let item = listed(&session, accepted).await;
        let said = (&item["title"], &item["body"], &item["actions"][0]["label"]);
        assert_eq!(said, (&json!(title), &body, &json!(label)), "{accepted:?}");
        assert_eq!(item["texts"], Value::Null, "nothing else of an item changes");
    }
}

#[tokio::test]
async fn the_stream_and_the_answer_to_a_change_are_in_the_language_too() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let request = session.stream_request(None).header("accept-language", "de");
    let mut stream = EventStream::open(request).await;
    stream.sync().await;
    let id = server.notify_with(USER, &three()).await;
    assert_eq!(stream.sync().await["changed"][0]["title"], "Versandt");
    let patch = session.call(Method::PATCH, &format!("/inbox/{id}")).header("accept-language", "pt-BR");
    let reply = Reply::to(patch.json(&json!({"read": true}))).await;
    assert!(reply.lists("vary", "accept-language"));
    assert_eq!(reply.expect(200)["item"]["title"], "Enviado");
    assert_eq!(stream.sync().await["changed"][0]["title"], "Versandt");
}

#[tokio::test]
async fn an_item_is_never_dropped_for_a_missing_language() {
    let server = Server::builder().project(&["--locale", "pt-br"]).start().await;
    let session = server.session(USER).await;
    let send = async |texts: Value| {
        server.notify_with(USER, &json!({ "texts": texts })).await;
        listed(&session, Some("ja")).await["title"].clone()
    };
    assert_eq!(send(json!({"en": {"title": "en"}, "pt": {"title": "pt"}})).await, "pt");
    assert_eq!(send(json!({"fr": {"title": "fr"}, "de": {"title": "de"}})).await, "de");
    let set = ["project", "set", "--locale", "fr"];
    assert_eq!(server.installation().json(&set).await["locale"], "fr");
    assert_eq!(send(json!({"fr": {"title": "fr"}, "de": {"title": "de"}})).await, "fr");
}

#[tokio::test]
async fn a_template_speaks_every_language_it_is_there_in() {
    let server = Server::start().await;
    for (locale, title) in
        [("en", "{{ who }} says hello"), ("de", "{{ who }} grüßt"), ("pt-BR", "{{ who }} diz olá")]
    {
        let request = server.api().v1(Method::PUT, &format!("/templates/hello/{locale}"));
        let body = json!({"title": title, "actions": {"wave": format!("wave-{locale}"), "other": "-"}});
        let reply = Reply::to(request.bearer_auth(&server.project().backend_key).json(&body)).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
    }
    let send =
        json!({"type": "hello", "data": {"who": "Ada <b>"}, "actions": [{"id": "wave", "url": "/wave"}]});
    server.notify_with(USER, &send).await;
    let session = server.session(USER).await;
    for (accepted, title, label) in [
        ("de-CH", "Ada <b> grüßt", "wave-de"),
        ("pt-BR,en", "Ada <b> diz olá", "wave-pt-BR"),
        ("ja", "Ada <b> says hello", "wave-en"),
    ] {
        let item = listed(&session, Some(accepted)).await;
        assert_eq!((&item["title"], &item["actions"][0]["label"]), (&json!(title), &json!(label)));
        assert_eq!((&item["data"]["who"], item["actions"].as_array().unwrap().len()), (&json!("Ada <b>"), 1));
    }
}

#[tokio::test]
async fn texts_are_checked_like_title_and_body() {
    let server = Server::start().await;
    let mut body = json!({
        "to": {"users": [USER]},
        "body": "without a title",
        "texts": {
            "de": {"title": "", "body": "x".repeat(4_097)},
            "not a tag": {"title": "x"},
            "en": {"title": "x".repeat(257), "actions": {"nowhere": "x"}},
        },
    });
    let problem = assert_problem(&server.send(&body).await, 422, "validation_failed");
    let mut found = pointers(&problem);
    found.sort_unstable();
    let expected = [
        "/body",
        "/texts/de/body",
        "/texts/de/title",
        "/texts/en/actions/nowhere",
        "/texts/en/title",
        "/texts/not a tag",
    ];
    assert_eq!(found, expected);
    body["texts"] = json!({"de": {"titel": "x"}});
    let problem = assert_problem(&server.send(&body).await, 400, "invalid_request");
    assert_eq!(pointers(&problem), ["/texts/de/titel"]);
}

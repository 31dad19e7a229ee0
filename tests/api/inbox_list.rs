//! `GET /inbox`.

use notification_bell_tests::{ANSWER_LIMIT, Reply, Server, Session, after, assert_problem, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";
const FAR: &str = "2099-01-01T00:00:00.000Z";

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

async fn change(session: &Session, id: &str, change: Value) {
    let _ = session.patch(id, &change).await.expect(200);
}

#[tokio::test]
async fn an_item_has_all_its_members() {
    let server = Server::start().await;
    let sent = json!({
        "title": "Paid", "body": "Invoice 7", "url": "/invoices/7", "icon": "https://site.example/icon.png",
        "image": "/picture.png", "category": "billing", "type": "invoice.paid", "data": {"deep": [1, null, "x"]},
        "priority": "high", "expiresAt": FAR,
        "actions": [
            {"id": "open", "label": "Open", "url": "https://site.example/7", "style": "primary"},
            {"id": "hide", "label": "Hide"},
        ],
    });
    let id = server.notify_with(USER, &sent).await;
    assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 7, "{id}");
    let page = server.session(USER).await.inbox("").await;
    let item = &page["items"][0];
    let expected = json!({
        "id": id, "type": "invoice.paid", "category": "billing", "title": "Paid", "body": "Invoice 7",
        "url": "/invoices/7", "icon": "https://site.example/icon.png", "image": "/picture.png",
        "actions": [
            {"id": "open", "label": "Open", "url": "https://site.example/7", "style": "primary", "done": false},
            {"id": "hide", "label": "Hide", "url": null, "style": "default", "done": false},
        ],
        "data": {"deep": [1, null, "x"]}, "priority": "high", "createdAt": item["createdAt"], "expiresAt": FAR,
        "seenAt": null, "readAt": null, "archivedAt": null, "snoozedUntil": null, "revision": item["revision"],
        "groupKey": null, "groupCount": 1,
    });
    assert_eq!(item, &expected);
    assert_eq!(item["createdAt"].as_str().unwrap().len(), FAR.len(), "milliseconds and a Z");
    assert!(item["revision"].is_string());
}

#[tokio::test]
async fn an_item_sent_with_a_title_alone_has_null_for_the_rest() {
    let server = Server::start().await;
    server.notify(USER, "Hello").await;
    let page = server.session(USER).await.inbox("").await;
    let item = page["items"][0].as_object().unwrap();
    let nulls = item.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.as_str());
    let mut nulls: Vec<&str> = nulls.collect();
    nulls.sort_unstable();
    let expected = [
        "archivedAt",
        "body",
        "category",
        "data",
        "expiresAt",
        "groupKey",
        "icon",
        "image",
        "readAt",
        "seenAt",
        "snoozedUntil",
        "type",
        "url",
    ];
    assert_eq!(nulls, expected);
    assert_eq!((&item["actions"], &item["priority"]), (&json!([]), &json!("normal")));
}

#[tokio::test]
async fn each_view_shows_its_part() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut ids = Vec::new();
    for title in ["new", "read", "archived", "snoozed"] {
        ids.push(server.notify(USER, title).await);
    }
    change(&session, &ids[1], json!({"read": true})).await;
    change(&session, &ids[2], json!({"archived": true})).await;
    let until = after(&session.inbox("").await["items"][0]["createdAt"], 3_600);
    change(&session, &ids[3], json!({"snoozedUntil": until})).await;
    let expected: [(&str, &[&str]); 5] = [
        ("", &["read", "new"]),
        ("?view=all", &["read", "new"]),
        ("?view=unread", &["new"]),
        ("?view=archived", &["archived"]),
        ("?view=snoozed", &["snoozed"]),
    ];
    for (query, shown) in expected {
        let page = session.inbox(query).await;
        assert_eq!(titles(&page), shown, "{query}");
        let counts = json!({"unseen": 1, "unread": 1, "total": 2, "categories": {}});
        assert_eq!(page["counts"], counts, "the counts are those of `all`: {query}");
    }
}

#[tokio::test]
async fn the_pages_join_without_a_gap_or_a_double() {
    let server = Server::start().await;
    let mut sent = Vec::new();
    for number in 0..23 {
        sent.push(server.notify(USER, &format!("Number {number}")).await);
    }
    sent.reverse();
    let session = server.session(USER).await;
    for limit in [1, 5, 22, 23, 24] {
        let (mut seen, mut query) = (Vec::new(), format!("?limit={limit}"));
        loop {
            let page = session.inbox(&query).await;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit, "more than asked for");
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next"].as_str() else { break };
            assert_eq!(items.len(), limit, "a page that is not the last is full");
            query = format!("?limit={limit}&cursor={cursor}");
        }
        assert_eq!(seen, sent, "with {limit} a page");
    }
}

#[tokio::test]
async fn of_what_is_snoozed_what_comes_back_next_is_first() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(server.notify(USER, &format!("Number {number}")).await);
    }
    let now = session.inbox("").await["items"][0]["createdAt"].clone();
    // Of those that come back together, the newest is first.
    for (id, hours) in ids.iter().zip([3, 1, 2, 2, 5, 2]) {
        change(&session, id, json!({"snoozedUntil": after(&now, hours * 3_600)})).await;
    }
    for limit in 1..=7 {
        let (mut seen, mut query) = (Vec::new(), format!("?view=snoozed&limit={limit}"));
        loop {
            let page = session.inbox(&query).await;
            seen.extend(titles(&page).into_iter().map(ToOwned::to_owned));
            let Some(cursor) = page["next"].as_str() else { break };
            query = format!("?view=snoozed&limit={limit}&cursor={cursor}");
        }
        let expected = [1, 5, 3, 2, 0, 4].map(|number| format!("Number {number}"));
        assert_eq!(seen, expected, "with {limit} a page");
    }
}

#[tokio::test]
async fn what_arrives_while_paging_moves_nothing() {
    let server = Server::start().await;
    let mut sent = Vec::new();
    for number in 0..4 {
        sent.push(server.notify(USER, &format!("Number {number}")).await);
    }
    let session = server.session(USER).await;
    let first = session.inbox("?limit=2").await;
    server.notify(USER, "Newcomer").await;
    change(&session, &sent[2], json!({"read": true})).await;
    let second = session.inbox(&format!("?limit=2&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!(titles(&first), ["Number 3", "Number 2"]);
    assert_eq!(titles(&second), ["Number 1", "Number 0"]);
}

#[tokio::test]
async fn a_category_is_listed_and_counted_by_itself() {
    let server = Server::start().await;
    for (title, category) in [("a", "billing"), ("b", "team & co"), ("c", "billing")] {
        server.notify_with(USER, &json!({"title": title, "category": category})).await;
    }
    server.notify(USER, "d").await;
    let session = server.session(USER).await;
    assert_eq!(titles(&session.inbox("?category=billing").await), ["c", "a"]);
    assert_eq!(titles(&session.inbox("?category=team%20%26%20co").await), ["b"]);
    assert_eq!(titles(&session.inbox("?category=none").await), [""; 0]);
    let counts = session.inbox("?category=billing").await["counts"].clone();
    let expected =
        json!({"unseen": 4, "unread": 4, "total": 4, "categories": {"billing": 2, "team & co": 1}});
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn a_query_that_is_not_allowed_is_refused() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    for query in [
        "?view=everything",
        "?view=",
        "?view=All",
        "?limit=0",
        "?limit=-1",
        "?limit=x",
        "?limit=1.5",
        "?limit=100000",
        "?limit=99999999999999999999",
        "?cursor=x",
        "?cursor=%00",
        "?cursor=AAAAAAAAAAAAAAAA",
        "?page=2",
        "?limit=1&limit=2",
    ] {
        let reply = Reply::to(session.call(Method::GET, &format!("/inbox{query}"))).await;
        // A wrong shape or a value that is not allowed: the contract leaves queries open.
        let code = if reply.status == 400 { "invalid_request" } else { "validation_failed" };
        assert!(reply.status == 400 || reply.status == 422, "{query}: {} {}", reply.status, reply.text());
        assert_problem(&reply, reply.status, code);
    }
}

#[tokio::test]
async fn a_cursor_of_another_user_shows_nothing_of_theirs() {
    let server = Server::start().await;
    for number in 0..3 {
        server.notify("other@example.com", &format!("Secret {number}")).await;
    }
    server.notify(USER, "Mine").await;
    let foreign = server.session("other@example.com").await.inbox("?limit=1").await;
    let cursor = foreign["next"].as_str().unwrap();
    let reply =
        Reply::to(server.session(USER).await.call(Method::GET, &format!("/inbox?cursor={cursor}"))).await;
    assert!(!reply.text().contains("Secret"), "{}", reply.text());
    assert!(reply.status < 500, "{}", reply.text());
}

#[tokio::test]
async fn an_expired_notification_is_in_no_list_and_no_count() {
    let server = Server::start().await;
    let session = server.session(USER).await;
    let sent = server.notify(USER, "Clock").await;
    let until = after(&session.inbox("").await["items"][0]["createdAt"], 2);
    let _ = session.remove(&sent).await.expect(200);
    server.notify_with(USER, &json!({"title": "Short", "expiresAt": until})).await;
    eventually(ANSWER_LIMIT, "expiring", async || {
        let page = session.inbox("").await;
        let gone = page["items"] == json!([]) && page["counts"]["total"] == 0;
        gone.then_some(())
    })
    .await;
}

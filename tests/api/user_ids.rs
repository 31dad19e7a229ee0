//! The rules of user ids, which hold for sessions and for sending alike.

use notification_bell_tests::{Server, assert_problem, pointers};
use serde_json::json;

fn refused() -> Vec<(String, &'static str)> {
    vec![
        (String::new(), "empty"),
        ("User@example.com".to_owned(), "uppercase"),
        ("user@EXAMPLE.com".to_owned(), "uppercase"),
        ("ÉMILIE".to_owned(), "uppercase outside ASCII"),
        ("\u{212a}elvin".to_owned(), "the Kelvin sign, whose lowercase is the letter k"),
        ("\u{1c5}".to_owned(), "title case"),
        (" user".to_owned(), "white space before"),
        ("user ".to_owned(), "white space after"),
        ("\u{3000}user".to_owned(), "ideographic space before"),
        ("user\u{a0}".to_owned(), "no-break space after"),
        ("us\ner".to_owned(), "line break"),
        ("us\u{0}er".to_owned(), "null"),
        ("us\u{7f}er".to_owned(), "delete"),
        ("us\u{85}er".to_owned(), "next line"),
        ("us\u{200b}er".to_owned(), "zero-width space"),
        ("us\u{200d}er".to_owned(), "zero-width joiner"),
        ("\u{feff}user".to_owned(), "byte order mark"),
        ("us\u{202e}er".to_owned(), "right-to-left override"),
        ("us\u{2066}er".to_owned(), "isolate"),
        ("us\u{ad}er".to_owned(), "soft hyphen"),
        ("zoe\u{308}".to_owned(), "not NFC"),
        ("a\u{fb}\u{30a}\u{323}".to_owned(), "not NFC, marks out of order"),
        ("u".repeat(257), "257 bytes"),
        ("ü".repeat(129), "258 bytes, though 129 characters"),
    ]
}

fn accepted() -> Vec<String> {
    vec![
        "u".to_owned(),
        "0".to_owned(),
        "user name".to_owned(),
        "zo\u{eb}@example.com".to_owned(),
        "straße".to_owned(),
        "用户".to_owned(),
        "a/b?c=d&e#f%20".to_owned(),
        "../../etc/passwd".to_owned(),
        "'; drop table items; --".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "u".repeat(256),
        "ü".repeat(128),
    ]
}

#[tokio::test]
async fn a_session_is_refused_for_an_id_that_breaks_a_rule_even_with_the_right_proof() {
    let server = Server::start().await;
    let project = server.project();
    for (user, fault) in refused() {
        let body = json!({"apiKey": project.api_key, "userId": user, "userHmac": project.proof(&user)});
        let reply = server.open_session(&body).await;
        assert_eq!(reply.status, 400, "{fault}: {}", reply.text());
        assert_problem(&reply, 400, "invalid_user_id");
    }
}

#[tokio::test]
async fn a_send_is_refused_for_an_id_that_breaks_a_rule_and_reaches_nobody() {
    let server = Server::start().await;
    for (user, fault) in refused() {
        let body = json!({"to": {"users": ["good@example.com", user]}, "title": "x"});
        let reply = server.send(&body).await;
        assert_eq!(reply.status, 400, "{fault}: {}", reply.text());
        let problem = assert_problem(&reply, 400, "invalid_user_id");
        assert_eq!(pointers(&problem), ["/to/users/1"], "{fault}");
    }
    assert_eq!(server.session("good@example.com").await.inbox("").await["items"], json!([]));
}

#[tokio::test]
async fn every_other_id_works_from_end_to_end() {
    let server = Server::start().await;
    for user in accepted() {
        let sent = server.notify(&user, "Hello").await;
        let session = server.session(&user).await;
        assert_eq!(session.grant["userId"], json!(user));
        let inbox = session.inbox("").await;
        assert_eq!(inbox["items"][0]["id"], json!(sent), "{user:?}");
        assert_eq!(inbox["counts"]["total"], 1, "{user:?}");
    }
}

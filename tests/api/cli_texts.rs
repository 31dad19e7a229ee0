//! `template` and `category`: the same from the command line, which a running server goes by.

use notification_bell_tests::Server;
use serde_json::json;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_template_that_was_put_is_listed_shown_used_and_removed() {
    let server = Server::start().await;
    let command = server.installation();
    let which = ["--type", "paid", "--locale", "pt-br"];
    let put = ["--title", "Fatura {{ n }}", "--body", "Obrigado", "--action", "open=Abrir"];
    command.succeed(&[&["template", "put"], &which[..], &put[..]].concat()).await;
    let listed = command.json(&["template", "list"]).await;
    assert_eq!((&listed[0]["type"], &listed[0]["locale"]), (&json!("paid"), &json!("pt-BR")));
    let shown = command.json(&[&["template", "show"], &which[..]].concat()).await;
    assert_eq!((&shown["body"], &shown["actions"]), (&json!("Obrigado"), &json!({"open": "Abrir"})));
    server.notify_with(USER, &json!({"type": "paid", "data": {"n": 7}})).await;
    assert_eq!(server.session(USER).await.inbox("").await["items"][0]["title"], "Fatura 7");
    command.succeed(&[&["template", "remove"], &which[..]].concat()).await;
    assert_eq!(command.run(&[&["template", "show"], &which[..]].concat()).await.code, 1);
    let broken = command.run(&["template", "put", "--type", "a", "--locale", "en", "--title", "{{ x"]).await;
    assert!(broken.code == 1 && broken.stderr.contains("line 1"), "{}", broken.stderr);
    let usage =
        command.run(&["template", "put", "--type", "a", "--locale", "en", "--title", "x", "--action", "x"]);
    assert_eq!(usage.await.code, 2);
}

#[tokio::test]
async fn a_category_that_was_declared_reaches_others_within_a_second() {
    let server = Server::start().await;
    server.notify_with(USER, &json!({"title": "Tip", "category": "tips"})).await;
    let session = server.session(USER).await;
    let mut stream = session.live_stream().await;
    let command = server.installation();
    command.succeed(&["category", "put", "--name", "tips", "--label", "en=Tips", "--off-by-default"]).await;
    assert_eq!(stream.next().await.name, "reset");
    assert_eq!(session.inbox("").await["counts"]["total"], 0);
    let listed = command.json(&["category", "list"]).await;
    assert_eq!((&listed[0]["names"], &listed[0]["default"]), (&json!({"en": "Tips"}), &json!(false)));
    command.succeed(&["category", "remove", "--name", "tips"]).await;
    assert_eq!(stream.next().await.name, "reset");
    assert_eq!(session.inbox("").await["counts"]["total"], 1);
    assert_eq!(command.run(&["category", "remove", "--name", "tips"]).await.code, 1);
}

//! `send --file` and `notification`: what the API does for a backend, from the command line.

use std::process::Stdio;

use notification_bell_tests::{ANSWER_LIMIT, Installation, Server, within};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

const USER: &str = "user@example.com";

fn file(installation: &Installation, body: &Value) -> String {
    let path = installation.path().join("body.json");
    std::fs::write(&path, body.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_sends_what_the_api_takes_with_everything_in_it() {
    let server = Server::start().await;
    let body = json!({
        "to": {"users": [USER]},
        "texts": {"en": {"title": "Paid", "actions": {"open": "Open"}}, "de": {"title": "Bezahlt", "actions": {"open": "Öffnen"}}},
        "image": "/picture.png",
        "actions": [{"id": "open", "url": "/here", "style": "primary"}],
        "groupKey": "invoice-7",
        "expiresAt": "2099-01-01T00:00:00Z",
    });
    let command = server.installation();
    let path = file(command, &body);
    let sent = command.json(&["send", "--file", &path]).await;
    assert_eq!(sent["recipients"], 1);
    let item = &server.session(USER).await.inbox("").await["items"][0];
    assert_eq!((&item["id"], &item["title"]), (&sent["id"], &json!("Paid")));
    assert_eq!((&item["image"], &item["actions"][0]["label"]), (&json!("/picture.png"), &json!("Open")));
    assert_eq!(item["expiresAt"], "2099-01-01T00:00:00.000Z");

    let flags = ["send", "--to", USER, "--title", "Again", "--image", "/p.png", "--group-key", "k"];
    let sent = command.json(&[&flags[..], &["--expires-at", "2099-01-01T00:00:00Z"]].concat()).await;
    let shown = command.json(&["notification", "show", sent["id"].as_str().unwrap()]).await;
    assert_eq!((&shown["image"], &shown["groupKey"]), (&json!("/p.png"), &json!("k")));
    assert_eq!(
        (&shown["priority"], &shown["expiresAt"]),
        (&json!("normal"), &json!("2099-01-01T00:00:00.000Z"))
    );
}

#[tokio::test]
async fn standard_input_is_a_file_too() {
    let installation = Installation::new();
    installation.create_project("Site", &[]).await;
    let mut process =
        installation.command(&["send", "--file", "-", "--json"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    input.write_all(json!({"to": {"users": [USER]}, "title": "Hello"}).to_string().as_bytes()).await.unwrap();
    drop(input);
    let output = within(ANSWER_LIMIT, "sending", process.wait_with_output()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let sent: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sent["recipients"], 1);
}

#[tokio::test]
async fn a_fault_in_a_file_is_named_by_a_pointer() {
    let installation = Installation::new();
    installation.create_project("Site", &[]).await;
    let to = json!({"users": [USER]});
    for (body, pointers) in [
        (json!({"to": to, "title": "", "url": "javascript:x"}), &["/title", "/url"][..]),
        (json!({"to": to, "titel": "Hello"}), &["/titel"]),
        (json!({"to": to}), &["/title"]),
        (json!({"to": {"users": ["a", "B", "C"]}, "title": "Hello"}), &["/to/users/1", "/to/users/2"]),
        (json!({"to": to, "title": "Hello", "actions": [{"id": "a"}]}), &["/actions/0/label"]),
        (json!([]), &["/notifications"]),
        (json!("Hello"), &["the right shape"]),
    ] {
        let output = installation.run(&["send", "--file", &file(&installation, &body)]).await;
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{body}: {output:?}");
        for pointer in pointers {
            assert!(output.stderr.contains(pointer), "{body}: {}", output.stderr);
        }
    }
    let path = file(&installation, &json!({}));
    std::fs::write(&path, r#"{"title": "one", "title": "two"}"#).unwrap();
    let output = installation.run(&["send", "--file", &path]).await;
    assert!(output.code == 1 && output.stderr.contains("twice"), "{output:?}");
    std::fs::write(&path, vec![b' '; 1_024 * 1_024 + 1]).unwrap();
    let output = installation.run(&["send", "--file", &path]).await;
    assert!(output.code == 1 && output.stderr.contains("larger"), "{output:?}");
    let output = installation.run(&["send", "--file", "/nowhere.json"]).await;
    assert!(output.code == 1 && output.stderr.contains("/nowhere.json"), "{output:?}");
    for wrong in [&["--title", "x"][..], &["--to", USER], &["--everyone"], &["--priority", "low"]] {
        let output = installation.run(&[&["send", "--file", &path], wrong].concat()).await;
        assert_eq!(output.code, 2, "{wrong:?}: {output:?}");
    }
}

#[tokio::test]
async fn a_list_is_a_batch_and_a_bad_entry_spoils_none_of_the_others() {
    let server = Server::start().await;
    let entry = |title: &str| json!({"to": {"users": [USER]}, "title": title});
    let command = server.installation();
    let path = file(command, &json!([entry("One"), entry(""), entry("Three")]));
    let output = command.run(&["send", "--file", &path, "--json"]).await;
    assert_eq!(output.code, 1, "not all of it was sent: {output:?}");
    let results: Value = serde_json::from_str(&output.stdout).unwrap();
    let statuses: Vec<&Value> =
        results["results"].as_array().unwrap().iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, [201, 422, 201]);
    assert_eq!(results["results"][1]["error"]["errors"][0]["pointer"], "/notifications/1/title");
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 2);
    let path = file(command, &json!({"notifications": [entry("Four")]}));
    let printed = command.succeed(&["send", "--file", &path]).await;
    assert!(printed.contains("sent to 1"), "{printed}");
}

#[tokio::test]
async fn the_same_key_sends_once_here_and_through_the_api() {
    let server = Server::start().await;
    let body = json!({"to": {"users": [USER]}, "title": "Hello", "priority": "high"});
    let command = server.installation();
    let path = file(command, &body);
    let flags = ["send", "--to", USER, "--title", "Hello", "--priority", "high"];
    let keyed = ["--idempotency-key", "order-7"];
    let first = command.json(&[&["send", "--file", &path], &keyed[..]].concat()).await;
    assert_eq!(command.json(&[&flags[..], &keyed].concat()).await, first);
    let api = server.api().v1(reqwest::Method::POST, "/notifications");
    let api = api.bearer_auth(&server.project().backend_key).header("Idempotency-Key", "order-7").json(&body);
    assert_eq!(notification_bell_tests::Reply::to(api).await.expect(201), first);
    let printed = command.succeed(&[&flags[..], &keyed].concat()).await;
    assert!(printed.contains("before"), "{printed}");
    assert_eq!(server.session(USER).await.inbox("").await["counts"]["total"], 1);
    let other = command.run(&[&flags[..3], &["--title", "Bye"], &keyed].concat()).await;
    assert!(other.code == 1 && other.stderr.contains("Idempotency-Key"), "{other:?}");
    let bad = command.run(&[&flags[..], &["--idempotency-key", "two words"]].concat()).await;
    assert!(bad.code == 1 && bad.stderr.contains("Idempotency-Key"), "{bad:?}");
}

#[tokio::test]
async fn what_was_sent_is_searched_shown_and_withdrawn() {
    let server = Server::start().await;
    let send =
        async |members: Value| server.send(&members).await.expect(201)["id"].as_str().unwrap().to_owned();
    let one = send(json!({"to": {"users": [USER]}, "title": "One", "category": "news", "type": "a"})).await;
    let two = send(json!({"to": {"everyone": true}, "title": "Two"})).await;
    let command = server.installation();
    let titles = async |filters: &[&str]| {
        let page = command.json(&[&["notification", "search"], filters].concat()).await;
        let notifications = page["notifications"].as_array().unwrap().clone();
        notifications.iter().map(|sent| sent["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&[]).await, ["Two", "One"]);
    assert_eq!(titles(&["--category", "news", "--type", "a"]).await, ["One"]);
    assert_eq!(titles(&["--user", USER, "--limit", "1"]).await, ["Two"]);
    assert_eq!(titles(&["--since", "2099-01-01T00:00:00Z"]).await, [""; 0]);
    assert_eq!(titles(&["--topic", "unheard-of"]).await, [""; 0]);
    let page = command.json(&["notification", "search", "--limit", "1"]).await;
    assert_eq!(titles(&["--limit", "1", "--cursor", page["next"].as_str().unwrap()]).await, ["One"]);
    let printed = command.succeed(&["notification", "search", "--limit", "1"]).await;
    assert!(printed.contains("everyone") && printed.contains("--cursor"), "{printed}");

    let session = server.session(USER).await;
    let _ = session.patch(&one, &json!({"read": true})).await.expect(200);
    let shown = command.json(&["notification", "show", &one]).await;
    assert_eq!((&shown["title"], &shown["tallies"]["read"]), (&json!("One"), &json!(1)));
    assert!(command.succeed(&["notification", "show", &two]).await.contains("Two"));
    let mut stream = session.live_stream().await;
    command.succeed(&["notification", "withdraw", &one]).await;
    assert_eq!(stream.sync().await["removed"], json!([one]));
    command.succeed(&["notification", "withdraw", &one]).await;
    assert!(command.json(&["notification", "show", &one]).await["withdrawnAt"].is_string());
    for (arguments, code) in [
        (&["notification", "show", "01900000-0000-7000-8000-000000000000"][..], 1),
        (&["notification", "withdraw", "x"], 1),
        (&["notification", "search", "--user", "Bob"], 1),
        (&["notification", "search", "--cursor", "x"], 1),
        (&["notification", "search", "--limit", "0"], 2),
        (&["notification", "search", "--since", "yesterday"], 2),
        (&["notification"], 2),
    ] {
        let output = command.run(arguments).await;
        assert_eq!((output.code, output.stdout.as_str()), (code, ""), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

//! `backup` and `restore`.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use futures_util::future::join_all;
use notification_bell_tests::{Installation, Reply, Server, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "user@example.com";

fn path_in(installation: &Installation, name: &str) -> PathBuf {
    installation.path().join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn backup(server: &Server, name: &str) -> PathBuf {
    let path = path_in(server.installation(), name);
    server.installation().succeed(&["backup", text(&path)]).await;
    path
}

async fn send_with_key(server: &Server, key: &str, body: &Value) -> Reply {
    let request = server.api().v1(Method::POST, "/notifications").header("idempotency-key", key).json(body);
    Reply::to(request.bearer_auth(&server.project().backend_key)).await
}

#[tokio::test]
async fn a_backup_of_a_busy_server_is_one_moment_of_it_and_can_be_gone_on_from() {
    let mut server = Server::start().await;
    let body = json!({"to": {"users": [USER]}, "title": "Before"});
    let first = send_with_key(&server, "key", &body).await.expect(201);
    let session = server.session(USER).await;
    let path = path_in(server.installation(), "backup.db");
    let made = {
        let mut sends = Box::pin(async {
            loop {
                join_all((0..8).map(|_| server.notify(USER, "Meanwhile"))).await;
            }
        });
        let arguments = ["backup", text(&path)];
        let making = server.installation().json(&arguments);
        tokio::select! {
            made = making => made,
            () = &mut sends => unreachable!("it has no end"),
        }
    };
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!(made, json!({"file": path, "bytes": metadata.len()}));
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let seen = session.inbox("").await;
    server.stop().await;
    let restored = server.installation().json(&["restore", "--force", text(&path)]).await;
    assert_eq!(restored["projects"], json!(["Project 0"]));
    server.restart().await;

    let reply = Reply::to(session.call(Method::GET, "/inbox")).await;
    assert_eq!(reply.status, 200, "sessions go on");
    let items = session.all_items("all").await;
    let counts = session.inbox("").await["counts"].clone();
    assert_eq!(counts["total"], items.len());
    assert!(items.len() as u64 <= seen["counts"]["total"].as_u64().unwrap());
    assert_eq!(items.last().unwrap()["id"], first["id"]);
    // Whoever has seen a later state is told to start again.
    let mut stream = session.stream(seen["revision"].as_str()).await;
    assert_eq!(stream.next().await.name, "reset");
    let again = send_with_key(&server, "key", &body).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(201)), (Some("true"), first));
    assert_problem(
        &send_with_key(&server, "key", &json!({"to": {"users": [USER]}, "title": "Other"})).await,
        422,
        "idempotency_key_reused",
    );
    let log = server.installation().json(&["audit", "list"]).await;
    assert_eq!(log.as_array().unwrap().last().unwrap()["action"], "database.restored");
}

#[tokio::test]
async fn a_backup_has_neither_the_master_key_nor_what_was_erased() {
    let server = Server::start().await;
    server.notify("erased@example.com", "A secret of theirs").await;
    let request = server.api().v1(Method::DELETE, "/users/erased@example.com");
    assert_eq!(Reply::to(request.bearer_auth(&server.project().backend_key)).await.status, 204);
    // What was theirs is removed by then: of two commits, one comes after the other.
    notification_bell_tests::eventually(notification_bell_tests::ANSWER_LIMIT, "the removal", async || {
        let name = format!("backup-{}.db", fs::read_dir(server.installation().path()).unwrap().count());
        let bytes = fs::read(backup(&server, &name).await).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        let master_key = fs::read_to_string(path_in(server.installation(), "master.key")).unwrap();
        assert!(!has(master_key.trim()) && !has(&server.project().api_secret_key));
        (!has("erased@example.com") && !has("A secret of theirs")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_waited_for_webhooks_in_a_backup_is_not_told_again_unless_asked_for() {
    let mut server = Server::builder().set("BELL_OUTBOUND_ALLOW", "127.0.0.1").start().await;
    let call = async |server: &Server, method: Method, path: &str, body: &Value| {
        let request = server.api().v1(method, &format!("/webhooks{path}"));
        Reply::to(request.bearer_auth(&server.project().backend_key).json(body)).await
    };
    // Nobody listens there.
    let hook = json!({"url": "http://127.0.0.1:9/", "events": ["notification.read"]});
    let hook = call(&server, Method::POST, "", &hook).await.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/{hook}/deliveries");
    server.notify(USER, "Hello").await;
    server.session(USER).await.mark_all_read().await;
    let first = async |server: &Server| {
        let request = server.api().v1(Method::GET, &format!("/webhooks{path}"));
        let page = Reply::to(request.bearer_auth(&server.project().backend_key)).await.expect(200);
        page["deliveries"][0].clone()
    };
    assert_eq!(first(&server).await["status"], "pending");
    let file = backup(&server, "backup.db").await;
    for (option, ended, status) in [(None, 1, "failed"), (Some("--keep-deliveries"), 0, "pending")] {
        server.stop().await;
        let arguments: Vec<&str> =
            ["restore", "--force"].into_iter().chain(option).chain([text(&file)]).collect();
        let restored = server.installation().json(&arguments).await;
        assert_eq!(restored["endedDeliveries"], ended);
        server.restart().await;
        let delivery = first(&server).await;
        assert_eq!(delivery["status"], status, "{delivery}");
        if status == "failed" {
            assert!(delivery["lastError"].as_str().unwrap().contains("backup"), "{delivery}");
            let replay = format!("{path}/{}/replay", delivery["id"].as_str().unwrap());
            assert!(call(&server, Method::POST, &replay, &json!({})).await.status < 300);
            assert_eq!(first(&server).await["status"], "pending");
        }
    }
}

#[tokio::test]
async fn nothing_that_is_there_is_replaced_unless_forced() {
    let server = Server::start().await;
    let installation = server.installation();
    let path = path_in(installation, "backup.db");
    fs::write(&path, "something else").unwrap();
    let refused = installation.run(&["backup", text(&path)]).await;
    assert!(refused.code == 1 && refused.stderr.contains("--force"), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), b"something else");
    installation.succeed(&["backup", "--force", text(&path)]).await;
    assert!(fs::metadata(&path).unwrap().len() > 4_096);
    let database = path_in(installation, "bell.db");
    for arguments in [["backup", "--force", text(&database)], ["restore", "--force", text(&database)]] {
        let refused = installation.run(&arguments).await;
        assert!(refused.code == 1 && refused.stderr.contains("the database itself"), "{refused:?}");
    }
    let elsewhere = Installation::new();
    let missing = elsewhere.run(&["backup", "backup.db"]).await;
    assert!(missing.code == 1 && missing.stderr.contains("there is no database"), "{missing:?}");
    let unwritable = installation.run(&["backup", "/nowhere/backup.db"]).await;
    assert!(unwritable.code == 1 && unwritable.stderr.contains("/nowhere/backup.db"), "{unwritable:?}");
    let left: Vec<_> =
        fs::read_dir(installation.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("draft")), "{left:?}");
}

#[tokio::test]
async fn a_database_in_use_is_not_replaced() {
    let mut server = Server::start().await;
    let path = backup(&server, "backup.db").await;
    let id = server.notify(USER, "After").await;
    let refused = server.installation().run(&["restore", "--force", text(&path)]).await;
    assert!(refused.code == 1 && refused.stderr.contains("in use"), "{refused:?}");
    assert_eq!(server.session(USER).await.inbox("").await["items"][0]["id"], id.as_str());
    server.kill().await;
    let refused = server.installation().run(&["restore", text(&path)]).await;
    assert!(refused.code == 1 && refused.stderr.contains("--force"), "{refused:?}");
    // The log that the crash left is of the old one.
    server.installation().succeed(&["restore", "--force", text(&path)]).await;
    server.restart().await;
    assert_eq!(server.session(USER).await.inbox("").await["items"], json!([]));
}

#[tokio::test]
async fn a_backup_is_restored_where_nothing_is_with_the_key_it_was_made_with() {
    let server = Server::start().await;
    let id = server.notify(USER, "Kept").await;
    let path = backup(&server, "backup.db").await;
    let elsewhere = Installation::new();
    let refused = elsewhere.run(&["restore", text(&path)]).await;
    assert!(refused.code == 1 && refused.stderr.contains("there is no master key"), "{refused:?}");
    elsewhere.create_project("Another", &[]).await;
    let refused = elsewhere.run(&["restore", "--force", text(&path)]).await;
    assert!(refused.code == 1 && refused.stderr.contains("\"Project 0\""), "{refused:?}");
    let projects = elsewhere.json(&["project", "list"]).await;
    assert_eq!(projects[0]["name"], "Another", "nothing was changed");

    let fresh = Installation::new();
    fs::copy(path_in(server.installation(), "master.key"), path_in(&fresh, "master.key")).unwrap();
    fresh.succeed(&["restore", text(&path)]).await;
    let project = fresh.json(&["project", "show", "--secret"]).await;
    assert_eq!(project["apiSecretKey"], server.project().api_secret_key.as_str());
    assert_eq!(fresh.json(&["user", "inbox", "--", USER]).await["items"][0]["id"], id.as_str());
    let database = path_in(&fresh, "bell.db");
    assert_eq!(fs::metadata(database).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn what_is_no_sound_backup_is_refused_with_the_reason() {
    let server = Server::start().await;
    for number in 0..50 {
        server.notify(USER, &format!("Number {number}")).await;
    }
    let path = backup(&server, "backup.db").await;
    let whole = fs::read(&path).unwrap();
    let fresh = Installation::new();
    fs::copy(path_in(server.installation(), "master.key"), path_in(&fresh, "master.key")).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..].iter_mut().for_each(|byte| *byte ^= 0x55);
    // The version of the tables is at byte 60, the mark of the program at byte 68 (SQLite's file format, 1.3).
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&1_000_u32.to_be_bytes());
    let mut foreign = whole.clone();
    foreign[68..72].copy_from_slice(&1_u32.to_be_bytes());
    for (name, bytes, reason) in [
        ("text", b"not a database at all".to_vec(), "cannot be read"),
        ("empty", Vec::new(), "not a database of this program"),
        ("half", whole[..middle].to_vec(), "cannot be read as a database"),
        ("damaged", damaged, "damaged"),
        ("newer", newer, "newer version"),
        ("foreign", foreign, "not a database of this program"),
    ] {
        let file = path_in(&fresh, name);
        fs::write(&file, bytes).unwrap();
        let refused = fresh.run(&["restore", text(&file)]).await;
        assert!(refused.code == 1 && refused.stderr.contains(reason), "{name}: {refused:?}");
        assert!(!path_in(&fresh, "bell.db").exists(), "{name}");
    }
    let missing = fresh.run(&["restore", "/nowhere/backup.db"]).await;
    assert!(missing.code == 1 && missing.stderr.contains("/nowhere/backup.db"), "{missing:?}");
    let left: Vec<_> = fs::read_dir(fresh.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("draft")), "{left:?}");
}

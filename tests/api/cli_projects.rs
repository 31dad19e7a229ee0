//! `project create|list|show`.

use std::{collections::BTreeSet, process::Stdio};

use notification_bell_tests::{Installation, Server, eventually};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

/// Whether a key is its prefix and so many base62 characters.
fn is_key(key: &Value, prefix: &str, length: usize) -> bool {
    let rest = key.as_str().and_then(|key| key.strip_prefix(prefix));
    rest.is_some_and(|rest| rest.len() == length && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[tokio::test]
async fn a_new_project_gets_one_key_of_each_kind() {
    let installation = Installation::new();
    let project = installation.json(&["project", "create", "--name", "My site"]).await;
    for member in ["id", "name", "apiKey", "apiSecretKey", "backendKey", "origins", "createdAt"] {
        assert!(!project[member].is_null(), "no {member}: {project}");
    }
    assert!(is_key(&project["apiKey"], "pk_", 24), "{project}");
    assert!(is_key(&project["apiSecretKey"], "sk_", 43), "{project}");
    assert!(is_key(&project["backendKey"], "ak_", 43), "{project}");
    assert_eq!((&project["name"], &project["origins"]), (&json!("My site"), &json!([])));
}

#[tokio::test]
async fn keys_are_never_given_twice() {
    let installation = Installation::new();
    let mut keys = BTreeSet::new();
    for number in 0..5 {
        let project = installation.create_project(&format!("Site {number}"), &[]).await;
        keys.extend([project.id, project.api_key, project.api_secret_key, project.backend_key]);
    }
    assert_eq!(keys.len(), 20);
}

#[tokio::test]
async fn existing_keys_are_imported_as_they_are() {
    let installation = Installation::new();
    let options = [
        "--api-key",
        "notifir-public",
        "--api-secret-key",
        "NOTIFIR API secret!",
        "--origin",
        "https://a.example",
    ];
    let arguments = [&["project", "create", "--name", "Moved"], &options[..]].concat();
    let project = installation.json(&arguments).await;
    assert_eq!(project["apiKey"], "notifir-public");
    assert_eq!(project["apiSecretKey"], "NOTIFIR API secret!");
    assert_eq!(project["origins"], json!(["https://a.example"]));
}

#[tokio::test]
async fn a_secret_can_be_imported_where_no_list_of_processes_shows_it() {
    let installation = Installation::new();
    let mut create = installation
        .command(&["project", "create", "--name", "Moved", "--api-secret-key", "-", "--json"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    create.stdin.take().unwrap().write_all(b"NOTIFIR API secret!\n").await.unwrap();
    let output = create.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let project: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(project["apiSecretKey"], "NOTIFIR API secret!");
}

#[tokio::test]
async fn a_secret_that_can_be_guessed_is_imported_with_a_warning() {
    let output =
        Installation::new().run(&["project", "create", "--name", "x", "--api-secret-key", "secret"]).await;
    assert!(output.code == 0 && output.stderr.contains("warning:"), "{output:?}");
}

#[tokio::test]
async fn an_imported_public_key_that_is_taken_is_refused() {
    let installation = Installation::new();
    installation.create_project("First", &["--api-key", "public"]).await;
    let output =
        installation.run(&["project", "create", "--name", "Second", "--api-key", "public", "--json"]).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output:?}");
    assert!(!output.stderr.is_empty());
}

#[tokio::test]
async fn a_key_that_is_no_ascii_text_or_a_wrong_origin_is_refused() {
    let installation = Installation::new();
    for options in [
        ["--api-key", ""],
        ["--api-key", "schlüssel"],
        ["--api-secret-key", ""],
        ["--api-secret-key", "schlüssel"],
        ["--origin", "site.example"],
        ["--origin", "https://site.example/path"],
        ["--origin", "null"],
        ["--origin", "ftp://site.example"],
    ] {
        let arguments = [&["project", "create", "--name", "x", "--json"], &options[..]].concat();
        let output = installation.run(&arguments).await;
        assert!(matches!(output.code, 1 | 2), "{options:?}: {output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{options:?}: {output:?}");
        assert!(!output.stderr.contains("panicked"), "{output:?}");
    }
}

#[tokio::test]
async fn the_list_has_every_project_and_no_secret() {
    let installation = Installation::new();
    assert_eq!(installation.json(&["project", "list"]).await, json!([]));
    let one = installation.create_project("One", &[]).await;
    let two = installation.create_project("Two", &["--origin", "https://two.example"]).await;
    let list = installation.json(&["project", "list"]).await;
    let of =
        |name: &str| list.as_array().unwrap().iter().find(|project| project["name"] == name).unwrap().clone();
    assert_eq!(
        (of("One")["id"].as_str(), of("One")["apiKey"].as_str()),
        (Some(&*one.id), Some(&*one.api_key))
    );
    assert_eq!(of("Two")["origins"], json!(["https://two.example"]));
    for project in [one, two] {
        for secret in [project.api_secret_key, project.backend_key] {
            assert!(!list.to_string().contains(&secret));
            assert!(!installation.succeed(&["project", "list"]).await.contains(&secret));
        }
    }
}

#[tokio::test]
async fn a_project_is_shown_by_its_id_its_name_and_its_key() {
    let installation = Installation::new();
    installation.create_project("Other", &[]).await;
    let project = installation.create_project("My site", &[]).await;
    for name in [&project.id, &project.name, &project.api_key] {
        let shown = installation.json(&["project", "show", "--project", name]).await;
        assert_eq!((&shown["id"], &shown["apiKey"]), (&json!(project.id), &json!(project.api_key)));
        assert!(!shown.to_string().contains(&project.backend_key), "the server no longer knows that key");
    }
}

#[tokio::test]
async fn a_project_created_beside_a_running_server_is_known_within_a_second() {
    let server = Server::start().await;
    let project = server.installation().create_project("Newcomer", &[]).await;
    let body = json!({"apiKey": project.api_key, "userId": "u", "userHmac": project.proof("u")});
    // With room for a busy machine.
    let limit = std::time::Duration::from_secs(4);
    eventually(limit, "taking up a project", async || {
        (server.open_session(&body).await.status == 200).then_some(())
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_holds_secrets_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let mut keys = 0;
    for entry in std::fs::read_dir(installation.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in [&project.api_secret_key, &project.backend_key] {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "a secret lies open in {}", path.display());
        }
        if path.file_name().unwrap().to_string_lossy().contains("key") {
            keys += 1;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600,
                "{}",
                path.display()
            );
        }
    }
    assert_eq!(keys, 1, "the master key has a file of its own");
}

//! Where settings come from: flags over `BELL_*` variables over a file over the defaults.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use notification_bell_tests::{ANSWER_LIMIT, Installation, Server, within};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

/// The life of the tokens that a server issues, in seconds.
async fn life_of_tokens(server: &Server) -> i64 {
    let token = server.session("user@example.com").await.token;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

#[tokio::test]
async fn a_flag_counts_over_a_variable_over_a_file_over_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bell.toml");
    std::fs::write(&file, "session_ttl = 100\n").unwrap();
    let file = file.to_str().unwrap();
    let with_file = || Server::builder().argument("--config").argument(file);
    let with_variable = || with_file().set("BELL_SESSION_TTL", "200");
    let with_flag = || with_variable().argument("--session-ttl").argument("300");
    for (builder, life) in
        [(Server::builder(), 600), (with_file(), 100), (with_variable(), 200), (with_flag(), 300)]
    {
        assert_eq!(life_of_tokens(&builder.start().await).await, life);
    }
}

#[tokio::test]
async fn a_file_with_an_unknown_setting_is_refused_with_its_name() {
    let installation = Installation::new();
    let file = installation.path().join("bell.toml");
    std::fs::write(&file, "sesion_ttl = 100\n").unwrap();
    let file = file.to_str().unwrap();
    let output = installation.run(&["serve", "--listen", "127.0.0.1:0", "--config", file]).await;
    assert!(output.code != 0 && output.stderr.contains("sesion_ttl"), "{output:?}");
    let output =
        installation.run(&["serve", "--listen", "127.0.0.1:0", "--config", "/nowhere/bell.toml"]).await;
    assert!(output.code != 0 && output.stderr.contains("/nowhere/bell.toml"), "{output:?}");
}

#[tokio::test]
async fn the_printed_defaults_serve_as_a_file() {
    let installation = Installation::new();
    let file = installation.path().join("bell.toml");
    std::fs::write(&file, installation.succeed(&["config", "print-default"]).await).unwrap();
    let printed = installation.json(&["project", "list", "--config", file.to_str().unwrap()]).await;
    assert_eq!(printed, serde_json::json!([]));
}

#[tokio::test]
async fn without_a_subcommand_it_serves() {
    let installation = Installation::new();
    let mut process = installation.command(&["--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let line = within(ANSWER_LIMIT, "starting", lines.next_line()).await.unwrap().unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
}

#[tokio::test]
async fn the_demo_is_for_loopback_alone() {
    let output = Installation::new().run(&["serve", "--demo", "--listen", "0.0.0.0:0"]).await;
    assert!(output.code != 0 && output.stderr.contains("loopback"), "{output:?}");
}

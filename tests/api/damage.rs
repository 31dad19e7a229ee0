//! A database file that was damaged is found when the server starts.

use std::fs;

use notification_bell_tests::Server;

const USER: &str = "user@example.com";

#[tokio::test]
async fn a_damaged_database_is_not_served_and_the_program_says_why() {
    let mut server = Server::start().await;
    for number in 0..50 {
        server.notify(USER, &format!("Number {number}")).await;
    }
    server.stop().await;
    let file = server.installation().path().join("bell.db");
    let sound = fs::read(&file).unwrap();
    let mut overwritten = sound.clone();
    let middle = sound.len() / 2;
    overwritten[middle..middle + 16_384].fill(0x5A);
    for damaged in
        [&overwritten, &sound[..sound.len() - 16_384], b"This is a text. ".repeat(1_000).as_slice()]
    {
        fs::write(&file, damaged).unwrap();
        let output = server.installation().run(&["serve", "--listen", "127.0.0.1:0"]).await;
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.stderr.contains("is damaged"), "{}", output.stderr);
        assert!(output.stderr.contains("restore"), "it says what to do: {}", output.stderr);
        assert!(output.stdout.is_empty(), "it never listened: {}", output.stdout);
    }
    fs::write(&file, sound).unwrap();
    server.restart().await;
    assert_eq!(server.session(USER).await.grant["counts"]["total"], 50);
}

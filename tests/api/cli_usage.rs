//! What every subcommand has in common.

use notification_bell_tests::Installation;
use toml::Table;

const SUBCOMMANDS: [&[&str]; 17] = [
    &["serve"],
    &["project", "create"],
    &["project", "list"],
    &["project", "show"],
    &["api-key", "create"],
    &["api-key", "list"],
    &["api-key", "revoke"],
    &["hmac"],
    &["check-hmac"],
    &["send"],
    &["notification", "show"],
    &["notification", "search"],
    &["notification", "withdraw"],
    &["topic", "add"],
    &["topic", "remove"],
    &["topic", "list"],
    &["config", "print-default"],
];

#[tokio::test]
async fn every_subcommand_explains_itself_with_an_example() {
    let installation = Installation::new();
    for subcommand in SUBCOMMANDS {
        let help = installation.succeed(&[subcommand, &["--help"]].concat()).await;
        assert!(help.to_lowercase().contains("example"), "{subcommand:?}: {help}");
        let example = format!("notification-bell-server {}", subcommand.join(" "));
        assert!(help.contains(&example), "{subcommand:?} does not show `{example}`: {help}");
    }
    let help = installation.succeed(&["--help"]).await;
    for subcommand in SUBCOMMANDS {
        assert!(help.contains(subcommand[0]), "{subcommand:?} is not listed: {help}");
    }
}

#[tokio::test]
async fn wrong_usage_is_2_and_goes_to_stderr() {
    let installation = Installation::new();
    let wrong: [&[&str]; 9] = [
        &["--frobnicate"],
        &["frobnicate"],
        &["serve", "--frobnicate"],
        &["project"],
        &["project", "create", "--name"],
        &["project", "create", "--name", "x", "--colour", "red"],
        &["api-key", "create", "--frobnicate"],
        &["hmac"],
        &["send", "--to"],
    ];
    for arguments in wrong {
        let output = installation.run(arguments).await;
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_no_is_1_and_says_why() {
    let installation = Installation::new();
    installation.create_project("One", &[]).await;
    installation.create_project("Two", &[]).await;
    let failing: [&[&str]; 7] = [
        &["project", "show", "--project", "nobody"],
        &["api-key", "list", "--project", "nobody"],
        &["api-key", "create", "--project", "nobody", "--name", "x"],
        &["hmac", "--project", "nobody", "--", "u"],
        &["check-hmac", "--project", "nobody", "--", "u", "x"],
        &["send", "--project", "nobody", "--to", "u", "--title", "x"],
        // Which of the two?
        &["hmac", "--", "u"],
    ];
    for arguments in failing {
        let output = installation.run(arguments).await;
        let asks_for_the_project = arguments.len() == 3 && output.code == 2;
        assert!(output.code == 1 || asks_for_the_project, "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
        assert!(
            !output.stderr.is_empty() && !output.stderr.contains("panicked"),
            "{arguments:?}: {output:?}"
        );
    }
}

#[tokio::test]
async fn the_default_configuration_is_toml_with_comments() {
    let printed = Installation::new().succeed(&["config", "print-default"]).await;
    printed.parse::<Table>().unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert!(printed.lines().filter(|line| line.starts_with('#')).count() > 5, "it is annotated: {printed}");
    for default in ["127.0.0.1:3001", "bell-data/bell.db", "600"] {
        assert!(printed.contains(default), "{default} is not in it: {printed}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_refused_with_its_name() {
    for (name, value) in [
        ("BELL_LISTEN", "nowhere"),
        ("BELL_LISTEN", "127.0.0.1:99999"),
        ("BELL_DATABASE", "mysql://x"),
        ("BELL_DATABASE", ""),
        ("BELL_MASTER_KEY", "short"),
        ("BELL_MASTER_KEY", "AAAA"),
        ("BELL_PUBLIC_URL", "not a url"),
    ] {
        let mut installation = Installation::new();
        installation.set(name, value);
        let arguments: &[&str] =
            if name == "BELL_LISTEN" { &["serve"] } else { &["serve", "--listen", "127.0.0.1:0"] };
        let output = installation.run(arguments).await;
        assert!(matches!(output.code, 1 | 2), "{name}={value}: {output:?}");
        let said = output.stderr.to_lowercase().replace(['-', ' '], "_");
        let member = name.trim_start_matches("BELL_").to_lowercase();
        assert!(said.contains(&member), "{name} is not named: {output:?}");
        assert!(!output.stderr.contains("panicked"), "{output:?}");
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_a_failure_and_not_a_panic() {
    let server = notification_bell_tests::Server::start().await;
    let address = server.api().address().to_string();
    let output = Installation::new().run(&["serve", "--listen", &address]).await;
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains(&address) && !output.stderr.contains("panicked"), "{output:?}");
}

#[tokio::test]
async fn another_master_key_than_the_databases_is_refused_and_not_used() {
    let mut installation = Installation::new();
    let key_of = |byte: u8| {
        use base64::{Engine, prelude::BASE64_STANDARD};
        BASE64_STANDARD.encode([byte; 32])
    };
    installation.set("BELL_MASTER_KEY", &key_of(1));
    let project = installation.create_project("Site", &[]).await;
    let proof = installation.succeed(&["hmac", "--project", &project.id, "--", "u"]).await;
    assert_eq!(proof.trim_end(), project.proof("u"));
    installation.set("BELL_MASTER_KEY", &key_of(2));
    let output = installation.run(&["hmac", "--project", &project.id, "--", "u"]).await;
    assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output:?}");
    assert!(output.stderr.to_lowercase().contains("master"), "{output:?}");
}

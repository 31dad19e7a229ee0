//! `provider` and `token inspect`.

use notification_bell_tests::{Installation, Output, Provider, Server, SigningKey};
use serde_json::{Value, json};

async fn installation() -> Installation {
    let mut installation = Installation::new();
    installation.set("BELL_OUTBOUND_ALLOW", "127.0.0.1");
    installation.create_project("Shop", &[]).await;
    installation
}

async fn add(installation: &Installation, provider: &Provider, options: &[&str]) -> Output {
    let jwks = provider.jwks_url();
    let add = ["provider", "add", "--name", "Log-in", "--jwks", &jwks, "--json"];
    installation.run(&[&add[..], options].concat()).await
}

async fn id_of(installation: &Installation) -> String {
    installation.json(&["provider", "list"]).await[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_provider_is_added_listed_and_removed() {
    let (installation, provider) = (installation().await, Provider::start().await);
    let options = ["--issuer", provider.issuer(), "--audience", "bell", "--require", "tenant=acme"];
    let added = add(&installation, &provider, &[&options[..], &["--for", "users"]].concat()).await;
    assert_eq!(added.code, 0, "{added:?}");
    let added: Value = serde_json::from_str(&added.stdout).unwrap();
    assert_eq!((&added["for"], &added["userClaim"]), (&json!("users"), &json!("sub")));
    assert_eq!(added["require"], json!({"tenant": "acme"}));
    assert_eq!(installation.json(&["provider", "list", "--project", "Shop"]).await, json!([added]));
    let again = add(&installation, &provider, &["--issuer", "https://other.example", "--for", "users"]).await;
    assert!(again.code == 1 && again.stderr.contains("taken"), "{again:?}");
    let id = added["id"].as_str().unwrap();
    assert!(installation.succeed(&["provider", "list"]).await.contains(id));
    installation.succeed(&["provider", "remove", id]).await;
    assert_eq!(installation.json(&["provider", "list"]).await, json!([]));
    assert_eq!(installation.run(&["provider", "remove", id]).await.code, 1);
}

#[tokio::test]
async fn a_shared_issuer_without_an_audience_is_refused() {
    let (installation, provider) = (installation().await, Provider::start().await);
    for issuer in ["https://accounts.google.com", "https://appleid.apple.com"] {
        let refused = add(&installation, &provider, &["--issuer", issuer, "--for", "users"]).await;
        assert!(refused.code == 1 && refused.stderr.contains("audience"), "{issuer}: {refused:?}");
    }
    let options = ["--issuer", "https://accounts.google.com", "--audience", "shop", "--for", "users"];
    assert_eq!(add(&installation, &provider, &options).await.code, 0);
}

#[tokio::test]
async fn sending_needs_more_than_an_issuer() {
    let (installation, provider) = (installation().await, Provider::start().await);
    let options = ["--issuer", provider.issuer(), "--for", "sending"];
    let refused = add(&installation, &provider, &options).await;
    assert!(refused.code == 1 && refused.stderr.contains("--require"), "{refused:?}");
    assert_eq!(
        add(&installation, &provider, &[&options[..], &["--audience", "bell"]].concat()).await.code,
        0
    );
}

#[tokio::test]
async fn a_visitors_provider_cannot_be_one_for_sending_as_well() {
    let (installation, provider) = (installation().await, Provider::start().await);
    let options = ["--issuer", provider.issuer(), "--audience", "bell", "--for", "users"];
    assert_eq!(add(&installation, &provider, &options).await.code, 0);
    let jwks = provider.jwks_url();
    let sending = ["provider", "add", "--name", "Jobs", "--jwks", &jwks, "--issuer", provider.issuer()];
    let same = installation.run(&[&sending[..], &["--audience", "bell", "--for", "sending"]].concat()).await;
    assert!(same.code == 1 && same.stderr.contains("Log-in"), "{same:?}");
    let role = ["--audience", "bell", "--require", "role=mailer", "--for", "sending"];
    assert_eq!(installation.run(&[&sending[..], &role].concat()).await.code, 0);
}

#[tokio::test]
async fn check_says_which_keys_can_be_used_and_why_the_others_cannot() {
    let (installation, provider) = (installation().await, Provider::start().await);
    add(&installation, &provider, &["--issuer", provider.issuer(), "--for", "users"]).await;
    let id = id_of(&installation).await;
    let oct = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "shared"});
    provider.publish(&json!([provider.key.jwk(), oct]));
    let checked = installation.json(&["provider", "check", &id]).await;
    assert_eq!(checked["ok"], true);
    let keys = checked["keys"].as_array().unwrap();
    assert_eq!((&keys[0]["kid"], &keys[0]["usable"]), (&json!("first"), &json!(true)));
    assert_eq!((&keys[0]["type"], &keys[0]["algorithms"]), (&json!("EC P-256"), &json!(["ES256"])));
    assert_eq!((&keys[1]["kid"], &keys[1]["usable"]), (&json!("shared"), &json!(false)));
    assert!(keys[1]["reason"].as_str().unwrap().contains("symmetric"), "{checked}");
    provider.publish(&json!([oct]));
    let none = installation.run(&["provider", "check", &id]).await;
    assert!(none.code == 1 && none.stdout.contains("no key can be used"), "{none:?}");
    provider.go_down();
    let down = installation.run(&["provider", "check", &id]).await;
    assert!(down.code == 1 && down.stderr.contains("503"), "{down:?}");
}

#[tokio::test]
async fn inspect_says_against_which_provider_a_token_passes() {
    let (installation, provider) = (installation().await, Provider::start().await);
    add(&installation, &provider, &["--issuer", provider.issuer(), "--audience", "bell", "--for", "users"])
        .await;
    let inspect = async |token: &str| installation.run(&["token", "inspect", "--json", token]).await;
    let right = inspect(&provider.token("user@example.com")).await;
    assert_eq!(right.code, 0, "{right:?}");
    let said: Value = serde_json::from_str(&right.stdout).unwrap();
    assert_eq!(said["claims"]["sub"], "user@example.com");
    assert_eq!(
        (&said["verdicts"][0]["name"], &said["verdicts"][0]["holds"]),
        (&json!("Log-in"), &json!(true))
    );
    assert_eq!(said["verdicts"][0]["user"], "user@example.com");

    let stranger = inspect(&SigningKey::new("first").token(&provider.claims("user@example.com"))).await;
    assert_eq!(stranger.code, 1, "{stranger:?}");
    let said: Value = serde_json::from_str(&stranger.stdout).unwrap();
    assert_eq!(said["verdicts"][0]["holds"], false);
    assert!(said["verdicts"][0]["reason"].as_str().unwrap().contains("signature"), "{said}");
}

#[tokio::test]
async fn inspect_names_what_is_wrong_with_any_token() {
    let (installation, provider) = (installation().await, Provider::start().await);
    add(&installation, &provider, &["--issuer", provider.issuer(), "--for", "users"]).await;
    let mut expired = provider.claims("user@example.com");
    expired["exp"] = json!(1_700_000_000);
    for (token, word) in [
        (provider.key.token(&expired), "expired"),
        ("ak_0123456789".to_owned(), "ak_"),
        ("not a token".to_owned(), "three"),
        (provider.key.token_with_header(&json!({"alg": "none"}), &provider.claims("u")), "none"),
    ] {
        let said = installation.run(&["token", "inspect", &token]).await;
        assert!(said.code == 1 && said.stdout.contains(word), "{word}: {said:?}");
    }
}

#[tokio::test]
async fn inspect_knows_the_servers_own_tokens() {
    let server = Server::start().await;
    let session = server.session("user@example.com").await;
    let said = server.installation().run(&["token", "inspect", &session.token]).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("session"), "{said:?}");
    let revoke = server.api().v1(reqwest::Method::POST, "/users/user@example.com/revoke").json(&json!({}));
    let request = revoke.bearer_auth(&server.project().backend_key);
    assert_eq!(notification_bell_tests::Reply::to(request).await.status, 204);
    let ended = server.installation().run(&["token", "inspect", &session.token]).await;
    assert!(ended.code == 1 && ended.stdout.contains("ended"), "{ended:?}");
}

#[tokio::test]
async fn inspect_says_why_a_token_in_order_opens_no_session() {
    let (installation, provider) = (installation().await, Provider::start().await);
    add(&installation, &provider, &["--issuer", provider.issuer(), "--for", "users"]).await;
    let inspect = async |token: &str| installation.run(&["token", "inspect", token]).await;
    let capital = inspect(&format!("Bearer {}", provider.token("Bob"))).await;
    assert!(capital.code == 1 && capital.stdout.contains("upper-case"), "{capital:?}");
    installation.succeed(&["project", "set", "--proof", "hmac"]).await;
    let refused = inspect(&provider.token("bob")).await;
    assert!(refused.code == 1 && refused.stdout.contains("kind of proof"), "{refused:?}");
}

#[tokio::test]
async fn inspect_asks_no_provider_for_keys_that_are_not_needed() {
    let (installation, provider) = (installation().await, Provider::start().await);
    add(&installation, &provider, &["--issuer", provider.issuer(), "--for", "users"]).await;
    let mut foreign = provider.claims("bob");
    foreign["iss"] = json!("https://other.example");
    for token in [provider.key.token(&foreign), "hello".to_owned(), String::new()] {
        assert_eq!(installation.run(&["token", "inspect", &token]).await.code, 1);
    }
    assert_eq!(provider.fetches(), 0);
}

#[tokio::test]
async fn check_recognises_the_providers_configuration() {
    let (installation, provider) = (installation().await, Provider::start().await);
    add(&installation, &provider, &["--issuer", provider.issuer(), "--for", "users"]).await;
    provider.publish_instead(&json!({"issuer": provider.issuer(), "jwks_uri": "https://login.example/keys"}));
    let checked = installation.run(&["provider", "check", &id_of(&installation).await]).await;
    assert!(checked.code == 1 && checked.stderr.contains("https://login.example/keys"), "{checked:?}");
}

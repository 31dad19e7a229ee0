//! `hmac` and `check-hmac`.

use base64::{Engine, prelude::BASE64_STANDARD};
use notification_bell_tests::{Installation, Project, Reply, Server, hmac_base64, hmac_hex, hmac_vectors};
use reqwest::Method;
use serde_json::json;

const USER: &str = "user@example.com";

async fn check(installation: &Installation, project: &Project, user: &str, proof: &str) -> (i32, String) {
    let output = installation.run(&["check-hmac", "--project", &project.id, "--", user, proof]).await;
    assert!(!output.stderr.contains("panicked"), "{output:?}");
    (output.code, format!("{}{}", output.stdout, output.stderr))
}

#[tokio::test]
async fn hmac_prints_the_proof_and_nothing_else() {
    let installation = Installation::new();
    let project = installation.create_project("My site", &[]).await;
    for name in [&project.id, &project.name, &project.api_key] {
        let output = installation.run(&["hmac", "--project", name, "--", USER]).await;
        assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
        assert_eq!(output.stdout, format!("{}\n", project.proof(USER)));
    }
}

#[tokio::test]
async fn hmac_gives_the_known_answers() {
    let installation = Installation::new();
    let vectors = hmac_vectors();
    let mut secrets: Vec<&str> = vectors.iter().map(|vector| vector.secret.as_str()).collect();
    secrets.sort_unstable();
    secrets.dedup();
    for (number, secret) in secrets.iter().enumerate() {
        let name = format!("Vector {number}");
        installation.create_project(&name, &[&format!("--api-secret-key={secret}")]).await;
        for vector in vectors.iter().filter(|vector| vector.secret == *secret) {
            let printed = installation.succeed(&["hmac", "--project", &name, "--", &vector.user_id]).await;
            assert_eq!(printed.trim_end(), vector.base64, "{vector:?}");
        }
    }
}

#[tokio::test]
async fn a_user_id_that_begins_with_a_dash_is_one_too() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let printed = installation.succeed(&["hmac", "--project", &project.id, "--", "--help"]).await;
    assert_eq!(printed.trim_end(), project.proof("--help"));
}

#[tokio::test]
async fn hmac_proves_no_user_that_no_session_would_be_opened_for() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    for user in ["User@example.com", "", " user", "zoe\u{308}"] {
        let output = installation.run(&["hmac", "--project", &project.id, "--", user]).await;
        assert!(matches!(output.code, 1 | 2), "{user:?}: {output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{user:?}: {output:?}");
    }
}

#[tokio::test]
async fn a_right_proof_holds_in_every_encoding() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let proof = project.proof(USER);
    let hexadecimal = hmac_hex(&project.api_secret_key, USER);
    for form in [proof.as_str(), &format!("{proof}\n"), proof.trim_end_matches('='), &hexadecimal] {
        let (code, said) = check(&installation, &project, USER, form).await;
        assert_eq!(code, 0, "{form:?}: {said}");
    }
}

#[tokio::test]
async fn each_usual_mistake_is_named() {
    let installation = Installation::new();
    let project = installation.create_project("Site", &[]).await;
    let other = installation.create_project("Other", &[]).await;
    let proof = project.proof(USER);
    let hexadecimal = hmac_hex(&project.api_secret_key, USER);
    // The user, the proof, and what the explanation has to speak of.
    let mistakes = [
        (USER, BASE64_STANDARD.encode(&hexadecimal), "hex"),
        (USER, project.proof("USER@EXAMPLE.COM"), "case"),
        ("User@example.com", proof.clone(), "case"),
        (USER, hmac_base64(&project.api_key, USER), "public"),
        (USER, hmac_base64(&project.backend_key, USER), ""),
        (USER, hmac_base64(&format!("{}\n", project.api_secret_key), USER), "line break"),
        (USER, project.proof(&format!("{USER}\n")), "line break"),
        (USER, hmac_base64(USER, &project.api_secret_key), "swapped"),
        (USER, other.proof(USER), ""),
        (USER, proof[..40].to_owned(), ""),
        (USER, String::new(), "empty"),
    ];
    for (user, wrong, word) in mistakes {
        let (code, said) = check(&installation, &project, user, &wrong).await;
        assert_eq!(code, 1, "{word}: {said}");
        assert!(!said.trim().is_empty());
        assert!(said.to_lowercase().contains(word), "{word:?} is not spoken of: {said}");
        assert!(!said.contains(&proof), "the right proof is not given away: {said}");
        assert!(!said.contains(&project.api_secret_key));
    }
}

#[tokio::test]
async fn a_right_proof_that_is_refused_is_told_from_a_wrong_one() {
    let server = Server::start().await;
    let proof = server.project().proof("user@example.com");
    let check = async || server.installation().run(&["check-hmac", "--", "user@example.com", &proof]).await;
    assert_eq!(check().await.code, 0);
    let revoke = server.api().v1(Method::POST, "/users/user@example.com/revoke");
    let request = revoke.bearer_auth(&server.project().backend_key).json(&json!({"block": true}));
    assert_eq!(Reply::to(request).await.status, 204);
    let blocked = check().await;
    assert!(blocked.code == 1 && blocked.stdout.contains("blocked"), "{blocked:?}");
}

#[tokio::test]
async fn hmac_makes_no_proof_that_the_server_would_refuse() {
    let installation = Installation::new();
    installation.create_project("Shop", &["--proof", "hmac-v2"]).await;
    let too_long = installation.run(&["hmac", "--expires-in", "8d", "--", "user@example.com"]).await;
    assert_eq!((too_long.code, too_long.stdout.as_str()), (2, ""), "{too_long:?}");
    let plain = installation.run(&["hmac", "--", "user@example.com"]).await;
    assert!(plain.code == 1 && plain.stderr.contains("project set"), "{plain:?}");
}

//! `POST /session`: every encoding of the plain proof, and everything that only looks like one.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD},
};
use notification_bell_tests::{
    Project, Reply, Server, assert_problem, hmac_base64, hmac_hex, hmac_sha256, hmac_vectors,
};
use serde_json::{Value, json};

/// Its proof has a `+` and a `/` in standard base64, so that the two alphabets differ.
const USER: &str = "user3@example.com";
const SECRET: &str = "NOTIFIR_API_SECRET";

async fn server() -> Server {
    Server::builder().project(&["--api-secret-key", SECRET]).start().await
}

async fn try_proof(server: &Server, project: &Project, user: &str, proof: &str) -> Reply {
    let body = json!({"apiKey": project.api_key, "userId": user, "userHmac": proof});
    server.open_session(&body).await
}

#[tokio::test]
async fn a_proof_may_come_in_every_common_encoding() {
    let server = server().await;
    let mac = hmac_sha256(SECRET, USER);
    let (standard, hexadecimal) = (BASE64_STANDARD.encode(mac), hmac_hex(SECRET, USER));
    assert!(standard.contains('+') || standard.contains('/'), "choose another user: {standard}");
    let encodings = [
        standard.clone(),
        format!("{standard}\n"),
        format!("{standard}\r\n"),
        BASE64_STANDARD_NO_PAD.encode(mac),
        BASE64_URL_SAFE.encode(mac),
        BASE64_URL_SAFE_NO_PAD.encode(mac),
        format!("{}\n", BASE64_URL_SAFE_NO_PAD.encode(mac)),
        hexadecimal.clone(),
        hexadecimal.to_uppercase(),
        format!("{hexadecimal}\n"),
    ];
    for encoding in encodings {
        let reply = try_proof(&server, server.project(), USER, &encoding).await;
        assert_eq!(reply.status, 200, "{encoding:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_proof_that_is_not_exactly_one_is_refused_without_a_reason() {
    let server = server().await;
    let mac = hmac_sha256(SECRET, USER);
    let (standard, hexadecimal) = (BASE64_STANDARD.encode(mac), hmac_hex(SECRET, USER));
    let mut flipped = mac;
    flipped[31] ^= 1;
    let wrong = [
        String::new(),
        "\n".to_owned(),
        " ".to_owned(),
        format!(" {standard}"),
        format!("{standard} "),
        format!("{standard}\n\n"),
        format!("{standard}\r"),
        format!("\n{standard}"),
        format!("{}\n{}", &standard[..20], &standard[20..]),
        standard.replace(['+', '/'], " "),
        format!("{standard}="),
        format!("{}==", BASE64_STANDARD_NO_PAD.encode(mac)),
        format!("{standard}\u{200b}"),
        BASE64_STANDARD.encode(&mac[..31]),
        BASE64_STANDARD.encode([&mac[..], &[0]].concat()),
        BASE64_STANDARD.encode(flipped),
        BASE64_STANDARD.encode([0; 32]),
        BASE64_STANDARD.encode(&hexadecimal),
        hexadecimal[..62].to_owned(),
        format!("{hexadecimal}00"),
        format!("0x{hexadecimal}"),
        format!("{}g", &hexadecimal[..63]),
        format!("sha256={hexadecimal}"),
        "%".repeat(43),
        "=".repeat(44),
        SECRET.to_owned(),
        hmac_base64(SECRET, "another@example.com"),
        hmac_base64(&server.project().api_key, USER),
        hmac_base64(&server.project().backend_key, USER),
        hmac_base64(USER, SECRET),
        format!("v2.4102444800.{}", BASE64_URL_SAFE_NO_PAD.encode(mac)),
    ];
    let mut answers: Vec<Value> = Vec::new();
    for proof in &wrong {
        let reply = try_proof(&server, server.project(), USER, proof).await;
        assert!(reply.status == 401, "{proof:?}: {} {}", reply.status, reply.text());
        answers.push(assert_problem(&reply, 401, "invalid_user_hmac"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "an answer tells one fault from another: {answers:?}");
}

#[tokio::test]
async fn a_proof_with_mixed_alphabets_is_refused() {
    let server = server().await;
    // A proof with both special characters, one of which is then written in the other alphabet.
    let candidates = (0..1000).map(|number| format!("user{number}@example.com"));
    let user = candidates
        .into_iter()
        .find(|user| {
            let proof = hmac_base64(SECRET, user);
            proof.contains('+') && proof.contains('/')
        })
        .unwrap();
    let mixed = hmac_base64(SECRET, &user).replace('+', "-");
    assert_problem(&try_proof(&server, server.project(), &user, &mixed).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn a_proof_with_other_trailing_bits_is_refused() {
    let server = server().await;
    let proof = server.project().proof(USER);
    // 32 bytes leave two unused bits in the 43rd character; setting one gives another text for the same bytes.
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let last = alphabet.iter().position(|&character| character == proof.as_bytes()[42]).unwrap();
    let changed = format!("{}{}=", &proof[..42], char::from(alphabet[last | 1]));
    assert_ne!(changed, proof);
    assert_problem(&try_proof(&server, server.project(), USER, &changed).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn a_foreign_projects_proof_is_refused() {
    let server = Server::builder().project(&[]).project(&[]).start().await;
    let [own, foreign] = server.projects() else { panic!("two were asked for") };
    assert_problem(&try_proof(&server, own, USER, &foreign.proof(USER)).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn an_expiring_proof_under_the_plain_secret_is_refused() {
    // Whoever may choose a user name could otherwise have the site's own page sign it.
    let server = server().await;
    let proof = format!("v2.4102444800.{}", hmac_base64(SECRET, &format!("4102444800.{USER}")));
    assert_problem(&try_proof(&server, server.project(), USER, &proof).await, 401, "invalid_user_hmac");
}

#[tokio::test]
async fn the_known_answers_open_sessions() {
    let vectors = hmac_vectors();
    let mut secrets: Vec<&str> = vectors.iter().map(|vector| vector.secret.as_str()).collect();
    secrets.sort_unstable();
    secrets.dedup();
    let mut builder = Server::builder();
    for secret in &secrets {
        builder = builder.project(&[&format!("--api-secret-key={secret}")]);
    }
    let server = builder.start().await;
    for vector in &vectors {
        let number = secrets.iter().position(|secret| *secret == vector.secret).unwrap();
        let project = &server.projects()[number];
        assert_eq!(project.api_secret_key, vector.secret);
        let reply = try_proof(&server, project, &vector.user_id, &vector.base64).await;
        assert_eq!(reply.status, 200, "{vector:?}: {}", reply.text());
    }
}

//! A proof holds if it is the MAC, and else not. Three lines: secret, user id, proof.
//!
//! No fuzzer finds a MAC, so the proof may have placeholders for the right one: `{base64}`, `{nopad}`, `{base64url}`,
//! `{hex}`, `{HEX}`, and `{end}` for that of an expiring proof whose end is what stands between its dots.
#![no_main]

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use notification_bell_protocol::Timestamp;
use notification_bell_server::auth::proofs::{self, ProofFault, ProofKind, Proved, Secrets, expiring, plain};
use sha2::Sha256;

const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
const MAX_AHEAD_MS: i64 = 7 * 86_400_000 + 60_000;

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (Some(secret), Some(user_id), Some(template)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    let proof = filled(template, secret, user_id);
    check_plain(secret, user_id, &proof);
    check_expiring(secret, user_id, &proof);
    check_either(secret, user_id, &proof);
});

fn check_plain(secret: &str, user_id: &str, proof: &str) {
    let right = mac(secret, user_id);
    assert_eq!(plain::prove(secret, user_id), BASE64.encode(&right));
    let decoded = plain::decode(proof);
    if let Some(bytes) = decoded {
        let text = proof.strip_suffix('\n').map_or(proof, |text| text.strip_suffix('\r').unwrap_or(text));
        let writings = [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER];
        assert!(
            writings.iter().any(|writing| writing.encode(&bytes) == text),
            "bytes that were written otherwise"
        );
    }
    let holds = plain::verify(secret, user_id, proof) == Ok(());
    assert_eq!(holds, decoded == Some(right), "a proof holds if it is the MAC, and else not");
}

fn check_expiring(secret: &str, user_id: &str, proof: &str) {
    let verified = expiring::verify(secret, user_id, proof, NOW);
    let text = proof.strip_suffix('\n').map_or(proof, |text| text.strip_suffix('\r').unwrap_or(text));
    match verified {
        Ok(end) => {
            assert_eq!(text, expiring::prove(secret, user_id, end), "there is one writing of it");
            assert!(end > NOW && end <= NOW.plus_ms(MAX_AHEAD_MS));
        }
        Err(ProofFault::Expired) => {
            let end =
                text.split('.').nth(1).and_then(|end| end.parse::<i64>().ok()).expect("its end is a number");
            let end = Timestamp::from_unix_ms(end * 1_000);
            assert_eq!(text, expiring::prove(secret, user_id, end), "only what was one has expired");
            assert!(end <= NOW);
        }
        Err(ProofFault::TooFarAhead) => {
            let mac = text.rsplit('.').next().and_then(|mac| BASE64URL_NOPAD.decode(mac.as_bytes()).ok());
            assert_eq!(mac.map(|mac| mac.len()), Some(32), "said only of one that is right");
        }
        Err(ProofFault::Unreadable | ProofFault::Mismatch) => {}
    }
}

/// The whole agrees with its parts, with the secret as the present one and as the one before it.
fn check_either(secret: &str, user_id: &str, proof: &str) {
    let expected = match ProofKind::of(proof) {
        ProofKind::Hmac => plain::verify(secret, user_id, proof).map(|()| None),
        ProofKind::HmacV2 => expiring::verify(secret, user_id, proof, NOW).map(Some),
        ProofKind::Jwt => unreachable!("a userHmac is no token"),
    };
    let kind = ProofKind::of(proof);
    let expected = expected.map(|expires_at| Proved { kind, issued_at: None, expires_at });
    // HMAC fills a short key up with zeros (RFC 2104, section 2): a byte of another value makes it another key.
    let other = [secret, "x"].concat();
    let current = Secrets { current: secret.to_owned(), previous: None };
    assert_eq!(proofs::verify(&current, user_id, proof, NOW), expected);
    let previous = Secrets { current: other.clone(), previous: Some(secret.to_owned()) };
    assert_eq!(proofs::verify(&previous, user_id, proof, NOW), expected);
    let neither = Secrets { current: other, previous: None };
    let fault = proofs::verify(&neither, user_id, proof, NOW);
    assert!(matches!(fault, Err(ProofFault::Unreadable | ProofFault::Mismatch)), "{fault:?}");
}

/// Computed apart from the server's code.
fn mac(key: &str, message: &str) -> [u8; 32] {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("any length of key");
    mac.chain_update(message.as_bytes()).finalize().into_bytes().into()
}

fn filled(template: &str, secret: &str, user_id: &str) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    let right = mac(secret, user_id);
    let end = template.split('.').nth(1).unwrap_or_default();
    let with_end = mac(&format!("v2:{secret}"), &format!("{end}.{user_id}"));
    template
        .replace("{base64}", &BASE64.encode(&right))
        .replace("{nopad}", &BASE64_NOPAD.encode(&right))
        .replace("{base64url}", &BASE64URL.encode(&right))
        .replace("{hex}", &HEXLOWER.encode(&right))
        .replace("{HEX}", &HEXUPPER.encode(&right))
        .replace("{end}", &BASE64URL_NOPAD.encode(&with_end))
}

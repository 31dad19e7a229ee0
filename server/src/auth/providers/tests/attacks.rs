//! Tokens made to be taken for the provider's.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    ED25519, NOW, P256, P384, RSA, claims, elliptic, encode, header, key_set, outcome, rules, verified,
    verified_text, with, without,
};
use crate::auth::providers::token::{unverified_issuer, unverified_kid, verify};

fn hs256(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let signed =
        format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap().chain_update(&signed);
    format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
}

#[test]
fn the_token_that_the_attacks_start_from_is_accepted() {
    assert_eq!(outcome(&verified(&header(), &claims())), "ok");
}

#[test]
fn alg_none_is_refused() {
    for name in ["none", "None", "NONE", "nOnE"] {
        let signed = P256.token(&with(&header(), &json!({ "alg": name })), &claims());
        assert_eq!(outcome(&verified_text(&signed)), "algorithm_none");
        let (unsigned, _) = signed.rsplit_once('.').unwrap();
        assert_eq!(outcome(&verified_text(&format!("{unsigned}."))), "not_three_parts");
    }
}

#[test]
fn hs256_signed_with_the_public_key_is_refused() {
    let header = with(&header(), &json!({ "alg": "HS256" }));
    let (rsa, ec) = (RSA.jwk(), P256.jwk());
    let modulus = BASE64URL_NOPAD.decode(rsa["n"].as_str().unwrap().as_bytes()).unwrap();
    for secret in [rsa.to_string().as_bytes(), ec.to_string().as_bytes(), &modulus, b""] {
        let token = hs256(&header, &claims(), secret);
        for keys in [key_set(std::slice::from_ref(&rsa)), key_set(std::slice::from_ref(&ec))] {
            assert_eq!(outcome(&verify(&token, &rules(), &keys, NOW)), "algorithm_symmetric");
        }
    }
}

#[test]
fn an_oct_key_in_the_set_verifies_nothing() {
    let oct = json!({ "kty": "oct", "kid": "k", "alg": "HS256", "k": encode(b"secret") });
    let token = hs256(&with(&header(), &json!({ "alg": "HS256" })), &claims(), b"secret");
    assert_eq!(
        outcome(&verify(&token, &rules(), &key_set(std::slice::from_ref(&oct)), NOW)),
        "algorithm_symmetric"
    );
    let es256 = P256.token(&header(), &claims());
    assert_eq!(outcome(&verify(&es256, &rules(), &key_set(&[oct]), NOW)), "key_unusable");
}

#[test]
fn an_algorithm_that_is_not_on_the_list_is_refused() {
    for name in ["ES512", "ES256K", "es256", "RS1", "HS1", "", "ECDH-ES", "Ed448"] {
        let token = P256.token(&with(&header(), &json!({ "alg": name })), &claims());
        assert_eq!(outcome(&verified_text(&token)), "algorithm_unknown", "{name}");
    }
    for value in [json!(null), json!(["ES256"]), json!(5)] {
        let token = P256.token(&with(&header(), &json!({ "alg": value })), &claims());
        assert_eq!(outcome(&verified_text(&token)), "header_member_ill_typed");
    }
    let token = P256.token(&without(&header(), "alg"), &claims());
    assert_eq!(outcome(&verified_text(&token)), "header_member_ill_typed");
}

#[test]
fn an_unknown_crit_is_refused() {
    for members in [
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "crit": null }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "b64": true }),
        json!({ "zip": "DEF" }),
        json!({ "enc": "A128GCM" }),
        json!({ "cty": "JWT" }),
    ] {
        assert_eq!(
            outcome(&verified(&with(&header(), &members), &claims())),
            "header_member_refused",
            "{members}"
        );
    }
}

#[test]
fn a_token_of_another_type_is_refused() {
    for name in ["bell-session+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "JWE", "", "application/"] {
        let result = verified(&with(&header(), &json!({ "typ": name })), &claims());
        assert_eq!(outcome(&result), "type_foreign", "{name}");
    }
    assert_eq!(
        outcome(&verified(&with(&header(), &json!({ "typ": 5 })), &claims())),
        "header_member_ill_typed"
    );
    for name in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/jwt"] {
        assert_eq!(outcome(&verified(&with(&header(), &json!({ "typ": name })), &claims())), "ok", "{name}");
    }
    assert_eq!(outcome(&verified(&without(&header(), "typ"), &claims())), "ok");
}

#[test]
fn a_kid_of_another_path_names_no_key() {
    for kid in ["../../../../dev/null", "k\u{0}", "K", "k ", "", "' OR 1=1 --", "https://evil.example/key"] {
        let header = with(&header(), &json!({ "kid": kid }));
        assert_eq!(outcome(&verified(&header, &claims())), "key_unknown", "{kid}");
    }
    for kid in [json!(5), json!(null), json!(["k"])] {
        let header = with(&header(), &json!({ "kid": kid }));
        assert_eq!(outcome(&verified(&header, &claims())), "header_member_ill_typed");
    }
}

#[test]
fn a_jku_is_never_followed() {
    let attacker = elliptic(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    let brought = json!({
        "jwk": attacker.jwk(),
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/certificate.pem",
        "x5c": ["AAAA"],
    });
    let header = with(&header(), &brought);
    assert_eq!(outcome(&verified_text(&attacker.token(&header, &claims()))), "signature_wrong");
    let nameless = without(&header, "kid");
    assert_eq!(outcome(&verified_text(&attacker.token(&nameless, &claims()))), "signature_wrong");
    assert_eq!(outcome(&verified(&header, &claims())), "ok", "they are not read at all");
}

#[test]
fn another_key_of_the_same_name_is_refused() {
    let attacker = elliptic(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    assert_eq!(outcome(&verified_text(&attacker.token(&header(), &claims()))), "signature_wrong");
}

#[test]
fn several_keys_of_one_name_are_tried_but_not_many() {
    let other = || elliptic(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING).jwk();
    let token = P256.token(&header(), &claims());
    let result = |keys: &[Value]| outcome(&verify(&token, &rules(), &key_set(keys), NOW));
    assert_eq!(result(&[RSA.jwk(), P384.jwk(), ED25519.jwk(), RSA.jwk(), RSA.jwk(), P256.jwk()]), "ok");
    assert_eq!(result(&[other(), other(), other(), P256.jwk()]), "ok");
    assert_eq!(result(&[other(), other(), other(), other(), P256.jwk()]), "signature_wrong");
}

#[test]
fn a_token_without_a_kid_is_checked_with_the_only_key() {
    let token = P256.token(&without(&header(), "kid"), &claims());
    let result = |keys: &[Value]| outcome(&verify(&token, &rules(), &key_set(keys), NOW));
    assert_eq!(result(&[P256.jwk()]), "ok");
    assert_eq!(result(&[P256.jwk(), json!({ "kty": "oct" })]), "ok", "an unusable key does not count");
    assert_eq!(result(&[P256.jwk(), RSA.jwk()]), "key_not_named");
    assert_eq!(result(&[RSA.jwk()]), "key_of_another_algorithm");
    assert_eq!(result(&[]), "no_usable_key");
}

#[test]
fn only_an_unknown_key_is_a_reason_to_fetch_the_keys_again() {
    let cured = |keys: &[Value]| {
        let token = P256.token(&header(), &claims());
        verify(&token, &rules(), &key_set(keys), NOW).unwrap_err().may_be_cured_by_newer_keys()
    };
    assert!(cured(&[]));
    assert!(cured(&[with(&P256.jwk(), &json!({ "kid": "older" }))]));
    assert!(!cured(&[RSA.jwk()]), "another algorithm");
    assert!(!cured(&[with(&P256.jwk(), &json!({ "use": "enc" }))]), "unusable");
}

#[test]
fn a_changed_token_is_refused() {
    let token = P256.token(&header(), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let forged = encode(with(&claims(), &json!({ "sub": "admin" })).to_string().as_bytes());
    assert_eq!(outcome(&verified_text(&format!("{}.{forged}.{}", parts[0], parts[2]))), "signature_wrong");
    let signature = BASE64URL_NOPAD.decode(parts[2].as_bytes()).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    for other in [&signature[..63], &[&signature[..], &[0]].concat(), &[0; 64], &[0; 1]] {
        assert_eq!(outcome(&verified_text(&format!("{signed}.{}", encode(other)))), "signature_wrong");
    }
    for at in (0..signature.len()).step_by(7) {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        assert_eq!(outcome(&verified_text(&format!("{signed}.{}", encode(&changed)))), "signature_wrong");
    }
}

#[test]
fn what_another_reader_could_take_differently_is_refused() {
    let token = P256.token(&header(), &claims());
    for (text, expected) in [
        (format!("{token}="), "not_base64url"),
        (format!("{token}."), "not_three_parts"),
        (format!("{token}.x"), "not_three_parts"),
        (format!("{token}.x.x"), "encrypted"),
        (format!("{token}\n"), "not_base64url"),
        (format!(" {token}"), "not_base64url"),
        (token.replacen('.', "..", 1), "not_three_parts"),
        (String::new(), "not_three_parts"),
        ("..".to_owned(), "not_three_parts"),
        ("a.b.c".to_owned(), "not_base64url"),
        ("é.é.é".to_owned(), "not_base64url"),
        (".".repeat(1_000_000), "too_long"),
    ] {
        assert_eq!(outcome(&verified_text(&text)), expected, "{text:.60}");
    }
    // 64 bytes are 86 characters, the last of which has four bits that do not count.
    let (rest, last) = token.split_at(token.len() - 1);
    let non_canonical = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    assert_eq!(outcome(&verified_text(&format!("{rest}{non_canonical}"))), "not_base64url");
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let (header, claims) = (header().to_string(), claims().to_string());
    let doubled = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    for (header_text, expected) in [
        (doubled(&header, r#""alg":"ES256""#), "header_unreadable"),
        (doubled(&header, r#""\u0061lg":"ES256""#), "header_unreadable"),
        (format!("{header}{header}"), "header_unreadable"),
        (format!("\u{feff}{header}"), "header_unreadable"),
        (format!("[{header}]"), "header_unreadable"),
        ("null".to_owned(), "header_unreadable"),
        (String::new(), "not_three_parts"),
    ] {
        let token = P256.token_of_texts(&header_text, &claims);
        assert_eq!(outcome(&verified_text(&token)), expected, "{header_text}");
    }
    for claims_text in [
        doubled(&claims, r#""sub":"admin""#),
        doubled(&claims, r#""s\u0075b":"admin""#),
        format!("{claims} x"),
        format!("\u{feff}{claims}"),
        format!("[{claims}]"),
        claims.replace("bell", "\\ud800"),
        claims.replace("\"bell\"", &format!("{}{}", "[".repeat(40), "]".repeat(40))),
    ] {
        let token = P256.token_of_texts(&header, &claims_text);
        assert_eq!(outcome(&verified_text(&token)), "claims_unreadable", "{claims_text}");
    }
}

#[test]
fn a_payload_of_64_kib_is_not_looked_at() {
    let large = with(&claims(), &json!({ "x": "x".repeat(65_536) }));
    assert_eq!(outcome(&verified(&header(), &large)), "too_long");
    let fitting = with(&claims(), &json!({ "x": "x".repeat(5_500) }));
    assert_eq!(outcome(&verified(&header(), &fitting)), "ok");
}

#[test]
fn what_a_token_claims_is_read_only_to_find_its_provider() {
    let token = P256.token(&header(), &claims());
    assert_eq!(unverified_issuer(&token).as_deref(), Some("https://issuer.example"));
    assert_eq!(unverified_kid(&token).as_deref(), Some("k"));
    let number = P256.token(&header(), &with(&claims(), &json!({ "iss": 5 })));
    assert_eq!(unverified_issuer(&number), None);
    let unsigned = P256.token(&with(&header(), &json!({ "alg": "none" })), &claims());
    assert_eq!(unverified_kid(&unsigned), None, "no newer key would help it");
    for text in ["", "..", "ak_x", &".".repeat(9_000)] {
        assert_eq!((unverified_issuer(text), unverified_kid(text)), (None, None));
    }
}

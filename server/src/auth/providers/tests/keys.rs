//! Which keys of a provider are used.

use serde_json::{Value, json};

use super::{ED25519, P256, P384, RSA, encode, key_set, with, without};
use crate::auth::providers::{
    algorithm::Algorithm,
    key_set::{KeyFault, KeySet, KeySetFault},
};

fn fault(jwk: &Value) -> Option<KeyFault> {
    key_set(std::slice::from_ref(jwk)).unusable().first().map(|key| key.fault.clone())
}

#[test]
fn a_usable_key_says_what_it_is() {
    let set = key_set(&[
        RSA.jwk(),
        P384.jwk(),
        with(&P256.jwk(), &json!({ "use": "sig", "key_ops": ["sign", "verify"], "alg": "ES256" })),
        without(&ED25519.jwk(), "kid"),
    ]);
    let described: Vec<_> = set
        .usable()
        .iter()
        .map(|key| {
            let algorithms: Vec<_> = key.algorithms().map(Algorithm::name).collect();
            (key.kid(), key.key_type().to_string(), algorithms.join(" "))
        })
        .collect();
    assert_eq!(
        described,
        [
            (Some("k"), "RSA 2048".to_owned(), "RS256 RS384 RS512 PS256 PS384 PS512".to_owned()),
            (Some("k"), "EC P-384".to_owned(), "ES384".to_owned()),
            (Some("k"), "EC P-256".to_owned(), "ES256".to_owned()),
            (None, "OKP Ed25519".to_owned(), "EdDSA".to_owned()),
        ]
    );
    assert_eq!(set.unusable(), []);
    assert_eq!(set.named("k").count(), 3);
}

#[test]
fn a_key_for_another_purpose_is_not_used() {
    let key = P256.jwk();
    for (members, expected) in [
        (json!({ "use": "enc" }), "not for signatures"),
        (json!({ "use": "" }), "not for signatures"),
        (json!({ "use": 5 }), "`use`"),
        (json!({ "key_ops": ["encrypt"] }), "key_ops"),
        (json!({ "key_ops": [] }), "key_ops"),
        (json!({ "key_ops": "verify" }), "`key_ops` is not of the type"),
        (json!({ "key_ops": ["verify", 1] }), "`key_ops` is not of the type"),
        (json!({ "alg": "ES384" }), "ES384 is none of a key of type EC P-256"),
        (json!({ "alg": "RS256" }), "RS256 is none"),
        (json!({ "alg": "HS256" }), "not accepted"),
        (json!({ "alg": "none" }), "not accepted"),
        (json!({ "alg": null }), "`alg`"),
        (json!({ "kid": 5 }), "`kid`"),
        (json!({ "kty": "ec" }), "not known"),
        (json!({ "kty": 5 }), "`kty`"),
        (json!({ "crv": "secp256k1" }), "not known"),
        (json!({ "crv": "P-521" }), "not known"),
    ] {
        let fault = fault(&with(&key, &members)).unwrap().to_string();
        assert!(fault.contains(expected), "{members}: {fault}");
    }
    for member in ["kty", "crv", "x", "y"] {
        assert!(fault(&without(&key, member)).unwrap().to_string().contains("missing"), "{member}");
    }
}

#[test]
fn a_published_private_key_is_not_used() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let key = with(&RSA.jwk(), &json!({ member: "AQAB" }));
        assert_eq!(fault(&key), Some(KeyFault::Private { member }));
    }
}

#[test]
fn an_oct_key_is_not_used() {
    assert_eq!(fault(&json!({ "kty": "oct", "kid": "k", "k": "AAAA" })), Some(KeyFault::Symmetric));
}

#[test]
fn rsa_1024_is_not_used() {
    let modulus = |bytes: usize, first: u8, last: u8| {
        let mut modulus = vec![0xa5; bytes];
        (modulus[0], modulus[bytes - 1]) = (first, last);
        with(&RSA.jwk(), &json!({ "n": encode(&modulus) }))
    };
    assert_eq!(fault(&modulus(128, 0x80, 1)), Some(KeyFault::ModulusTooShort { bits: 1_024 }));
    assert_eq!(fault(&modulus(256, 0x7f, 1)), Some(KeyFault::ModulusTooShort { bits: 2_047 }));
    assert_eq!(fault(&modulus(256, 0x80, 1)), None);
    assert_eq!(fault(&modulus(257, 0x00, 1)), None, "a zero in front does not count");
    assert_eq!(fault(&modulus(512, 0x80, 1)), None);
    assert_eq!(fault(&modulus(513, 0x01, 1)), Some(KeyFault::ModulusTooLong { bits: 4_097 }));
    assert_eq!(fault(&modulus(256, 0x80, 2)), Some(KeyFault::ModulusEven));
    assert_eq!(fault(&with(&RSA.jwk(), &json!({ "n": "" }))), Some(KeyFault::ModulusTooShort { bits: 0 }));
}

#[test]
fn an_exponent_that_hides_nothing_or_costs_much_is_refused() {
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        let key = with(&RSA.jwk(), &json!({ "e": encode(exponent) }));
        assert_eq!(fault(&key), Some(KeyFault::Exponent), "{exponent:?}");
    }
    for exponent in [&[3][..], &[1, 0, 1], &[0, 1, 0, 1]] {
        assert_eq!(fault(&with(&RSA.jwk(), &json!({ "e": encode(exponent) }))), None, "{exponent:?}");
    }
}

#[test]
fn a_short_or_long_ed25519_key_is_not_used() {
    for bytes in [0, 1, 31, 33, 44, 64] {
        let key = with(&ED25519.jwk(), &json!({ "x": encode(&vec![1; bytes]) }));
        assert_eq!(fault(&key), Some(KeyFault::Length { member: "x", found: bytes, expected: 32 }));
    }
    let other = with(&ED25519.jwk(), &json!({ "crv": "X25519" }));
    assert!(fault(&other).unwrap().to_string().contains("not known"));
}

#[test]
fn a_point_off_the_curve_is_not_used() {
    for x in [[0; 32], [0xff; 32], [7; 32]] {
        let key = with(&P256.jwk(), &json!({ "x": encode(&x) }));
        assert_eq!(fault(&key), Some(KeyFault::NotOnCurve));
    }
    let short = with(&P384.jwk(), &json!({ "y": encode(&[1; 47]) }));
    assert_eq!(fault(&short), Some(KeyFault::Length { member: "y", found: 47, expected: 48 }));
    let other_curve = with(&P256.jwk(), &json!({ "crv": "P-384" }));
    assert_eq!(fault(&other_curve), Some(KeyFault::Length { member: "x", found: 32, expected: 48 }));
}

#[test]
fn a_member_that_is_not_strict_base64url_spoils_the_key() {
    let x = P256.jwk()["x"].as_str().unwrap().to_owned();
    for text in [format!("{x}="), format!("{}+", &x[1..]), format!(" {x}"), format!("{x}\n")] {
        let key = with(&P256.jwk(), &json!({ "x": text }));
        assert_eq!(fault(&key), Some(KeyFault::Encoding { member: "x" }), "{text:?}");
    }
}

#[test]
fn one_bad_key_does_not_spoil_the_set() {
    let document = format!(
        r#"{{"keys":[5,null,{{"kid":5}},{{"kid":"twice","kty":"EC","kty":"RSA"}},{{"kid":"\ud800"}},{{"n":1e999}},{}]}}"#,
        P256.jwk()
    );
    let set = KeySet::parse(document.as_bytes()).unwrap();
    assert_eq!((set.usable().len(), set.unusable().len()), (1, 6));
    assert_eq!(set.unusable()[0].fault, KeyFault::NotAnObject);
    assert!(set.unusable()[3].fault.to_string().contains("twice"));
}

#[test]
fn what_is_no_key_set_is_refused_as_a_whole() {
    let many = json!({ "keys": vec![json!({}); 101] }).to_string();
    assert_eq!(KeySet::parse(many.as_bytes()).unwrap_err(), KeySetFault::TooManyKeys);
    assert_eq!(KeySet::parse(b"{\"keys\":[\"\xff\"]}").unwrap_err(), KeySetFault::NotUtf8);
    for document in [
        "",
        "<html>",
        "{}",
        "[]",
        r#"{"keys":{}}"#,
        r#"{"keys":null}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[]}x"#,
        "\u{feff}{\"keys\":[]}",
        &format!("{}{}", r#"{"keys":["#, "[".repeat(100_000)),
    ] {
        let fault = KeySet::parse(document.as_bytes()).unwrap_err();
        assert!(matches!(fault, KeySetFault::NotAKeySet(_)), "{document:.40}: {fault:?}");
    }
    assert!(KeySet::parse(br#"{"jwks_uri":"x","keys":[]}"#).unwrap().usable().is_empty());
}

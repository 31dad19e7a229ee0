//! Tokens, genuine and forged.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use notification_bell_protocol::Timestamp;
use serde_json::json;

use super::{Claims, ProofKind, SessionKey, TYPE, TokenFault, UnverifiedToken, encrypt, jwe, sign};
use crate::randomness::test::CountedRandomness;

const KEY: &[u8] = &[7; 32];
const ISSUER: &str = "http://bell.example";
const NOW: Timestamp = Timestamp::from_unix_ms(1_000_000_000);

fn ring() -> [SessionKey; 2] {
    [SessionKey::of_secret("k2", KEY), SessionKey::of_secret("k1", &[8; 32])]
}

fn read(token: &str, now: Timestamp) -> Result<Claims, TokenFault> {
    let token = UnverifiedToken::parse(token)?;
    let ring = ring();
    let key = ring.iter().find(|key| key.id == token.key_id()).ok_or(TokenFault::Invalid)?;
    token.verify(key, ISSUER, now)
}

fn seal(typ: &str, kid: &str, key: &[u8; 32], claims: &impl serde::Serialize) -> String {
    let claims = serde_json::to_vec(claims).unwrap();
    jwe::seal(typ, kid, key, &claims, &CountedRandomness::default()).unwrap()
}

fn claims() -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: Claims::audience("p"),
        sub: "u".to_owned(),
        jti: "j".to_owned(),
        iat: 1_000_000,
        exp: 1_000_600,
        pe: 0,
        ue: 0,
        org: None,
        amr: ProofKind::Hmac,
    }
}

fn forge(header: &Header, claims: &impl serde::Serialize, key: &[u8]) -> Result<Claims, TokenFault> {
    read(&encode(header, claims, &EncodingKey::from_secret(key)).unwrap(), NOW)
}

fn header() -> Header {
    Header { typ: Some(TYPE.to_owned()), kid: Some("k2".to_owned()), ..Header::new(Algorithm::HS256) }
}

#[test]
fn a_token_comes_back_until_it_has_run_out() {
    for token in [
        sign(&ring()[0], &claims()).unwrap(),
        encrypt(&ring()[0], &claims(), &CountedRandomness::default()).unwrap(),
    ] {
        assert_eq!(read(&token, NOW), Ok(claims()));
        assert!(read(&token, NOW.plus_ms(604_000)).is_ok(), "clocks may differ by five seconds");
        assert_eq!(read(&token, NOW.plus_ms(605_000)), Err(TokenFault::Expired));
        assert_eq!(read(&token, NOW.plus_ms(-6_000)), Err(TokenFault::Invalid), "issued in the future");
    }
}

#[test]
fn an_older_key_of_the_ring_still_verifies() {
    let header = Header { kid: Some("k1".to_owned()), ..header() };
    assert_eq!(forge(&header, &claims(), &[8; 32]), Ok(claims()));
}

#[test]
fn a_token_of_another_key_or_kid_is_refused() {
    assert_eq!(forge(&header(), &claims(), &[9; 32]), Err(TokenFault::Invalid));
    assert_eq!(forge(&header(), &claims(), b""), Err(TokenFault::Invalid));
    assert_eq!(
        forge(&Header { kid: Some("k9".to_owned()), ..header() }, &claims(), KEY),
        Err(TokenFault::Invalid)
    );
    assert_eq!(forge(&Header { kid: None, ..header() }, &claims(), KEY), Err(TokenFault::Invalid));
}

#[test]
fn a_token_of_another_type_or_algorithm_is_refused() {
    assert_eq!(
        forge(&Header { typ: Some("JWT".to_owned()), ..header() }, &claims(), KEY),
        Err(TokenFault::Invalid)
    );
    assert_eq!(forge(&Header { typ: None, ..header() }, &claims(), KEY), Err(TokenFault::Invalid));
    let hs512 =
        Header { typ: Some(TYPE.to_owned()), kid: Some("k2".to_owned()), ..Header::new(Algorithm::HS512) };
    assert_eq!(forge(&hs512, &claims(), KEY), Err(TokenFault::Invalid));
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let part = |value: serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let header = part(json!({ "alg": "none", "typ": TYPE, "kid": "k2" }));
    let body = part(serde_json::to_value(claims()).unwrap());
    for token in [format!("{header}.{body}."), format!("{header}.{body}"), "..".to_owned(), String::new()] {
        assert_eq!(read(&token, NOW), Err(TokenFault::Invalid), "{token}");
    }
}

#[test]
fn a_claim_that_is_missing_or_of_another_type_is_refused() {
    for (claim, value) in [
        ("iss", json!(5)),
        ("iss", json!(["http://bell.example"])),
        ("aud", json!(["bell:p"])),
        ("aud", json!("p")),
        ("exp", json!("1000600")),
        ("exp", json!(1e19)),
        ("iat", json!(null)),
        ("pe", json!("0")),
        ("amr", json!("password")),
    ] {
        let mut forged = serde_json::to_value(claims()).unwrap();
        forged[claim] = value.clone();
        assert_eq!(forge(&header(), &forged, KEY), Err(TokenFault::Invalid), "{claim}: {value}");
        forged.as_object_mut().unwrap().remove(claim);
        assert_eq!(forge(&header(), &forged, KEY), Err(TokenFault::Invalid), "without {claim}");
    }
}

#[test]
fn a_million_dots_cost_nothing() {
    assert_eq!(read(&".".repeat(1_000_000), NOW), Err(TokenFault::Invalid));
}

#[test]
fn an_encrypted_token_shows_nobody_who_it_is_for() {
    let token = encrypt(&ring()[0], &claims(), &CountedRandomness::default()).unwrap();
    let parts: Vec<Vec<u8>> =
        token.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).collect();
    let header: serde_json::Value = serde_json::from_slice(&parts[0]).unwrap();
    assert_eq!(header, json!({ "alg": "dir", "enc": "A256GCM", "typ": TYPE, "kid": "k2" }));
    assert!(parts.iter().all(|part| !part.windows(7).any(|seven| seven == b"example")));
}

#[test]
fn an_encrypted_token_of_another_key_kid_or_type_is_refused() {
    let [newest, older] = ring();
    assert_eq!(read(&seal(TYPE, "k1", &older.sealing, &claims()), NOW), Ok(claims()));
    for (typ, kid, key) in [
        (TYPE, "k2", &older.sealing),
        (TYPE, "k9", &newest.sealing),
        (TYPE, "k2", &[7; 32]),
        ("JWT", "k2", &newest.sealing),
    ] {
        assert_eq!(read(&seal(typ, kid, key, &claims()), NOW), Err(TokenFault::Invalid), "{typ} {kid}");
    }
}

#[test]
fn the_claims_of_an_encrypted_token_are_checked_as_those_of_a_signed_one() {
    let sealing = ring()[0].sealing;
    for (claim, value) in [
        ("iss", json!("http://other.example")),
        ("aud", json!("p")),
        ("exp", json!("1000600")),
        ("iat", json!(null)),
    ] {
        let mut forged = serde_json::to_value(claims()).unwrap();
        forged[claim] = value.clone();
        let token = seal(TYPE, "k2", &sealing, &forged);
        assert_eq!(read(&token, NOW), Err(TokenFault::Invalid), "{claim}: {value}");
    }
    assert_eq!(read(&seal(TYPE, "k2", &sealing, &"no claims"), NOW), Err(TokenFault::Invalid));
}

#[test]
fn a_token_signed_with_the_key_that_encrypts_is_refused() {
    let sealing = ring()[0].sealing;
    assert_eq!(forge(&header(), &claims(), &sealing), Err(TokenFault::Invalid));
}

#[test]
fn the_longest_user_id_leaves_room() {
    let longest =
        Claims { sub: "\"".repeat(256), org: Some(["https://", &"a".repeat(253)].concat()), ..claims() };
    let token = encrypt(&ring()[0], &longest, &CountedRandomness::default()).unwrap();
    assert!(token.len() < 2_048, "{}", token.len());
    assert_eq!(read(&token, NOW), Ok(longest));
}

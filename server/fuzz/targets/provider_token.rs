//! A provider's token is accepted if its key signed it and it says what the rules ask for, and else not.
//!
//! Three lines: header, claims, signature. The first two are encoded; the signature is taken as it stands, but
//! `{signed}` is the right one of these very lines, and `{hmac}` the HMAC under the public key, for readers that can
//! be talked into taking that for a secret. A text of another form is a token as it stands.
#![no_main]

use std::{collections::BTreeMap, sync::LazyLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use notification_bell_protocol::Timestamp;
use notification_bell_server::auth::providers::{
    ProviderRules, Purpose,
    key_set::KeySet,
    token::{unverified_issuer, unverified_kid, verify},
};
use serde_json::{Value, json};
use sha2::Sha256;

const NOW_SECONDS: i64 = 1_800_000_000;
const NOW: Timestamp = Timestamp::from_unix_ms(NOW_SECONDS * 1_000);
const LEEWAY_MS: i64 = 60_000;
const MAX_LIFE_MS: i64 = 24 * 3_600_000;
const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "bell";

static SIGNER: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("any 32 bytes are a seed"));
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let x = BASE64URL_NOPAD.encode(SIGNER.public_key().as_ref());
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}]}).to_string();
    let keys = KeySet::parse(set.as_bytes()).expect("a key set");
    assert_eq!(keys.usable().len(), 1);
    keys
});
static RULES: LazyLock<ProviderRules> = LazyLock::new(|| ProviderRules {
    issuer: ISSUER.to_owned(),
    audience: Some(AUDIENCE.to_owned()),
    user_claim: "sub".to_owned(),
    required: BTreeMap::from([("scope".to_owned(), "bell".to_owned())]),
    purpose: Purpose::Users,
});

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (Some(header), Some(claims), Some(signature)) = (lines.next(), lines.next(), lines.next()) else {
        assert!(verify(text, &RULES, &KEYS, NOW).is_err(), "nobody signed this");
        return;
    };
    let signed = format!("{}.{}", encoded(header.as_bytes()), encoded(claims.as_bytes()));
    if signature.trim_end() == "{signed}" {
        let signature = encoded(SIGNER.sign(signed.as_bytes()).as_ref());
        check_signed(&format!("{signed}.{signature}"), header, claims);
    } else {
        let forged = signature.trim_end().replace("{hmac}", &encoded(&mac(&signed)));
        assert!(verify(&format!("{signed}.{forged}"), &RULES, &KEYS, NOW).is_err(), "nobody signed this");
    }
});

fn check_signed(token: &str, header: &str, claims: &str) {
    let Ok(verified) = verify(token, &RULES, &KEYS, NOW) else { return };
    let header: Value = serde_json::from_str(header).expect("the header of an accepted token is JSON");
    assert!(matches!(header["alg"].as_str(), Some("EdDSA" | "Ed25519")), "{header}");
    assert!(header.get("crit").is_none(), "an extension that has to be understood");
    let claims: Value = serde_json::from_str(claims).expect("the claims of an accepted token are JSON");
    assert_eq!(claims["iss"], ISSUER);
    let audience = &claims["aud"];
    assert!(
        audience == AUDIENCE || audience.as_array().is_some_and(|all| all.contains(&Value::from(AUDIENCE)))
    );
    assert_eq!(claims["sub"], verified.subject);
    assert!(!verified.subject.is_empty());
    assert!(verified.expires_at.plus_ms(LEEWAY_MS) > NOW);
    assert!(verified.expires_at <= NOW.plus_ms(MAX_LIFE_MS + LEEWAY_MS));
    // What is read of a token before it is checked is what is checked then.
    assert_eq!(unverified_issuer(token).as_deref(), Some(ISSUER));
    assert_eq!(unverified_kid(token).as_deref(), header["kid"].as_str());
}

fn encoded(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn mac(signed: &str) -> [u8; 32] {
    let key = SIGNER.public_key().as_ref();
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length of key");
    mac.chain_update(signed).finalize().into_bytes().into()
}

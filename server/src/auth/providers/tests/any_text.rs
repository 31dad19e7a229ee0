//! Anything may be sent as a token, and a provider may publish anything.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{NOW, P256, RSA, claims, encode, header, key_set, rules};
use crate::auth::providers::{
    fault::ProviderTokenFault,
    inspection::inspect,
    key_set::KeySet,
    token::{unverified_issuer, unverified_kid, verify},
};

/// Values of every kind, and those that mean something in a key or a token.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,20}".prop_map(Value::from),
        "[A-Za-z0-9_-]{0,100}".prop_map(Value::from),
        proptest::sample::select(vec![
            "RSA", "EC", "OKP", "oct", "P-256", "Ed25519", "sig", "verify", "ES256", "AQAB"
        ])
        .prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..600).prop_map(|bytes| Value::from(encode(&bytes))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{0,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn members(names: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map(proptest::sample::select(names).prop_map(str::to_owned), value(), 0..6)
        .prop_map(|members| members.into_iter().collect())
}

fn read_all(text: &str) -> Result<(), ProviderTokenFault> {
    let _ = (unverified_issuer(text), unverified_kid(text), inspect(text, NOW));
    let result = verify(text, &rules(), &key_set(&[P256.jwk()]), NOW);
    if let Err(fault) = &result {
        assert!(!fault.to_string().is_empty() && ProviderTokenFault::NAMES.contains(&fault.name()));
    }
    result.map(|_| ())
}

proptest! {
    #[test]
    fn any_text_is_read_as_a_token_without_a_panic(text in "\\PC{0,80}") {
        prop_assert!(read_all(&text).is_err());
    }

    #[test]
    fn any_three_parts_are_read_without_a_panic(
        header in proptest::collection::vec(any::<u8>(), 0..60),
        claims in proptest::collection::vec(any::<u8>(), 0..60),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let token = format!("{}.{}.{}", encode(&header), encode(&claims), encode(&signature));
        prop_assert!(read_all(&token).is_err());
    }

    #[test]
    fn any_header_and_claims_are_read_without_a_panic(
        extra in members(&["alg", "typ", "kid", "crit", "jku", "x"]),
        changed in members(&["iss", "aud", "sub", "exp", "nbf", "iat", "x"]),
    ) {
        let mut all = claims();
        all.as_object_mut().unwrap().extend(changed);
        let _ = read_all(&P256.token(&header(), &all));
        let mut all = header();
        all.as_object_mut().unwrap().extend(extra);
        let _ = read_all(&P256.token(&all, &claims()));
    }

    #[test]
    fn any_text_is_read_as_a_key_set_without_a_panic(text in "\\PC{0,80}", keys in "[\\[\\]{}:,\"a0-9.eE+-]{0,40}") {
        let _ = KeySet::parse(text.as_bytes());
        let _ = KeySet::parse(format!("{{\"keys\":{keys}}}").as_bytes());
    }

    #[test]
    fn any_key_is_usable_or_not_without_a_panic(
        changed in members(&["kty", "kid", "use", "key_ops", "alg", "crv", "x", "y", "n", "e", "d"]),
        signature in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        for jwk in [RSA.jwk(), P256.jwk(), json!({})] {
            let mut jwk = jwk;
            jwk.as_object_mut().unwrap().extend(changed.clone());
            let set = key_set(&[jwk]);
            prop_assert_eq!(set.usable().len() + set.unusable().len(), 1);
            for key in set.usable() {
                for algorithm in key.algorithms() {
                    prop_assert!(!key.verifies(algorithm, b"message", &signature));
                }
            }
            prop_assert!(set.unusable().iter().all(|key| !key.fault.to_string().is_empty()));
        }
    }
}

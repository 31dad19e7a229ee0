//! Why a provider's key cannot be used: what `provider check` says about it.

use super::{algorithm::Algorithm, excerpt::Excerpt, key::KeyType};

/// Why a key is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not JSON that everybody reads alike.
    #[error("the key cannot be read: {0}")]
    Unreadable(String),
    /// JSON, but no object.
    #[error("the key is not a JSON object")]
    NotAnObject,
    /// A member of another type than it has to have.
    #[error("the member `{member}` is not of the type it has to have")]
    IllTyped {
        /// The member.
        member: &'static str,
    },
    /// A member that has to be there.
    #[error("the member `{member}` is missing")]
    Missing {
        /// The member.
        member: &'static str,
    },
    /// A member that is not base64url without padding.
    #[error("the member `{member}` is not base64url without padding")]
    Encoding {
        /// The member.
        member: &'static str,
    },
    /// `kty` is `oct`.
    #[error(
        "it is a symmetric key (`oct`): who can check with it can sign with it, and it is published here"
    )]
    Symmetric,
    /// The private part is there.
    #[error(
        "it has the private member `{member}`: the provider publishes its private key, so anybody can sign with it"
    )]
    Private {
        /// The member.
        member: &'static str,
    },
    /// Another `kty`.
    #[error("its type {0} is not known: RSA, EC and OKP are")]
    UnknownType(Excerpt),
    /// Another `crv`.
    #[error("its curve {0} is not known: P-256, P-384 and Ed25519 are")]
    UnknownCurve(Excerpt),
    /// Another `use`.
    #[error("it is for {0} and not for signatures (`use` is not `sig`)")]
    OtherUse(Excerpt),
    /// `key_ops` without `verify`.
    #[error("it is not for checking signatures (`key_ops` has no `verify`)")]
    OtherOperations,
    /// Another `alg`.
    #[error(
        "its algorithm {0} is not accepted: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA are"
    )]
    UnknownAlgorithm(Excerpt),
    /// An `alg` that its type does not have.
    #[error("its algorithm {algorithm} is none of a key of type {key_type}")]
    AlgorithmOfAnotherType {
        /// What `alg` says.
        algorithm: Algorithm,
        /// What the key is.
        key_type: KeyType,
    },
    /// Fewer than 2048 bits (RFC 7518, section 3.3).
    #[error("its modulus has {bits} bits, and fewer than 2048 can be broken")]
    ModulusTooShort {
        /// Length in bits.
        bits: usize,
    },
    /// More than 4096 bits.
    #[error("its modulus has {bits} bits, more than 4096")]
    ModulusTooLong {
        /// Length in bits.
        bits: usize,
    },
    /// No product of two odd primes.
    #[error("its modulus is an even number")]
    ModulusEven,
    /// 1, even, or more than 32 bits.
    #[error("its exponent is not an odd number of at least 3 and at most 32 bits")]
    Exponent,
    /// A coordinate of another length than the curve's.
    #[error("the member `{member}` has {found} bytes and not {expected}")]
    Length {
        /// The member.
        member: &'static str,
        /// How many it has.
        found: usize,
        /// How many it has to have.
        expected: usize,
    },
    /// Not a point of the curve.
    #[error("it is not a point of its curve")]
    NotOnCurve,
    /// The cryptographic library does not take it.
    #[error("the cryptographic library does not take it")]
    Rejected,
}

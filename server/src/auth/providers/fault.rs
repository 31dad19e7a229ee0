//! Why a provider's token is not accepted: for the operator's log and counters, never for who presented it.

use notification_bell_protocol::Timestamp;

use super::{algorithm::Algorithm, compact::MAX_BYTES, excerpt::Excerpt, key_fault::KeyFault};

/// Declares the enum and the stable names together, so that none is forgotten.
macro_rules! faults {
    ($($(#[$meta:meta])* $name:literal $variant:ident $({ $($field:ident: $type:ty),+ })?,)+) => {
        /// The first thing that is wrong with a provider's token.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[expect(missing_docs, reason = "the sentence of each is what it means")]
        pub enum ProviderTokenFault {
            $($(#[$meta])* $variant $({ $($field: $type),+ })?,)+
        }

        impl ProviderTokenFault {
            /// Its name in counters and in the audit log, which does not change.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => concat!("jwt_", $name),)+
                }
            }

            /// All names, so that a counter can be there before the first fault.
            pub const NAMES: &[&str] = &[$(concat!("jwt_", $name)),+];
        }
    };
}

faults! {
    // Its form.
    #[error("the token is longer than {MAX_BYTES} bytes")]
    "too_long" TooLong,
    #[error("the token is encrypted (a JWE, five parts): only signed ones are accepted")]
    "encrypted" Encrypted,
    #[error("the token does not have three parts, none of them empty")]
    "not_three_parts" NotThreeParts,
    #[error("the {part} of the token is not base64url without padding")]
    "not_base64url" NotBase64Url { part: &'static str },

    // Its header.
    #[error("the header is not a JSON object that everybody reads alike: {reason}")]
    "header_unreadable" HeaderUnreadable { reason: String },
    #[error("the member `{member}` of the header is missing or not a string")]
    "header_member_ill_typed" HeaderMemberIllTyped { member: &'static str },
    #[error("the token is not signed (`alg` is `none`)")]
    "algorithm_none" AlgorithmNone,
    #[error("the token is signed with {algorithm}, which needs a shared secret: only public keys are accepted")]
    "algorithm_symmetric" AlgorithmSymmetric { algorithm: Excerpt },
    #[error("the algorithm {algorithm} is not accepted")]
    "algorithm_unknown" AlgorithmUnknown { algorithm: Excerpt },
    #[error("the header has the member `{member}`, which changes what a token means: none with it is accepted")]
    "header_member_refused" HeaderMemberRefused { member: &'static str },
    #[error("the type {found} is of tokens for another purpose: it has to be absent, `JWT` or `at+jwt`")]
    "type_foreign" TypeForeign { found: Excerpt },

    // Its key and signature.
    #[error("the provider has no key with the id {kid}")]
    "key_unknown" UnknownKey { kid: Excerpt },
    #[error("the token names no key (`kid`), and the provider has {usable} usable ones")]
    "key_not_named" KeyNotNamed { usable: usize },
    #[error("the provider has no usable key at all")]
    "no_usable_key" NoUsableKey,
    #[error("the provider's key {kid} is not used: {fault}")]
    "key_unusable" KeyUnusable { kid: Excerpt, fault: KeyFault },
    #[error("the key that the token names is not for {algorithm}")]
    "key_of_another_algorithm" KeyOfAnotherAlgorithm { algorithm: Algorithm },
    #[error("the signature is not of the key that the token names")]
    "signature_wrong" SignatureWrong,

    // Its times.
    #[error("the claims are not a JSON object that everybody reads alike: {reason}")]
    "claims_unreadable" ClaimsUnreadable { reason: String },
    #[error("the claim `exp` is missing: a token that never ends is not accepted")]
    "expiry_missing" ExpiryMissing,
    #[error("the claim `{claim}` is not a number")]
    "time_ill_typed" TimeIllTyped { claim: &'static str },
    #[error("the claim `{claim}` is not a moment in seconds between the years 1970 and 9999 (milliseconds?)")]
    "time_out_of_range" TimeOutOfRange { claim: &'static str },
    #[error("the token expired at {at}")]
    "expired" Expired { at: Timestamp },
    #[error("the token lives until {until}, more than 24 hours from now")]
    "life_too_long" LifeTooLong { until: Timestamp },
    #[error("the token is not valid before {from} (`nbf`): are both clocks right?")]
    "not_yet_valid" NotYetValid { from: Timestamp },
    #[error("the token was issued in the future, at {at} (`iat`): are both clocks right?")]
    "issued_in_the_future" IssuedInTheFuture { at: Timestamp },

    // Its claims.
    #[error("the claim `iss` is missing")]
    "issuer_missing" IssuerMissing,
    #[error("the claim `iss` is not a string")]
    "issuer_ill_typed" IssuerIllTyped,
    #[error("the issuer is {found} and not \"{expected}\", the provider's")]
    "issuer_wrong" IssuerWrong { found: Excerpt, expected: String },
    #[error("the claim `aud` is missing, and the provider has an audience")]
    "audience_missing" AudienceMissing,
    #[error("the claim `aud` is neither a string nor a list of strings")]
    "audience_ill_typed" AudienceIllTyped,
    #[error("the token is for {found} and not for \"{expected}\", the provider's audience")]
    "audience_wrong" AudienceWrong { found: Excerpt, expected: String },
    #[error("the claim `{claim}` is missing, which the provider requires")]
    "required_claim_missing" RequiredClaimMissing { claim: String },
    #[error("the claim `{claim}` does not have the value that the provider requires")]
    "required_claim_wrong" RequiredClaimWrong { claim: String },
    #[error("the claim `{claim}`, which says who it is, is missing")]
    "user_claim_missing" UserClaimMissing { claim: String },
    #[error("the claim `{claim}`, which says who it is, is not a string")]
    "user_claim_ill_typed" UserClaimIllTyped { claim: String },
    #[error("the claim `{claim}`, which says who it is, is empty")]
    "user_claim_empty" UserClaimEmpty { claim: String },
}

impl ProviderTokenFault {
    /// Whether a newer key set of the provider could make the token valid: the reason to fetch it again.
    #[must_use]
    pub const fn may_be_cured_by_newer_keys(&self) -> bool {
        matches!(self, Self::UnknownKey { .. } | Self::NoUsableKey)
    }
}

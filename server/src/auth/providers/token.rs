//! Checks a token that a provider signed (RFC 7519, RFC 8725): form, header, key, signature, then claims.

use notification_bell_protocol::Timestamp;

pub use super::fault::ProviderTokenFault;
use super::{
    ProviderRules,
    claims::{self, LEEWAY_MS},
    compact::{Header, Parts},
    excerpt::Excerpt,
    key_set::{KeySet, UsableKey},
};

/// With many keys of one name, a token could make us check as many signatures.
const MAX_TRIES: usize = 4;

/// What a token that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    /// The user, or who sends: the value of the provider's user claim, never empty. For a user, the rules of user ids
    /// are still to be checked.
    pub subject: String,
    /// When it was issued, if it says.
    pub issued_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl VerifiedToken {
    /// Until when it is accepted: its end or, if that has passed, what is allowed for the difference between clocks.
    #[must_use]
    pub fn accepted_until(&self, now: Timestamp) -> Timestamp {
        if self.expires_at > now { self.expires_at } else { self.expires_at.plus_ms(LEEWAY_MS) }
    }
}

/// Checks a token of a provider with its keys. A minute of difference between the clocks is allowed for.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn verify(
    token: &str,
    rules: &ProviderRules,
    keys: &KeySet,
    now: Timestamp,
) -> Result<VerifiedToken, ProviderTokenFault> {
    let parts = Parts::of(token)?;
    let header = Header::of(&parts)?;
    check_signature(&parts, &header, keys)?;
    claims::check(&parts.claims()?, rules, now)
}

/// The issuer that a token claims, to find the provider that it has to be checked with. It is anybody's claim until
/// [`verify`] says otherwise.
#[must_use]
pub fn unverified_issuer(token: &str) -> Option<String> {
    let claims = Parts::of(token).and_then(|parts| parts.claims()).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// The key that a token names, to see whether the keys at hand are too old. Nothing for a token that would be refused
/// by its header alone, because no newer key would help it.
#[must_use]
pub fn unverified_kid(token: &str) -> Option<String> {
    Parts::of(token).and_then(|parts| Header::of(&parts)).ok()?.kid
}

pub(super) fn check_signature(
    parts: &Parts<'_>,
    header: &Header,
    keys: &KeySet,
) -> Result<(), ProviderTokenFault> {
    let candidates = candidates(header.kid.as_deref(), keys)?;
    let algorithm = header.algorithm;
    let mut fitting = candidates.into_iter().filter(|key| key.allows(algorithm)).take(MAX_TRIES).peekable();
    if fitting.peek().is_none() {
        return Err(ProviderTokenFault::KeyOfAnotherAlgorithm { algorithm });
    }
    if fitting.any(|key| key.verifies(algorithm, parts.signed.as_bytes(), &parts.signature)) {
        Ok(())
    } else {
        Err(ProviderTokenFault::SignatureWrong)
    }
}

/// The keys of this name; without a name, the only key.
fn candidates<'a>(kid: Option<&'a str>, keys: &'a KeySet) -> Result<Vec<&'a UsableKey>, ProviderTokenFault> {
    let Some(kid) = kid else {
        return match keys.usable() {
            [] => Err(ProviderTokenFault::NoUsableKey),
            [only] => Ok(vec![only]),
            several => Err(ProviderTokenFault::KeyNotNamed { usable: several.len() }),
        };
    };
    let named: Vec<_> = keys.named(kid).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    match keys.unusable().iter().find(|key| key.kid.as_deref() == Some(kid)) {
        Some(key) => Err(ProviderTokenFault::KeyUnusable { kid: Excerpt::of(kid), fault: key.fault.clone() }),
        None => Err(ProviderTokenFault::UnknownKey { kid: Excerpt::of(kid) }),
    }
}

//! Why a proof does not hold, for those who may know: the mistakes that are made in practice, tried one by one.

mod expiring;
mod ingredients;
mod plain;
mod search;
mod writing;

use notification_bell_protocol::Timestamp;

use super::proofs::ProofKind;

/// What to try a proof against.
pub struct Case<'case> {
    /// The project's secret.
    pub secret: &'case str,
    /// The secret before it, once that is no longer accepted, and since when.
    pub ended: Option<&'case (String, Timestamp)>,
    /// Its public key.
    pub api_key: &'case str,
    /// The secrets of other projects, with their names.
    pub others: &'case [(String, String)],
    /// The user id that the page gives.
    pub user_id: &'case str,
    /// The proof that the page gives.
    pub proof: &'case str,
}

/// The mistake, in a sentence that says what to change; `None` if it is none of those that are known.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Option<String> {
    match ProofKind::of(case.proof.trim()) {
        ProofKind::HmacV2 => expiring::diagnose(case),
        ProofKind::Hmac | ProofKind::Jwt => plain::diagnose(case),
    }
}

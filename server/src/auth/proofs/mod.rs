//! Proofs of who a user is: what a page presents to open a session.

pub mod expiring;
pub mod plain;

use notification_bell_protocol::Timestamp;
use serde::{Deserialize, Serialize};

/// The kinds of proof; a project chooses which it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ProofKind {
    /// A: the plain HMAC of the user id.
    Hmac,
    /// B: the HMAC with an end.
    HmacV2,
}

impl ProofKind {
    /// What a project accepts unless it chose.
    pub const ALL: [Self; 2] = [Self::Hmac, Self::HmacV2];

    /// The kind that a `userHmac` claims to be.
    #[must_use]
    pub fn of(user_hmac: &str) -> Self {
        if user_hmac.starts_with(expiring::PREFIX) { Self::HmacV2 } else { Self::Hmac }
    }
}

/// The secrets that a project's proofs may be made with.
#[derive(Clone)]
pub struct Secrets {
    /// The one in use.
    pub current: String,
    /// The one before it, while it is still accepted.
    pub previous: Option<String>,
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// It is none. Nothing says in which way: that is for the operator alone (`check-hmac`).
    #[error("the proof does not hold")]
    Invalid,
    /// It was one, and has run out.
    #[error("the proof has expired")]
    Expired,
}

/// A proof that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Its kind.
    pub kind: ProofKind,
    /// When it runs out; sessions that it buys end then too.
    pub expires_at: Option<Timestamp>,
}

/// Drops one line break at the end: Ruby's `encode64` adds it.
fn without_line_break(proof: &str) -> &str {
    proof.strip_suffix('\n').map_or(proof, |text| text.strip_suffix('\r').unwrap_or(text))
}

/// Checks a `userHmac` against both secrets, so that the time does not tell which of them fits.
///
/// # Errors
/// If it holds with neither, or has expired.
pub fn verify(
    secrets: &Secrets,
    user_id: &str,
    user_hmac: &str,
    now: Timestamp,
) -> Result<Proved, ProofFault> {
    let with = |secret: &str| match ProofKind::of(user_hmac) {
        ProofKind::Hmac => plain::verify(secret, user_id, user_hmac)
            .map(|()| Proved { kind: ProofKind::Hmac, expires_at: None }),
        ProofKind::HmacV2 => expiring::verify(secret, user_id, user_hmac, now)
            .map(|expires_at| Proved { kind: ProofKind::HmacV2, expires_at: Some(expires_at) }),
    };
    let current = with(&secrets.current);
    // Without a previous one, the same work again.
    let previous = with(secrets.previous.as_ref().unwrap_or(&secrets.current));
    match (current, previous) {
        (Ok(proved), _) | (Err(_), Ok(proved)) => Ok(proved),
        (Err(ProofFault::Expired), _) | (_, Err(ProofFault::Expired)) => Err(ProofFault::Expired),
        (Err(ProofFault::Invalid), Err(ProofFault::Invalid)) => Err(ProofFault::Invalid),
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;

    use super::{ProofFault, ProofKind, Secrets, expiring, plain, verify};

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn secrets() -> Secrets {
        Secrets { current: "new".to_owned(), previous: Some("old".to_owned()) }
    }

    #[test]
    fn both_secrets_are_accepted_and_no_other() {
        for (secret, holds) in [("new", true), ("old", true), ("older", false)] {
            let proof = plain::prove(secret, "u");
            assert_eq!(verify(&secrets(), "u", &proof, NOW).is_ok(), holds, "{secret}");
            let proof = expiring::prove(secret, "u", NOW.plus_ms(60_000));
            assert_eq!(verify(&secrets(), "u", &proof, NOW).is_ok(), holds, "{secret}");
        }
    }

    #[test]
    fn a_previous_secret_that_has_ended_is_not_accepted() {
        let secrets = Secrets { previous: None, ..secrets() };
        assert_eq!(verify(&secrets, "u", &plain::prove("old", "u"), NOW), Err(ProofFault::Invalid));
    }

    #[test]
    fn an_expired_proof_is_told_only_when_it_was_one() {
        let expired = expiring::prove("old", "u", NOW.plus_ms(-1_000));
        assert_eq!(verify(&secrets(), "u", &expired, NOW), Err(ProofFault::Expired));
        assert_eq!(verify(&secrets(), "v", &expired, NOW), Err(ProofFault::Invalid));
        assert_eq!(ProofKind::of(&expired), ProofKind::HmacV2);
    }
}

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
    /// C: a JWT of a provider of the project.
    Jwt,
}

impl ProofKind {
    /// What a project accepts unless it chose. Without a provider for its users there is no JWT to accept.
    pub const ALL: [Self; 3] = [Self::Hmac, Self::HmacV2, Self::Jwt];

    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::HmacV2 => "hmac-v2",
            Self::Jwt => "jwt",
        }
    }

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

/// Why a proof does not hold. Whoever presented it is told only whether it has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// It has not the form of one.
    #[error("it has not the form of a proof")]
    Unreadable,
    /// It is the MAC of something else, or under another key.
    #[error("it is not the MAC of this user id under this secret")]
    Mismatch,
    /// It was one, and lasts longer than any may.
    #[error("it lasts for more than seven days")]
    TooFarAhead,
    /// It was one, and has run out.
    #[error("it has expired")]
    Expired,
}

impl ProofFault {
    /// A short name, by which failures are counted.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "hmac_unreadable",
            Self::Mismatch => "hmac_mismatch",
            Self::TooFarAhead => "hmac_too_far_ahead",
            Self::Expired => "hmac_expired",
        }
    }
}

/// A proof that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Its kind.
    pub kind: ProofKind,
    /// When it was made, if it says so.
    pub issued_at: Option<Timestamp>,
    /// When it runs out; sessions that it buys end then too.
    pub expires_at: Option<Timestamp>,
}

impl Proved {
    /// Whether it was made before a moment, or may have been. The HMACs say nothing of when they were made, and are
    /// cut off in other ways (`disablePlainHmac`, their own end).
    #[must_use]
    pub fn is_older_than(&self, moment: Timestamp) -> bool {
        match (self.kind, self.issued_at) {
            (_, Some(issued_at)) => issued_at < moment,
            (ProofKind::Jwt, None) => moment > Timestamp::from_unix_ms(0),
            (ProofKind::Hmac | ProofKind::HmacV2, None) => false,
        }
    }
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
    let kind = ProofKind::of(user_hmac);
    let with = |secret: &str| match kind {
        ProofKind::HmacV2 => expiring::verify(secret, user_id, user_hmac, now).map(|expires_at| Proved {
            kind,
            issued_at: None,
            expires_at: Some(expires_at),
        }),
        _ => plain::verify(secret, user_id, user_hmac).map(|()| Proved {
            kind,
            issued_at: None,
            expires_at: None,
        }),
    };
    let current = with(&secrets.current);
    // Without a previous one, the same work again.
    let previous = with(secrets.previous.as_ref().unwrap_or(&secrets.current));
    match (current, previous) {
        (Ok(proved), _) | (Err(_), Ok(proved)) => Ok(proved),
        // It was made with the one before: what is wrong with it is said there.
        (Err(ProofFault::Mismatch), Err(fault)) | (Err(fault), Err(_)) => Err(fault),
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
        assert_eq!(verify(&secrets, "u", &plain::prove("old", "u"), NOW), Err(ProofFault::Mismatch));
    }

    #[test]
    fn an_expired_proof_is_told_only_when_it_was_one() {
        let expired = expiring::prove("old", "u", NOW.plus_ms(-1_000));
        assert_eq!(verify(&secrets(), "u", &expired, NOW), Err(ProofFault::Expired));
        assert_eq!(verify(&secrets(), "v", &expired, NOW), Err(ProofFault::Mismatch));
        assert_eq!(ProofKind::of(&expired), ProofKind::HmacV2);
    }
}
